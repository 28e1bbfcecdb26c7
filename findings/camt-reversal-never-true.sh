#!/usr/bin/env bash
# An entry that the bank marks as a reversal is said to be none.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.log
npm install --silent --no-audit --no-fund --ignore-scripts iso20022.js@0.0.15 >> npm.log

cat > probe.mjs <<'JS'
import { CashManagementEndOfDayReport } from 'iso20022.js';

const entry = (ref, mark, day, reversal) => `<Ntry><NtryRef>${ref}</NtryRef><Amt Ccy="EUR">500.00</Amt><CdtDbtInd>${mark}</CdtDbtInd>${reversal}
<Sts>BOOK</Sts><BookgDt><Dt>${day}</Dt></BookgDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd></Ntry>`;
const balance = (kind) => `<Bal><Tp><CdOrPrtry><Cd>${kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-01-06</Dt></Dt></Bal>`;
const report = CashManagementEndOfDayReport.fromXML(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-01-06T18:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><CreDtTm>2026-01-06T18:00:00</CreDtTm>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy><Svcr><FinInstnId><BIC>AAAADEFFXXX</BIC></FinInstnId></Svcr></Acct>
${balance('OPBD')}${balance('CLBD')}
${entry('N1', 'CRDT', '2026-01-05', '')}${entry('N2', 'DBIT', '2026-01-06', '<RvslInd>true</RvslInd>')}</Stmt></BkToCstmrStmt></Document>`);
for (const { referenceId, creditDebitIndicator, reversal } of report.statements[0].entries) {
  console.log(referenceId, creditDebitIndicator, 'reversal:', reversal);
}
JS

stated=$(cat <<'TXT'
N1 credit reversal: false
N2 debit reversal: false
TXT
)
seen=$(node probe.mjs)

cat <<'TXT'
package   iso20022.js 0.0.15
input     camt.053.001.02: a credit of 500.00 (N1) and, the day after, its reversal (N2): DBIT with <RvslInd>true</RvslInd>
expected  reversal: true for N2
because   ISO 20022, ReversalIndicator: true says that the entry is the result of a reversal; with DBIT, the original entry was a credit
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

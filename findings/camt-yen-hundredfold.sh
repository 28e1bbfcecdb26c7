#!/usr/bin/env bash
# A statement in yen reads a hundred times too large, one in dinars has a fraction of a fils.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.log
npm install --silent --no-audit --no-fund --ignore-scripts iso20022.js@0.0.15 >> npm.log

cat > probe.mjs <<'JS'
import { CashManagementEndOfDayReport } from 'iso20022.js';

const balance = (kind, currency, amount) => `<Bal><Tp><CdOrPrtry><Cd>${kind}</Cd></CdOrPrtry></Tp><Amt Ccy="${currency}">${amount}</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal>`;
const amounts = [['JPY', '150000', 150000], ['KWD', '12.345', 12345], ['EUR', '150.00', 15000]];
for (const [currency, amount, right] of amounts) {
  const statement = `<Stmt><Id>S1</Id><CreDtTm>2026-01-05T18:00:00</CreDtTm>
<Acct><Id><Othr><Id>1234567</Id></Othr></Id><Ccy>${currency}</Ccy><Svcr><FinInstnId><BIC>AAAADEFFXXX</BIC></FinInstnId></Svcr></Acct>
${balance('OPBD', currency, '0')}${balance('CLBD', currency, amount)}
<Ntry><NtryRef>N1</NtryRef><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>XBCT</SubFmlyCd></Fmly></Domn></BkTxCd></Ntry></Stmt>`;
  const report = CashManagementEndOfDayReport.fromXML(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-01-05T18:00:00</CreDtTm></GrpHdr>${statement}</BkToCstmrStmt></Document>`);
  console.log(amount, currency, '->', report.statements[0].entries[0].amount, 'minor units by ISO 4217', right);
}
JS

stated=$(cat <<'TXT'
150000 JPY -> 15000000 minor units by ISO 4217 150000
12.345 KWD -> 1234.5 minor units by ISO 4217 12345
150.00 EUR -> 15000 minor units by ISO 4217 15000
TXT
)
seen=$(node probe.mjs)

cat <<'TXT'
package   iso20022.js 0.0.15
input     camt.053.001.02 with one booked credit: 150000 yen, 12.345 Kuwaiti dinars, 150.00 euros; the entry's amount is in minor units
expected  150000, 12345 and 15000
because   ISO 4217: the yen has no minor unit, the Kuwaiti dinar has three decimals, the euro two
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

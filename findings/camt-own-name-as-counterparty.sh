#!/usr/bin/env bash
# For money that goes out, the account's own holder is given as the counterparty.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check camt053==0.0.23

cat > probe.py <<'PY'
from camt053.parse.statement_parser import parse_document

ours = ("Supplier Ltd", "DE89370400440532013000")
theirs = ("Clinic A", "DE75512108001245126199")


def party(role, who):
    return f"<{role}><Pty><Nm>{who[0]}</Nm></Pty></{role}><{role}Acct><Id><IBAN>{who[1]}</IBAN></Id></{role}Acct>"


def entry(ref, amount, mark, debtor, creditor):
    return f"""<Ntry><NtryRef>{ref}</NtryRef><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-01-05</Dt></BookgDt><BkTxCd><Prtry><Cd>TRF</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>{ref}</EndToEndId></Refs>
<RltdPties>{party("Dbtr", debtor)}{party("Cdtr", creditor)}</RltdPties></TxDtls></NtryDtls></Ntry>"""


def balance(kind, amount):
    return f"""<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-01-05</Dt></Dt></Bal>"""


document = f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-01-05T18:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id>
<Acct><Id><IBAN>{ours[1]}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>{ours[0]}</Nm></Ownr></Acct>
{balance("OPBD", "1000.00")}{balance("CLBD", "1380.00")}
{entry("PAYMENT", "500.00", "CRDT", theirs, ours)}{entry("REFUND", "120.00", "DBIT", ours, theirs)}</Stmt></BkToCstmrStmt></Document>"""
for item in parse_document(document).all_entries():
    (detail,) = item.details
    print(item.reference, item.credit_debit_indicator, detail.counterparty_name, detail.counterparty_account)
PY

stated=$(cat <<'TXT'
PAYMENT CRDT Clinic A DE75512108001245126199
REFUND DBIT Supplier Ltd DE89370400440532013000
TXT
)
seen=$(venv/bin/python probe.py)

cat <<'TXT'
package   camt053 0.0.23
input     camt.053.001.08 of Supplier Ltd's account: Clinic A pays 500.00, Supplier Ltd pays 120.00 back; both entries name debtor and creditor
expected  Clinic A as the counterparty of both
because   ISO 20022, related parties: the debtor owes the money, the creditor receives it; of a debit entry for a transfer sent, the debtor is the account's holder and the other side is the creditor
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

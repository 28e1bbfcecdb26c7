#!/usr/bin/env bash
# The payer's name is empty in the newer form of the bank's statement.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check bankstatementparser==0.0.29

cat > probe.py <<'PY'
from bankstatementparser import CamtParser


def entry(ref, amount, mark, status, extra=""):
    return f"""<Ntry><NtryRef>{ref}</NtryRef><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>
<BookgDt><Dt>2026-01-02</Dt></BookgDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>{ref}</EndToEndId></Refs>{extra}<RmtInf><Ustrd>{ref}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def balance(kind, amount):
    return f"""<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-01-02</Dt></Dt></Bal>"""


def document(kind, root, part, body):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}"><{root}><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-01-02T12:00:00</CreDtTm></GrpHdr>
<{part}><Id>S1</Id><CreDtTm>2026-01-02T12:00:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>{body}</{part}></{root}></Document>"""


def read(version, party):
    body = balance("OPBD", "1000.00") + balance("CLBD", "1300.00")
    body += entry("INV-1", "300.00", "CRDT", "BOOK", f"<RltdPties><Dbtr>{party}</Dbtr></RltdPties>")
    if version == "02":
        body = body.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>")
    with open("statement.xml", "w") as file:
        file.write(document(f"camt.053.001.{version}", "BkToCstmrStmt", "Stmt", body))
    row = CamtParser("statement.xml").parse().iloc[0]
    print(version, "amount", row["Amount"], "payer", repr(row["Debtor"]))


read("02", "<Nm>Clinic A</Nm>")
read("08", "<Pty><Nm>Clinic A</Nm></Pty>")
PY

stated=$(cat <<'TXT'
02 amount 300.00 payer 'Clinic A'
08 amount 300.00 payer ''
TXT
)
seen=$(venv/bin/python probe.py)

cat <<'TXT'
package   bankstatementparser 0.0.29
input     camt.053.001.02 with Dbtr/Nm and camt.053.001.08 with Dbtr/Pty/Nm, the same payment
expected  the payer's name from both
because   ISO 20022, camt.053.001.08: a related party is a choice of Pty or Agt, so the name stands one level deeper; the library takes files of that version
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

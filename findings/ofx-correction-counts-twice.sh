#!/usr/bin/env bash
# A corrected payment stands beside the wrong one, and nothing says that it replaces it.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ofxparse==0.21

cat > probe.py <<'PY'
import io
from ofxparse import OfxParser

head = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260402090000<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>CNY
<BANKACCTFROM><BANKID>1<ACCTID>2<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260301<DTEND>20260402
"""
tail = """
</BANKTRANLIST><LEDGERBAL><BALAMT>LEDGER<DTASOF>20260402</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""

text = head + "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260331<TRNAMT>500.00<FITID>A1<NAME>CLINIC A</STMTTRN>"
text += "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260401<TRNAMT>50.00<FITID>A2<CORRECTFITID>A1<CORRECTACTION>REPLACE<NAME>CLINIC A</STMTTRN>"
statement = OfxParser.parse(io.BytesIO((text + tail.replace("LEDGER<", "50.00<")).encode())).account.statement
for line in statement.transactions:
    print(line.id, line.amount, "mentions A1:", "A1" in [value for key, value in vars(line).items() if key != "id"])
print("sum", sum(line.amount for line in statement.transactions), "balance", statement.balance)
PY

stated=$(cat <<'TXT'
A1 500.00 mentions A1: False
A2 50.00 mentions A1: False
sum 550.00 balance 50.00
TXT
)
seen=$(venv/bin/python probe.py)

cat <<'TXT'
package   ofxparse 0.21
input     OFX: a credit of 500.00 (FITID A1), then a credit of 50.00 with CORRECTFITID A1 and CORRECTACTION REPLACE; ledger balance 50.00
expected  one payment of 50.00, or the link to the replaced line kept on the transaction
because   OFX specification, statement transaction: CORRECTFITID names an earlier transaction that this one replaces or deletes, as CORRECTACTION says
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

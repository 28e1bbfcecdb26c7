#!/usr/bin/env bash
# A payment booked at midnight on 1 April in China is reported on 31 March.
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

text = head + "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260401000000[+8:CST]<TRNAMT>500.00<FITID>A1<NAME>CLINIC A</STMTTRN>" + tail.replace("LEDGER<", "500.00<")
for line in OfxParser.parse(io.BytesIO(text.encode())).account.statement.transactions:
    print(line.date.isoformat(), "zone:", line.date.tzinfo, line.amount)
PY

stated=$(cat <<'TXT'
2026-03-31T16:00:00 zone: None 500.00
TXT
)
seen=$(venv/bin/python probe.py)

cat <<'TXT'
package   ofxparse 0.21
input     OFX: DTPOSTED 20260401000000[+8:CST]
expected  booked on 2026-04-01, or an instant that carries its zone
because   OFX specification, section on dates and times: the digits are the local time of the stated zone; the bank booked on 1 April
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

#!/usr/bin/env bash
# A registration code issued by an authority other than the usual ones is refused, a wrong one inside passes.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-stdnum==2.2

cat > probe.py <<'PY'
from stdnum.cn import uscc

for code in ["Y1110108MA01ABCD55", "91110108MA01ABCD5T", "91110108MA01ABCD1E"]:
    body, weights = code[8:16], (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(c) * w for c, w in zip(body, weights)) % 11
    inner = "X" if rest == 10 else str(rest % 11)
    print(code, uscc.is_valid(code), "inner check digit", "right" if inner == code[16] else "wrong")
PY

stated=$(cat <<'TXT'
Y1110108MA01ABCD55 False inner check digit right
91110108MA01ABCD5T True inner check digit right
91110108MA01ABCD1E True inner check digit wrong
TXT
)
seen=$(venv/bin/python probe.py)

cat <<'TXT'
package   python-stdnum 2.2
input     three made-up 18-character codes: Y1110108MA01ABCD55, 91110108MA01ABCD5T, and 91110108MA01ABCD1E whose organisation code MA01ABCD1 has a wrong check digit (it must be 5)
expected  valid, valid, not valid
because   GB 32100-2015: the first character may be Y (other authorities); characters 9 to 17 are an organisation code by GB 11714, which ends in a check digit of its own
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

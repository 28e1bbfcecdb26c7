#!/usr/bin/env bash
# A whole amount in words is a hundred times too small, according to its type.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check num2words==0.5.14

cat > probe.py <<'PY'
from decimal import Decimal
from num2words import num2words

for lang in ("en", "de"):
    for amount in (1500, "1500", Decimal("1500.00")):
        print(lang, repr(amount), "->", num2words(amount, lang=lang, to="currency", currency="EUR"))
PY

stated=$(cat <<'TXT'
en 1500 -> fifteen euro, zero cents
en '1500' -> one thousand, five hundred euro, zero cents
en Decimal('1500.00') -> one thousand, five hundred euro, zero cents
de 1500 -> fünfzehn Euro und null Cent
de '1500' -> eintausendfünfhundert Euro und null Cent
de Decimal('1500.00') -> eintausendfünfhundert Euro und null Cent
TXT
)
seen=$(venv/bin/python probe.py)

cat <<'TXT'
package   num2words 0.5.14
input     1500 euros as the integer 1500, as the text 1500 and as the decimal 1500.00, in English and German
expected  fifteen hundred euros each time
because   the value of an amount does not depend on how the number is held; on a bill of exchange the sum in words prevails over the figures (Geneva Uniform Law on Bills of Exchange, art. 6)
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

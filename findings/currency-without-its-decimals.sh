#!/usr/bin/env bash
# Amounts in dinars and forints lose their decimals when formatted.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check babel==2.19.0

cat > probe.py <<'PY'
from decimal import Decimal
from babel.numbers import format_currency, get_currency_precision

for amount, currency in [("1234.567", "IQD"), ("1234.56", "HUF"), ("1234.567", "KWD")]:
    print(currency, get_currency_precision(currency), format_currency(Decimal(amount), currency, "¤¤ #,##0.00", locale="en_US"))
PY

stated=$(cat <<'TXT'
IQD 0 IQD 1,235
HUF 0 HUF 1,235
KWD 3 KWD 1,234.567
TXT
)
seen=$(venv/bin/python probe.py)

cat <<'TXT'
package   babel 2.19.0
input     1234.567 IQD, 1234.56 HUF and, for comparison, 1234.567 KWD
expected  three decimals for IQD, two for HUF, three for KWD
because   ISO 4217, list one: minor unit of IQD 3, HUF 2, KWD 3
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

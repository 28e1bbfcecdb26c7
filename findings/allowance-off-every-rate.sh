#!/usr/bin/env bash
# One discount on an invoice with two tax rates is taken off the base of each.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check en16931==0.2

cat > probe.py <<'PY'
from en16931 import Invoice, InvoiceLine


def line(name, rate):
    return InvoiceLine(quantity=1, unit_code="EA", price=1000, item_name=name, currency="EUR", tax_percent=rate, tax_category="S", tax_name="VAT")


invoice = Invoice(invoice_id="INV-1", currency="EUR")
invoice.add_line(line("Pump", 0.21))
invoice.add_line(line("Tubes", 0.10))
invoice.discount_amount = 200
bases = {tax.percent: invoice.taxable_base(tax_type=tax).amount for tax in invoice.unique_taxes}
print("without tax", invoice.subtotal().amount, "of which", *(f"{bases[rate]} at {rate:.0%}" for rate in sorted(bases)))
print("sum of the bases", sum(bases.values()), "tax", invoice.tax_amount().amount, "payable", invoice.payable_amount.amount)
PY

stated=$(cat <<'TXT'
without tax 1800.00 of which 800.00 at 10% 800.00 at 21%
sum of the bases 1600.00 tax 248.00 payable 2048.00
TXT
)
seen=$(venv/bin/python probe.py)

cat <<'TXT'
package   en16931 0.2
input     an invoice of two lines of 1000.00 euros, one at 21 % VAT and one at 10 %, with one discount of 200.00 on the whole
expected  bases that add up to the total without tax, 1800.00 (shared out by value: 900.00 each, tax 279.00, payable 2079.00)
because   EN 16931-1, BG-20, BR-S-08 and BR-CO-13: an allowance belongs to one VAT category and rate and lessens that base; the total without VAT is the lines less the allowances, each once
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

#!/usr/bin/env bash
# The e-invoice of an unpaid invoice says that all of it was paid in advance and nothing is payable.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check trytond==8.2.1 proteus==8.2.0 trytond_account_invoice==8.2.0 trytond_edocument_ubl==8.2.0

cat > probe.py <<'PY'
import datetime as dt
import re
from decimal import Decimal

from proteus import Model
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company
from trytond.pool import Pool
from trytond.tests.tools import activate_modules
from trytond.transaction import Transaction

config = activate_modules(["account_invoice", "edocument_ubl"], create_company, create_chart)
config._context = Model.get("res.user").get_preferences(True, config.context)
set_fiscalyear_invoice_sequences(create_fiscalyear(today=dt.date.today())).click("create_period")
customer = Model.get("party.party")(name="Clinic A")
customer.save()
term = create_payment_term()
term.save()

invoice = Model.get("account.invoice")()
invoice.type, invoice.party, invoice.payment_term = "out", customer, term
line = invoice.lines.new()
line.account, line.description, line.quantity, line.unit_price = get_accounts()["revenue"], "Pump", 1, Decimal(1000)
invoice.click("post")
invoice.reload()
print("state", invoice.state, "to pay", invoice.amount_to_pay)
with Transaction().start(":memory:", 1, context=config.context):
    pool = Pool()
    document = pool.get("edocument.ubl.invoice")(pool.get("account.invoice")(invoice.id)).render("2").decode()
for name in ("TaxInclusiveAmount", "PrepaidAmount", "PayableAmount"):
    print(name, *re.findall(f"<cbc:{name}[^>]*>([^<]*)", document))
PY

stated=$(cat <<'TXT'
state posted to pay 1000.00
TaxInclusiveAmount 1000.00
PrepaidAmount 1000.00
PayableAmount 0.00
TXT
)
seen=$(TRYTOND_DATABASE_URI=sqlite:// DB_NAME=:memory: venv/bin/python probe.py 2>> log)

cat <<'TXT'
package   trytond_edocument_ubl 8.2.0 (trytond 8.2.1, trytond_account_invoice 8.2.0)
input     a posted invoice of 1000.00 on which nothing was paid, written as UBL
expected  no PrepaidAmount (or 0.00), PayableAmount 1000.00
because   EN 16931-1, BT-113 and BT-115 with BR-CO-16: the amount due is the total with VAT less what has been paid in advance; UBL binds them to PrepaidAmount and PayableAmount
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

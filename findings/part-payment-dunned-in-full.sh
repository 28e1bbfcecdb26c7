#!/usr/bin/env bash
# After a payment of nine tenths the dunning, and its fee in per cent, are on the whole invoice.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check trytond==8.2.1 proteus==8.2.0 trytond_account_invoice==8.2.0 \
  trytond_account_dunning==8.2.0 trytond_account_dunning_fee==8.2.0

cat > probe.py <<'PY'
import datetime as dt
from decimal import Decimal

from proteus import Model, Wizard
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company
from trytond.tests.tools import activate_modules

config = activate_modules(["account_invoice", "account_dunning_fee"], create_company, create_chart)
config._context = Model.get("res.user").get_preferences(True, config.context)
today = dt.date.today()
set_fiscalyear_invoice_sequences(create_fiscalyear(today=today)).click("create_period")
accounts = get_accounts()


def new(model, **values):
    record = Model.get(model)(**values)
    record.save()
    return record


def journal(code):
    (found,) = Model.get("account.journal").find([("code", "=", code)])
    return found


cash = new("account.invoice.payment.method", name="Cash", journal=journal("CASH"), credit_account=accounts["cash"], debit_account=accounts["cash"])
(unit,) = Model.get("product.uom").find([("name", "=", "Unit")])
category = new("product.category", name="Fees", accounting=True, account_revenue=accounts["revenue"])
service = new("product.template", name="Fee", default_uom=unit, type="service", list_price=Decimal(0), account_category=category)
fee = new("account.dunning.fee", name="5 %", product=service.products[0], journal=journal("REV"), compute_method="percentage", percentage=Decimal("0.05"))
procedure = Model.get("account.dunning.procedure")(name="Reminders")
procedure.levels.new(overdue=dt.timedelta(days=10), fee=fee)
procedure.save()
term = create_payment_term()
term.save()

invoice = Model.get("account.invoice")()
invoice.type = "out"
invoice.party = new("party.party", name="Clinic A", dunning_procedure=procedure)
invoice.payment_term = term
line = invoice.lines.new()
line.account, line.quantity, line.unit_price = accounts["revenue"], 1, Decimal(1000)
invoice.click("post")
invoice.reload()
payment = invoice.click("pay")
payment.form.amount, payment.form.payment_method, payment.form.date = Decimal(900), cash, today
payment.execute("choice")
payment.form.type = "partial"
payment.execute("pay")

run = Wizard("account.dunning.create")
run.form.date = today + dt.timedelta(days=30)
run.execute("create_")
dunnings = Model.get("account.dunning").find([])
Wizard("account.dunning.process", dunnings).execute("process")
(dunning,) = Model.get("account.dunning").find([])
invoice.reload()
print("open", invoice.amount_to_pay, "dunned", dunning.amount, "fee", *(item.amount for item in dunning.fees))
PY

stated='open 100.00 dunned 1000.00 fee 50.00'
seen=$(TRYTOND_DATABASE_URI=sqlite:// DB_NAME=:memory: venv/bin/python probe.py 2>> log)

cat <<'TXT'
package   trytond_account_dunning 8.2.0, trytond_account_dunning_fee 8.2.0 (trytond 8.2.1)
input     an invoice of 1000.00, 900.00 of it paid on the due date; 30 days later a dunning run, level with a fee of 5 per cent
expected  100.00 dunned, a fee of 5.00
because   a debt ends in so far as it is paid (German Civil Code, s. 362; Chinese Civil Code, art. 557): what is late, and what a charge in per cent is counted on, is the rest
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

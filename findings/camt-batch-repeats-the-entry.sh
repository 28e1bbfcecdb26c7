#!/usr/bin/env bash
# A batch booked as one entry is imported as one line of the whole amount for each payment in it.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check trytond==8.2.1 proteus==8.2.0 trytond_account_statement_sepa==8.2.0

cat > probe.py <<'PY'
from proteus import Model, Wizard
from trytond.modules.account.tests.tools import create_chart, get_accounts
from trytond.modules.company.tests.tools import create_company, get_company
from trytond.tests.tools import activate_modules

config = activate_modules(["account_statement_sepa"], create_company, create_chart)
config._context = Model.get("res.user").get_preferences(True, config.context)
company = get_company()
bank = Model.get("bank")(party=Model.get("party.party")(name="Bank"))
bank.party.save()
bank.save()
account = Model.get("bank.account")(bank=bank, currency=company.currency)
account.owners.append(Model.get("party.party")(company.party.id))
account.numbers.new(type="iban", number="DE89370400440532013000")
account.save()
(posting,) = Model.get("account.journal").find([("code", "=", "STA")])
Model.get("account.statement.journal")(name="Bank", journal=posting, account=get_accounts()["cash"], bank_account=account).save()


def payment(ref, amount):
    return f'<TxDtls><Refs><EndToEndId>{ref}</EndToEndId></Refs><Amt Ccy="USD">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>'


def balance(kind, amount):
    return f"""<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="USD">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-01-05</Dt></Dt></Bal>"""


document = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-01-05T18:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><CreDtTm>2026-01-05T18:00:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>
{balance("OPBD", "1000.00")}{balance("CLBD", "1300.00")}
<Ntry><NtryRef>N1</NtryRef><Amt Ccy="USD">300.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><Btch><NbOfTxs>2</NbOfTxs><TtlAmt Ccy="USD">300.00</TtlAmt><CdtDbtInd>CRDT</CdtDbtInd></Btch>
{payment("INV-1", "100.00")}{payment("INV-2", "200.00")}</NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"""
wizard = Wizard("account.statement.import")
wizard.form.file_, wizard.form.file_format = document.encode(), "camt_053_001"
wizard.execute("import_")
((statement,),) = wizard.actions
for line in statement.origins:
    print(line.information["camt_end_to_end_identification"], line.amount)
print("lines add up to", sum(line.amount for line in statement.origins), "balances to", statement.end_balance - statement.start_balance)
PY

stated=$(cat <<'TXT'
INV-1 300.00
INV-2 300.00
lines add up to 600.00 balances to 300.00
TXT
)
seen=$(TRYTOND_DATABASE_URI=sqlite:// DB_NAME=:memory: venv/bin/python probe.py 2>> log)

cat <<'TXT'
package   trytond_account_statement_sepa 8.2.0 (trytond 8.2.1)
input     camt.053.001.08: one booked entry of 300.00 with two transactions, 100.00 for INV-1 and 200.00 for INV-2, each with its own Amt
expected  INV-1 100.00, INV-2 200.00
because   ISO 20022, camt.053.001.08, TransactionDetails/Amount: the amount of the transaction; the details of a batch make up the amount of its entry, as number and total in Btch say
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

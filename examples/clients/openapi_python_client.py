"""The README's story with the client of openapi-python-client (package duecourse_client).

    openapi-python-client generate --url http://localhost:3000/openapi.json --output-path client --meta none
    API=http://localhost:3000 KEY=dck_… python openapi_python_client.py
"""

import json
import os

from duecourse_client import AuthenticatedClient
from duecourse_client.api.customers import put_customers_id
from duecourse_client.api.invoices import put_invoices_id
from duecourse_client.api.payments import post_payments
from duecourse_client.api.receivables import get_receivables
from duecourse_client.models import PostPayment, PutCustomer, PutInvoice

CUSTOMER = {
    "name": "上海示例医院",
    "type": "hospital",
    "region": "SH",
    "currency": "CNY",
    "terms": {"days": 60},
    "contacts": [{"id": "c1", "name": "王会计", "role": "finance", "email": "finance@hospital.example", "language": "zh"}],
}
INVOICE = {
    "customer": "C-1001",
    "number": "INV-1",
    "issueDate": "2026-08-01",
    "currency": "CNY",
    "amount": "12000.00",
    "instalments": [
        {"no": 1, "amount": "6000.00", "dueDate": "2026-10-01"},
        {"no": 2, "amount": "6000.00", "dueDate": "2027-03-01"},
    ],
}
PAYMENT = {
    "externalId": "P-1",
    "customer": "C-1001",
    "amount": "6000.00",
    "currency": "CNY",
    "receivedOn": "2026-08-31",
    "reference": "INV-1",
}

client = AuthenticatedClient(base_url=os.environ["API"], token=os.environ["KEY"], headers={"Accept-Language": "en"})

put_customers_id.sync(client=client, id="C-1001", body=PutCustomer.from_dict(CUSTOMER))
invoice = put_invoices_id.sync(client=client, id="INV-1", body=PutInvoice.from_dict(INVOICE))
payment = PostPayment.from_dict(PAYMENT)
paid = post_payments.sync(client=client, body=payment)
again = post_payments.sync(client=client, body=payment)
page = get_receivables.sync(client=client, customer="C-1001", limit=10)
refused = post_payments.sync(client=client, body=PostPayment.from_dict({**PAYMENT, "externalId": "P-2", "amount": "0"}))

print(
    json.dumps(
        {
            "receivables": len(invoice.receivables),
            "paid": [part.amount for part in paid.allocations],
            "same": again.id == paid.id,
            "open": [row.open_ for row in page.data],
            "refused": [error.pointer for error in refused.errors],
        }
    )
)

"""The README's story with the python client of openapi-generator (package duecourse_client).

    openapi-generator-cli generate -g python -i http://localhost:3000/openapi.json -o client --package-name duecourse_client
    API=http://localhost:3000 KEY=dck_… python openapi_generator.py
"""

import json
import os

import duecourse_client as dc

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

configuration = dc.Configuration(host=os.environ["API"], access_token=os.environ["KEY"])

with dc.ApiClient(configuration, header_name="Accept-Language", header_value="en") as client:
    dc.CustomersApi(client).put_customers_id("C-1001", dc.PutCustomer.from_dict(CUSTOMER))
    invoice = dc.InvoicesApi(client).put_invoices_id("INV-1", dc.PutInvoice.from_dict(INVOICE))
    payments = dc.PaymentsApi(client)
    payment = dc.PostPayment.from_dict(PAYMENT)
    paid = payments.post_payments(payment)
    again = payments.post_payments(payment)
    page = dc.ReceivablesApi(client).get_receivables(customer="C-1001", limit=10)
    try:
        payments.post_payments(dc.PostPayment.from_dict({**PAYMENT, "externalId": "P-2", "amount": "0"}))
        refused = []
    except dc.ApiException as error:
        refused = [fault["pointer"] for fault in json.loads(error.body)["errors"]]

print(
    json.dumps(
        {
            "receivables": len(invoice.receivables),
            "paid": [part.amount for part in paid.allocations],
            "same": again.id == paid.id,
            "open": [row.open for row in page.data],
            "refused": refused,
        }
    )
)

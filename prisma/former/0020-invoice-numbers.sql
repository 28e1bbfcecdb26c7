-- Invoices are found by the number that is printed on them, as well as by their sender's own id.
create index invoice_printed on invoice (number);

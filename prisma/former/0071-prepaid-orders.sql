-- Which orders the text of a payment may name is asked for each payment, and most orders have ended.
create index sales_order_prepaid on sales_order (customer_id) where prepaid and state = 'open';

-- Accounts in currencies in which a customer's documents come for the first time; answers which (customer, currency) these are.
create or replace function credit_open_currencies(p_customers uuid[], p_currencies text[]) returns text[] language plpgsql as $$
declare
  r record;
  v_opened text[] := '{}';
begin
  for r in select distinct x.customer_id, x.currency from unnest(p_customers, p_currencies) x (customer_id, currency)
    where exists (select from credit_member m where m.customer_id = x.customer_id)
      and not exists (select from credit_member m where m.customer_id = x.customer_id and m.currency = x.currency) order by 1, 2 loop
    perform credit_open(r.customer_id, r.currency, business_now());
    v_opened := v_opened || (r.customer_id || ' ' || r.currency);
  end loop;
  return v_opened;
end $$;

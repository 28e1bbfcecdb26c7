-- The profile: what the books say of a customer is summed by customer, over all its documents.
create index promise_customer on promise (customer_id, due_on);
create index dispute_customer on dispute (customer_id, closed_at);
create index credit_note_customer on credit_note (customer_id, issued_on);
create index legal_case_customer on legal_case (customer_id, opened_at);
comment on column credit_profile.profile_as_of is 'the day up to which the books were last calculated and judged for this customer';

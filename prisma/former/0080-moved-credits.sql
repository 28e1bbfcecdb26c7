-- An expected credit note follows its invoice: what of it stands on another instalment, or is expected anew, is the rest of the first one.

alter table dispute add column rest_of uuid references dispute;

-- What of an expected credit note moves to another instalment, or is consumed in part, changes what is overdue too.
drop trigger dispute_moved on dispute;
create trigger dispute_moved after update of state, lapsed_at, amount_minor on dispute for each row
  when (old.state is distinct from new.state or old.lapsed_at is distinct from new.lapsed_at or old.amount_minor <> new.amount_minor)
  execute function dispute_moves_holds();

-- A discount is no credit note that was expected, as for dunning (domain/collection/receivable.ts).
do $do$
declare
  v_text text := pg_get_functiondef('receivable_conceded(uuid)'::regprocedure);
begin
  if position('a.credit_note_id is not null' in v_text) = 0 then raise exception 'receivable_conceded was changed'; end if;
  execute replace(v_text, 'a.credit_note_id is not null', 'a.credit_note_id is not null and a.basis is distinct from ''discount''');
end $do$;

/** What becomes of the rows that name a customer who is merged into another one. `where`: a condition on the row, in SQL. */
type Fate = { moves: true; where?: string } | { stays: string } | { apart: string };

const moves: Fate = { moves: true };

/** Every column that names a customer; a test holds the list against the schema. */
export const customerReferences: Readonly<Record<string, Fate>> = {
  'invoice.customer_id': moves,
  'receivable.customer_id': moves,
  'payment.customer_id': moves,
  'credit_note.customer_id': moves,
  'refund.customer_id': moves,
  'write_off.customer_id': moves,
  'dispute.customer_id': moves,
  'promise.customer_id': moves,
  'legal_case.customer_id': moves,
  'work_order.customer_id': moves,
  'sales_order.customer_id': moves,
  'goods_return.customer_id': moves,
  'order_hold.customer_id': moves,
  'shipment_request.customer_id': moves,
  'shipment_hold.customer_id': moves,
  'shipment.breach_holds': moves,
  'contact_log.customer_id': moves,
  'notice.customer_id': moves,
  'payer_copy.payer_id': moves,
  // A letter whose delivery is before it ends where it began.
  'message.customer_id': { moves: true, where: `state not in ('sending', 'deferred')` },
  'wake.customer_id': { moves: true, where: `kind <> 'outreach'` },
  // What is known of it counts where nothing is known of the other; entries of lists are joined.
  'profile_fact.customer_id': {
    moves: true,
    where: `superseded_at is null and not exists (
      select from profile_fact f where f.customer_id = $into and f.name = profile_fact.name and f.superseded_at is null)`,
  },
  'credit_review.customer_id': { moves: true, where: `state = 'open'` },
  'early_warning.customer_id': { moves: true, where: 'closed_at is null' },
  'data_finding.customer_id': { moves: true, where: 'cleared_at is null' },
  'audit.customer_id': { stays: 'the record is never rewritten; it is read under both names' },
  'event.customer_id': { stays: 'told already' },
  'contact.customer_id': { stays: 'whom the other one is reached by is its own master data' },
  'outreach.customer_id': { stays: 'nothing is asked of it any more, so it closes' },
  'assessment.customer_id': { stays: 'a judgement of its day' },
  'connector_call.customer_id': { stays: 'an answer about that company' },
  'credit_application.customer_id': { stays: 'decided before' },
  'pending_act.customer_id': { stays: 'decided before' },
  'credit_profile.customer_id': { stays: 'a judgement of its day' },
  'credit_account.customer_id': { stays: 'an account that is empty from then on' },
  'credit_member.customer_id': { stays: 'bears nothing from then on' },
  'statement.customer_id': { stays: 'said of its own books; what is open is withdrawn' },
  'customer_statement.customer_id': { stays: 'said of its own books; what is open is withdrawn' },
  'reconciliation_difference.customer_id': { stays: 'found in its own books; what is open is withdrawn' },
  'owner_before.customer_id': { stays: 'whose it was until a merger' },
  'customer_key.customer_id': { apart: 'goes, so that nobody takes the two for duplicates' },
  'customer.merged_into': { apart: 'what was merged into it before is part of the other one too' },
};

/** The columns whose rows go over, with the condition on them; `$into`: the customer that takes over. */
export const movingReferences: readonly { table: string; column: string; where: string }[] = Object.entries(
  customerReferences,
).flatMap(([name, fate]) => {
  const [table = '', column = ''] = name.split('.');
  return 'moves' in fate ? [{ table, column, where: fate.where ?? 'true' }] : [];
});

import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Decider } from '../../domain/approvals/seats.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { RefusalParams, Refused } from '../../domain/platform/refusal-codes.ts';
import { isRefusalCode } from '../../domain/platform/refusal-codes.ts';

/** A person's decision: who, and what. */
export interface AskedDecision {
  by: Decider;
}

/** Minutes of real time in which a decision is carried out; later it is asked anew, since whoever asked has long looked elsewhere. */
const MINUTES = 15;
/** So long nobody else hands over what was just handed over. */
const AGAIN_SECONDS = 20;

/** A decision in our record: on which process, under which id, and by the name of its update what kind of act it is. */
export interface IntentId {
  process: string;
  updateId: string;
  act: string;
}
type Named = Pick<IntentId, 'process' | 'updateId'>;

/**
 * The id under which a decision is asked for now. A refusal is final under its id, in our record as in the engine's: the same asked again
 * is judged anew, as the next of the chain that its first id begins. Of another content it is the refused one, which `intend` refuses.
 */
export async function idAskedNow(db: Database, { process, updateId }: Named, { by, ...asked }: AskedDecision): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    with recursive asked as (
      select ${updateId}::text as id, 0 as times
      union all
      select encode(sha256(convert_to(a.id, 'UTF8')), 'hex'), a.times + 1 from asked a
      join decision_intent i on i.process = ${process} and i.update_id = a.id and i.refused is not null
        and i.actor_id = ${by.actor.id} and i.input - 'by' = ${JSON.stringify(asked)}::jsonb)
    select id from asked order by times desc limit 1`.execute(db);
  return rows[0]?.id ?? updateId;
}

/**
 * Keeps a decision whole before the process is told of it: who, what, reasons, amounts and evidence stand here and never in a workflow
 * history. The same asked again counts from now, unless it has an outcome; throws Refusal `idempotency-body` for another content under its
 * id. Answers whether it is already on its way, so that it may be carried out whatever becomes of this try, and when it is handed over.
 */
export async function intend<Input extends AskedDecision>(
  db: Database,
  { process, updateId, act }: IntentId,
  input: Input,
): Promise<{ underWay: boolean; handOverAt: string }> {
  const { rows } = await sql<{ underWay: boolean; handOverAt: string }>`
    with before as (
      select settled_at is null as open from decision_intent where process = ${process} and update_id = ${updateId})
    insert into decision_intent (process, update_id, act, actor_id, input)
    values (${process}, ${updateId}, ${act}, ${input.by.actor.id}, ${JSON.stringify(input)}::jsonb)
    on conflict (process, update_id) do update set sent_at = clock_timestamp(), hand_over_at = excluded.hand_over_at,
        input = excluded.input, act = excluded.act, settled_at = case when decision_intent.act is not null then decision_intent.settled_at end
      where decision_intent.actor_id = excluded.actor_id and decision_intent.input - 'by' = excluded.input - 'by'
        and coalesce(decision_intent.act, excluded.act) = excluded.act
    returning coalesce((select open from before), false) as "underWay", hand_over_at::text as "handOverAt"`.execute(db);
  const [row] = rows;
  if (!row) throw new Refusal('idempotency-body', {}, { pointer: 'Idempotency-Key' });
  return row;
}

/** A decision as the API was asked for it; `lapsed` when that is too long ago, `refused` when it has been refused. */
export interface Intent<Input> {
  input: Input;
  lapsed: boolean;
  refused: Refused | null;
}

const lapsed = sql<boolean>`sent_at < clock_timestamp() - make_interval(mins => ${MINUTES})`;

/** What the API was asked to decide under this id; null for whoever reached the engine without it, or makes another act of it. */
export const readIntent = <Input extends AskedDecision>(db: Database, of: IntentId): Promise<Intent<Input> | null> =>
  intentOf(db, of, sql``);

/** The same as it is now, and stays until this transaction ends: nobody gives it an outcome beside it. */
export const lockIntent = <Input extends AskedDecision>(tx: Tx, of: IntentId): Promise<Intent<Input> | null> =>
  intentOf(tx, of, sql`for update`);

async function intentOf<Input>(
  db: Database,
  { process, updateId, act }: IntentId,
  lock: RawBuilder<unknown>,
): Promise<Intent<Input> | null> {
  const { rows } = await sql<Intent<Input>>`
    select input, ${lapsed} as lapsed, refused from decision_intent
    where process = ${process} and update_id = ${updateId} and coalesce(act, ${act}) = ${act} ${lock}`.execute(db);
  return rows[0] ?? null;
}

/** Refuses what was asked too long ago. */
export const lapsedIntent = (): Refusal => new Refusal('intent-lapsed', { minutes: MINUTES });

/** A decision was carried out in this transaction, or before: it is handed over no more. Its answer stands beside it. */
export async function settleIntent(tx: Tx, { process, updateId }: Named): Promise<void> {
  await sql`
    update decision_intent set settled_at = clock_timestamp(), refused = null
    where process = ${process} and update_id = ${updateId}`.execute(tx);
}

/** A decision is refused, unless it has an outcome. Answers why it stands refused; null: it was carried out. */
export async function refuseIntent(db: Database, { process, updateId }: Named, refused: Refused): Promise<Refused | null> {
  const { rows } = await sql<{ refused: Refused | null }>`
    update decision_intent set settled_at = coalesce(settled_at, clock_timestamp()),
      refused = case when settled_at is null then ${JSON.stringify(refused)}::jsonb else refused end
    where process = ${process} and update_id = ${updateId} returning refused`.execute(db);
  return rows[0]?.refused ?? null;
}

/** The same of one that nobody has sent, handed over or asked for again since `handOverAt` was set. Answers whether it was so. */
export async function refuseUnsent(
  db: Database,
  { process, updateId, handOverAt }: Named & { handOverAt: string },
  refused: Refused,
): Promise<boolean> {
  const { rows } = await sql`
    update decision_intent set settled_at = clock_timestamp(), refused = ${JSON.stringify(refused)}::jsonb
    where process = ${process} and update_id = ${updateId} and settled_at is null and hand_over_at = ${handOverAt}::timestamptz
    returning update_id`.execute(db);
  return rows.length > 0;
}

/** Nobody waits for it any more: it is handed over from here at once. */
export async function leaveIntent(db: Database, { process, updateId }: Named): Promise<void> {
  await sql`
    update decision_intent set hand_over_at = clock_timestamp()
    where process = ${process} and update_id = ${updateId} and settled_at is null`.execute(db);
}

/** What our record knows of a decision without an answer; null: nothing, or no more than that it was sent. */
export async function intentOutcome(
  db: Database,
  process: string,
  updateId: string,
): Promise<{ state: 'open' } | { state: 'refused'; code: Refusal['code']; params: RefusalParams } | null> {
  const { rows } = await sql<{ open: boolean; refused: { code: string; params: RefusalParams } | null }>`
    select settled_at is null as open, refused from decision_intent
    where process = ${process} and update_id = ${updateId} and act is not null`.execute(db);
  const [row] = rows;
  if (row?.refused && isRefusalCode(row.refused.code))
    return { state: 'refused', code: row.refused.code, params: row.refused.params };
  return row?.open ? { state: 'open' } : null;
}

/** A decision that nobody has answered, taken to be handed over. */
export interface LeftIntent extends IntentId {
  lapsed: boolean;
  /** When others may take it after this. */
  handOverAt: string;
  customerId: string;
}

/** Takes up to `limit` decisions that wait for somebody to hand them over; any number of workers may do so at once. */
export async function takeLeftIntents(db: Database, limit: number): Promise<LeftIntent[]> {
  const { rows } = await sql<LeftIntent>`
    update decision_intent i set hand_over_at = clock_timestamp() + make_interval(secs => ${AGAIN_SECONDS})
    where (process, update_id) in (
      select process, update_id from decision_intent where settled_at is null and act is not null and hand_over_at <= clock_timestamp()
      order by hand_over_at limit ${limit} for update skip locked)
    returning process, update_id as "updateId", act, ${lapsed} as lapsed, hand_over_at::text as "handOverAt",
      coalesce((select customer_id::text from wake where subject = i.process), '') as "customerId"`.execute(db);
  return rows;
}

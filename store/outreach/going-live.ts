import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { addDays, instantAt } from '../../domain/platform/calendar.ts';
import { outreachWorkflowId, receivableWorkflowId } from '../../domain/platform/subject.ts';
import { admittedToday, missingForGoLive } from '../../domain/outreach/going-live.ts';
import type { FirstContactCandidate, GoLive, GoLivePart, Seller } from '../../domain/outreach/going-live.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Departures } from '../platform/departures.ts';
import { isContact } from './outreach-people.ts';
import { write } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects } from '../platform/effects.ts';
import type { FirstContactRule } from '../../domain/ledger/policy.ts';

export interface GoLiveSettings {
  seller: Partial<Seller> | null;
  goLive: GoLive | null;
  missing: GoLivePart[];
}

const GO_LIVE_KEY = 'goLive';
const TASK = 'go-live-settings';

/** The settings of going live as they stand, and what of them is missing. */
export async function readGoLive(db: Database | Tx): Promise<GoLiveSettings> {
  const { rows } = await sql<{ seller: Partial<Seller> | null; goLive: GoLive | null }>`
    select (select value from setting where key = 'seller') as seller, (select value from setting where key = ${GO_LIVE_KEY}) as "goLive"`.execute(
    db,
  );
  const { seller = null, goLive = null } = rows[0] ?? {};
  return { seller, goLive, missing: missingForGoLive(seller, goLive) };
}

/**
 * Sets how the ledger goes live. Open receivables of which no step was taken yet are measured by the new day, too, and everybody concerned
 * looks again.
 */
export const writeGoLive = (store: Store, actor: Actor, goLive: GoLive, reason: string): Promise<void> =>
  changeSettings(store, actor, { [GO_LIVE_KEY]: goLive, collectFrom: goLive.collectFrom }, reason);

/** Changes settings of going live; the same again changes nothing. Who waited for one that was missing looks again. */
export async function changeSettings(store: Store, actor: Actor, values: Record<string, unknown>, reason: string): Promise<void> {
  await write(store, actor, async (work) => {
    const { tx } = work;
    const json = JSON.stringify(values);
    const { rows: before } = await sql<{ key: string; value: unknown; same: boolean }>`
      select s.key, s.value, s.value = x.value as same from jsonb_each(${json}::jsonb) x join setting s on s.key = x.key for update of s`.execute(
      tx,
    );
    if (before.length === Object.keys(values).length && before.every(({ same }) => same))
      return { value: undefined, audit: null };
    await sql`insert into setting (key, value) select key, value from jsonb_each(${json}::jsonb)
      on conflict (key) do update set value = excluded.value`.execute(tx);
    const asks = 'collectFrom' in values ? await measureAnew(tx, values['collectFrom'] as string | null) : [];
    const waiting = await whoWaits(work);
    const was = Object.fromEntries(before.map(({ key, value }) => [key, value]));
    const about = { subjectKind: 'setting', subjectId: Object.keys(values).join(', '), reason };
    return {
      value: undefined,
      audit: [{ ...about, action: 'setting.changed', before: was, after: values }, ...waiting.audit],
      asks: [...asks, ...waiting.asks],
      posts: waiting.posts,
      events: waiting.events,
    };
  });
}

/** Open receivables on which nothing was done are measured by the day in force now. */
async function measureAnew(tx: Tx, collectFrom: string | null): Promise<Effects['asks']> {
  const { rows } = await sql<{ id: string }>`
    update receivable r set collect_from = ${collectFrom}::date where stage = 'scheduled' and collect_from is distinct from ${collectFrom}::date
      and not exists (select from rung g where g.receivable_id = r.id and g.state in ('taken', 'requested')) returning id`.execute(
    tx,
  );
  return rows.map(({ id }) => ({ subject: receivableWorkflowId(id), kind: 'receivable' as const })).toSorted(bySubject);
}

const bySubject = (a: { subject: string }, b: { subject: string }): number => (a.subject < b.subject ? -1 : 1);

/** The task that asked for settings ends when none is missing, and contacts that waited for them look again. */
async function whoWaits(work: Work): Promise<Effects> {
  const { tx } = work;
  const { missing } = await readGoLive(tx);
  if (missing.length > 0) return noEffects();
  const { rows } = await sql<{ id: string }>`
    select customer_id as id from outreach where plan_why ->> 'code' in ('settings-awaited', 'first-contact-waits') order by 1`.execute(
    tx,
  );
  const open = await tx.selectFrom('work_order').select('key').where('kind', '=', TASK).where('closed_at', 'is', null).execute();
  const done = await cancelWorkOrders(work, { keys: open.map(({ key }) => key) }, 'settings-made');
  return {
    ...done,
    asks: [...done.asks, ...rows.map(({ id }) => ({ subject: outreachWorkflowId(id), kind: 'outreach' as const }))],
  };
}

/** The first message that cannot leave for want of settings asks for them; one open task is enough. */
export async function askForSettings(work: Work, missing: readonly GoLivePart[]): Promise<Effects> {
  const { tx, at } = work;
  const open = await tx
    .selectFrom('work_order')
    .select('id')
    .where('kind', '=', TASK)
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  if (open) return noEffects();
  const task = { key: `${TASK}/${at.now}`, kind: TASK, customerId: null, subject: 'settings', reason: { missing } };
  return openWorkOrder(work, task);
}

/** The policy's rule by which taken-over customers are contacted first; null: as planned. */
export async function firstContactDefault(store: Store): Promise<FirstContactRule | null> {
  const { current } = await store.policies.current();
  return current.collection.content.firstContact ?? null;
}

/** The rule in force: the setting, else the policy's. */
async function firstContactRule(tx: Tx, store: Store): Promise<FirstContactRule | null> {
  const { goLive } = await readGoLive(tx);
  return goLive ? goLive.firstContact : firstContactDefault(store);
}

/** Customers with items from before going live, whom nobody has written or spoken to since. */
const untouched = (
  departures: Pick<Departures, 'live'>,
) => sql`exists (select from receivable r join invoice i on i.id = r.invoice_id
    where r.customer_id = c.id and r.collect_from is not null and i.issue_date < r.collect_from)
  and not exists (select from message m where m.customer_id = c.id and ${isContact(departures)})
  and not exists (select from contact_log l where l.customer_id = c.id and l.by_actor <> 'twilio')`;

/** What the ramp says of one customer's next message. */
export interface FirstContact {
  /** The message is the first to a customer that was taken over. */
  first: boolean;
  admitted: boolean;
  statementFirst: boolean;
}

/** Judges whether a customer's first message may go today; two customers are judged one after the other, so that the day's number holds. */
export async function judgeFirstContact(
  { tx, at, store }: Work,
  { id: customerId, customerCode }: { id: string; customerCode: string },
  departures: Pick<Departures, 'live'>,
): Promise<FirstContact> {
  const asUsual: FirstContact = { first: false, admitted: true, statementFirst: false };
  const { rows: own } = await sql<{ untouched: boolean }>`
    select ${untouched(departures)} as untouched from customer c where c.id = ${customerId}::uuid`.execute(tx);
  if (own[0]?.untouched !== true) return asUsual;
  const rule = await firstContactRule(tx, store);
  if (!rule) return asUsual;
  await sql`select pg_advisory_xact_lock(hashtextextended('first-contact', 0))`.execute(tx);
  const { zone } = store;
  const [from, until] = [instantAt(at.today, 0, zone), instantAt(addDays(at.today, 1), 0, zone)];
  const { rows: waiting } = await sql<FirstContactCandidate>`
    select c.external_id as customer, min(r.due_date)::text as "oldestDueDate",
      sum(r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor)::bigint as "openMinor"
    from customer c join receivable r on r.customer_id = c.id and r.stage <> 'closed'
    where ${untouched(departures)} and exists (select from receivable d where d.customer_id = c.id and d.stage <> 'closed'
      and (exists (select from rung g where g.receivable_id = d.id and g.state = 'requested')
        or d.plan_step in ('notice', 'remind', 'escalate') and d.plan_at < ${until}::timestamptz))
    group by c.id, c.external_id, r.currency`.execute(tx);
  const { rows: today } = await sql<{ n: number }>`
    select count(*)::int as n from (select m.customer_id from message m join receivable r on r.customer_id = m.customer_id
      join invoice i on i.id = r.invoice_id and i.issue_date < r.collect_from
      where ${isContact(departures)} group by 1 having min(m.sending_at) >= ${from}::timestamptz) x`.execute(tx);
  const admitted = admittedToday(merged(waiting), rule, today[0]?.n ?? 0);
  return { first: true, admitted: admitted.has(customerCode), statementFirst: rule.statementFirst };
}

/** One row a customer, whatever its currencies. */
function merged(rows: readonly FirstContactCandidate[]): FirstContactCandidate[] {
  const byCode = new Map<string, FirstContactCandidate>();
  for (const { customer, oldestDueDate, openMinor } of rows) {
    const known = byCode.get(customer);
    const oldest = known && known.oldestDueDate < oldestDueDate ? known.oldestDueDate : oldestDueDate;
    byCode.set(customer, { customer, oldestDueDate: oldest, openMinor: Math.max(openMinor, known?.openMinor ?? 0) });
  }
  return [...byCode.values()];
}

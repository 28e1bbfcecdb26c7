import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { Channel } from '../../domain/outreach/governor.ts';
import type { StayReason } from '../../domain/platform/departure.ts';
import { receivableWorkflowId } from '../../domain/platform/subject.ts';
import type { Tx } from '../platform/database.ts';
import { judgeAgain } from './delivery-judgement.ts';
import type { DeferredBy, DroppedBy } from './delivery-judgement.ts';
import { readDepartures } from '../platform/departures.ts';
import type { Deployment } from '../platform/departures.ts';
import { lockOutreach } from './outreach-facts.ts';
import { write } from '../platform/transaction.ts';
import type { Store, Unchanged, Written, Work } from '../platform/transaction.ts';
import type { MessageRow } from './message-rows.ts';
import { aboutMessage, deliverer, isUnderWay, lockMessage } from './message-rows.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';
import type { MessageClass } from '../../domain/outreach/policy.ts';

/** A message about to be handed to its provider. */
export interface ClaimedMessage {
  id: string;
  channel: Channel;
  class: MessageClass;
  to: string;
  subject: string | null;
  text: string;
  providerTemplate: string | null;
}

/**
 * Who may call the provider. `call`: this caller, and nobody else, for the call is on record. `reconcile`: a call is on record without its
 * outcome, begun at `calledAt` (real time, `ageMs` ago). `settled`: nothing is left to do.
 */
export type DeliveryClaim =
  | { claim: 'call'; message: ClaimedMessage }
  | {
      claim: 'reconcile';
      message: ClaimedMessage;
      provider: string;
      calledAt: Instant;
      ageMs: number;
      calls: number;
      /** Provider ids of other messages to that address. */
      known: string[];
    }
  /** Nothing may leave by this channel now, and nothing has: the message is kept here for good. */
  | { claim: 'keep'; why: StayReason }
  /** A call is on record without its outcome, and the provider may not be asked now. */
  | { claim: 'stranded'; provider: string; why: StayReason }
  /** The rules let it go only then, and no provider has it. */
  | { claim: 'wait'; until: Instant; why: DeferredBy }
  /** Nobody is to get it any more, and no provider has it. */
  | { claim: 'drop'; why: DroppedBy }
  /** The time for contacts has ended a second time and the provider has not taken it. */
  | { claim: 'give-up' }
  | { claim: 'settled' };

const outgoing = (row: MessageRow): ClaimedMessage => ({
  id: row.id,
  channel: row.channel,
  class: row.class,
  to: row.address,
  subject: row.subject,
  text: row.body,
  providerTemplate: row.provider_template,
});

/** The channel of a message; null: it does not exist. */
export async function channelOf(store: Store, messageId: string): Promise<Channel | null> {
  const row = await store.db.selectFrom('message').select('channel').where('id', '=', messageId).executeTakeFirst();
  return (row?.channel as Channel | undefined) ?? null;
}

/**
 * Puts the coming provider call on record before it is made, so that a crash in between is seen: whoever comes next reconciles first.
 * `again`: the provider has been asked and does not have it, so one more call may be made. What no provider has is judged anew each time.
 */
export function claimDelivery(
  store: Store,
  input: { messageId: string; provider: string; again: boolean },
  deployment: Deployment,
): Promise<DeliveryClaim> {
  return write<DeliveryClaim>(store, deliverer, async (work) => {
    const { tx } = work;
    const row = await lockWithOutreach(tx, input.messageId);
    if (!row || !isUnderWay(row)) return { value: { claim: 'settled' }, audit: null };
    const departures = await readDepartures(tx, store, deployment);
    const [why] = departures.reasons(row.channel);
    const open = row.called_at !== null && !input.again;
    // Judged when it was written down, and again now: the clock may have been moved, or the database restored, in between.
    if (why !== undefined) {
      const claim: DeliveryClaim = open ? { claim: 'stranded', provider: row.provider ?? '', why } : { claim: 'keep', why };
      return { value: claim, audit: null };
    }
    if (open) return { value: await reconciling(tx, row), audit: null };
    const again = await judgeAgain(work, row, departures);
    if (again.verdict !== 'go') return standBack(tx, row, again, input.again);
    return putOnRecord(work, row, input, again.effects);
  });
}

/** In the order in which contacts lock: the customer's outreach, the message, and then the receivables it asks for. */
async function lockWithOutreach(tx: Tx, messageId: string): Promise<MessageRow | undefined> {
  const of = await tx.selectFrom('message').select('customer_id').where('id', '=', messageId).executeTakeFirst();
  if (of) await lockOutreach(tx, of.customer_id);
  return of && lockMessage(tx, messageId);
}

async function reconciling(tx: Tx, row: MessageRow): Promise<DeliveryClaim> {
  const known = await sql<{ id: string }>`select provider_id as id from message where address_hash = ${row.address_hash}
    and provider_id is not null and id <> ${row.id}::uuid`.execute(tx);
  return {
    claim: 'reconcile',
    message: outgoing(row),
    provider: row.provider ?? '',
    calledAt: row.called_at ?? '',
    ageMs: row.age_ms ?? 0,
    calls: row.calls,
    known: known.rows.map((found) => found.id),
  };
}

type NoCall = Exclude<Awaited<ReturnType<typeof judgeAgain>>, { verdict: 'go' }>;

/** No call is made; the one that the provider does not have is off the record. */
async function standBack(
  tx: Tx,
  row: MessageRow,
  { verdict, ...rest }: NoCall,
  again: boolean,
): Promise<Unchanged<DeliveryClaim> | Written<DeliveryClaim>> {
  const waited = verdict === 'wait' && row.wait_until !== null && row.state === 'sending' && row.calls > 0;
  const value = (waited ? { claim: 'give-up' } : { claim: verdict, ...rest }) as DeliveryClaim;
  if (!again) return { value, audit: null };
  await tx.updateTable('message').set({ called_at: null }).where('id', '=', row.id).execute();
  return { value, audit: [absent(row)] };
}

const absent = (row: MessageRow): AuditFact => ({ ...aboutMessage(row), action: 'message.reconciled', reason: 'absent' });

async function putOnRecord(
  work: Work,
  judged: MessageRow,
  { provider, again }: { provider: string; again: boolean },
  rewritten: Effects,
): Promise<Written<DeliveryClaim>> {
  const { tx } = work;
  const row = (await lockMessage(tx, judged.id)) ?? judged;
  const effects = noEffects();
  addEffects(effects, rewritten);
  if (row.state === 'deferred') addEffects(effects, await goesNow(work, row));
  const call = row.calls + 1;
  await tx
    .updateTable('message')
    .set({ state: 'sending', calls: call, called_at: sql`clock_timestamp()`, provider })
    .where('id', '=', row.id)
    .execute();
  const after = { provider, call };
  const called = { ...aboutMessage(row), action: 'message.called', after };
  const [first, ...others] = [...effects.audit, ...(again ? [{ ...absent(row), after }] : []), called];
  return { ...effects, value: { claim: 'call', message: outgoing(row) }, audit: [first ?? called, ...others] };
}

/** What waited counts from now: in the caps, and for the steps that follow its own. */
async function goesNow({ tx, at }: Work, row: MessageRow): Promise<Partial<Effects>> {
  await tx.updateTable('message').set({ sending_at: at.now, reason: null }).where('id', '=', row.id).execute();
  const { rows } = await sql<{ id: string }>`
    update rung g set at = ${at.now}::timestamptz from message_rung x
    where x.message_id = ${row.id}::uuid and x.attempt = 0 and not x.to_payer and g.receivable_id = x.receivable_id and g.rung = x.rung
      and g.state = 'taken' returning g.receivable_id as id`.execute(tx);
  return { asks: rows.map(({ id }) => ({ subject: receivableWorkflowId(id), kind: 'receivable' as const })) };
}

/** The provider said that it has not taken the message: the call is off the record, and another may be made later. */
export function releaseDelivery(store: Store, input: { messageId: string; why: string }): Promise<void> {
  return write<void>(store, deliverer, async ({ tx }) => {
    const row = await lockMessage(tx, input.messageId);
    if (!row || row.state !== 'sending' || row.called_at === null) return { value: undefined, audit: null };
    await tx.updateTable('message').set({ called_at: null }).where('id', '=', row.id).execute();
    return { value: undefined, audit: [{ ...aboutMessage(row), action: 'message.busy', reason: input.why }] };
  });
}

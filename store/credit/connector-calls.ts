import { sql } from 'kysely';
import type { ConnectorAnswer, ConnectorOutcome, ConnectorProblem } from '../../domain/credit/connectors.ts';
import type { ConnectorName } from '../../domain/credit/facts.ts';
import type { LastAnswers } from '../../domain/credit/profile.ts';
import { normalTaxId, taxIdFault } from '../../domain/customers/tax-id.ts';
import { subjectOf } from '../../domain/platform/subject.ts';
import type { Tx } from '../platform/database.ts';
import { readDepartures } from '../platform/departures.ts';
import type { Deployment } from '../platform/departures.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Ask, Store, Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import { recordFacts } from './facts.ts';
import { noticeChanges } from './profile-row.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects } from '../platform/effects.ts';

/** A call to be made, or made. `askedFor`: workflow id of the process that waits for it. */
export interface NewConnectorCall {
  customerId: string;
  connector: ConnectorName;
  askedFor: string | null;
}

export type ClosingAnswer = Exclude<ConnectorAnswer, { outcome: 'busy' }> | { outcome: 'unavailable'; problem: ConnectorProblem };

const actor = systemActor('connectors');
const WORK_ORDER = 'connector-silent';

/** Puts a call on record; a try after the first finds the row of the first. */
export async function openConnectorCall(
  store: Store,
  call: NewConnectorCall,
  deployment: Deployment,
): Promise<{ callId: string; taxId: string | null; leaves: boolean }> {
  return write(store, actor, async ({ tx, at }) => {
    const { taxId } = await lockCustomer(tx, call.customerId);
    const leaves = (await readDepartures(tx, store, deployment)).providers.includes(call.connector);
    const known = taxId !== null && taxIdFault(taxId) === null ? normalTaxId(taxId) : null;
    const { rows: open } = await sql<{ id: string }>`
      select id from connector_call where customer_id = ${call.customerId}::uuid and connector = ${call.connector}
        and asked_for is not distinct from ${call.askedFor} and state = 'asked' order by asked_at limit 1`.execute(tx);
    if (open[0]) return { value: { callId: open[0].id, taxId: known, leaves }, audit: null };
    const { id } = await tx
      .insertInto('connector_call')
      .values({
        customer_id: call.customerId,
        connector: call.connector,
        asked_for: call.askedFor,
        state: 'asked',
        asked_at: at.now,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    if (await lastProblem(tx, call, id)) return { value: { callId: id, taxId: known, leaves }, audit: null };
    const about = { subjectKind: 'customer', subjectId: call.customerId, customerId: call.customerId };
    const audit = { ...about, action: 'profile.connector-asked', after: { connector: call.connector, for: call.askedFor } };
    return { value: { callId: id, taxId: known, leaves }, audit: [audit] };
  });
}

async function lockCustomer(tx: Tx, id: string): Promise<{ externalId: string; taxId: string | null }> {
  const { rows } = await sql<{ externalId: string; taxId: string | null }>`
    select external_id as "externalId", tax_id as "taxId" from customer where id = ${id}::uuid for no key update`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error(`no customer ${id}`);
  return row;
}

interface Call {
  id: string;
  customerId: string;
  connector: ConnectorName;
  askedFor: string | null;
  state: 'asked' | 'answered' | 'failed' | 'unavailable';
  problem: ConnectorProblem | null;
}

/**
 * Ends a call. Facts are taken over and judged at once; without any the reason stands on the call, and a person is asked unless the
 * process that waits asks one itself. A call that has ended keeps its first end.
 */
export async function closeConnectorCall(
  store: Store,
  { callId, answer: given }: { callId: string; answer: ClosingAnswer },
): Promise<ConnectorOutcome> {
  return write(store, actor, async (work) => {
    const { tx, at } = work;
    const call = await readCall(tx, callId);
    if (call.state !== 'asked')
      return { value: { connector: call.connector, state: call.state, problem: call.problem }, audit: null };
    const { externalId } = await lockCustomer(tx, call.customerId);
    const answer: ClosingAnswer =
      given.outcome === 'answered' && given.asOf > at.today ? { outcome: 'failed', problem: 'dated-ahead' } : given;
    const problem = answer.outcome === 'answered' ? null : answer.problem;
    await sql`update connector_call set state = ${answer.outcome}, problem = ${problem}, answered_at = ${at.now}::timestamptz
      where id = ${call.id}::uuid`.execute(tx);
    const effects =
      answer.outcome === 'answered'
        ? await takeOver(work, call, answer)
        : await giveToPerson(work, call, externalId, answer.problem);
    const about = { subjectKind: 'customer', subjectId: call.customerId, customerId: call.customerId };
    const audit = {
      ...about,
      action: `profile.connector-${answer.outcome}`,
      reason: problem,
      after: { connector: call.connector, for: call.askedFor, problem },
    };
    const value = { connector: call.connector, state: answer.outcome, problem };
    // The same silence once more is a figure: the first time stands in the record.
    if (problem !== null && effects.audit.length === 0 && (await lastProblem(tx, call, call.id)) === problem)
      return { value, audit: null, asks: waiting(call) };
    return {
      value,
      audit: [audit, ...effects.audit],
      asks: [...effects.asks, ...waiting(call)],
      posts: effects.posts,
      events: [{ ...about, kind: audit.action, data: { connector: call.connector, problem } }, ...effects.events],
    };
  });
}

/** What kept the call before this one from being answered; null: it was answered, or there was none. */
async function lastProblem(
  tx: Tx,
  { customerId, connector, askedFor }: NewConnectorCall,
  before: string,
): Promise<ConnectorProblem | null> {
  const { rows } = await sql<{ problem: ConnectorProblem | null }>`
    select problem from connector_call where customer_id = ${customerId}::uuid and connector = ${connector}
      and asked_for is not distinct from ${askedFor} and id < ${before}::uuid order by id desc limit 1`.execute(tx);
  return rows[0]?.problem ?? null;
}

async function readCall(tx: Tx, id: string): Promise<Call> {
  const { rows } = await sql<Call>`
    select id, customer_id as "customerId", connector, asked_for as "askedFor", state, problem from connector_call
    where id = ${id}::uuid for update`.execute(tx);
  const call = rows[0];
  if (!call) throw new Error(`no connector call ${id}`);
  return call;
}

type Answered = Extract<ClosingAnswer, { outcome: 'answered' }>;

async function takeOver(work: Work, { customerId, connector }: Call, { asOf, facts }: Answered): Promise<Effects> {
  const { tx } = work;
  const told = facts.map((fact) => ({ ...fact, customerId, asOf, source: connector, evidence: null }));
  const recorded = await recordFacts(work, connector, told);
  const noticed = await noticeChanges(work, [customerId]);
  const done = await cancelWorkOrders(work, { keys: await connectorOrders(tx, customerId, connector) }, 'facts-told');
  return {
    audit: [...recorded.audit, ...noticed.audit, ...done.audit],
    events: [...recorded.events, ...noticed.events, ...done.events],
    asks: [...noticed.asks, ...done.asks],
    posts: [...noticed.posts, ...done.posts],
  };
}

/** One open work order for a silent connector and customer, however often it is asked. */
async function giveToPerson(
  work: Work,
  { id, customerId, connector, askedFor }: Call,
  externalId: string,
  problem: ConnectorProblem,
): Promise<Effects> {
  const { tx } = work;
  if (askedFor !== null) return noEffects();
  if ((await connectorOrders(tx, customerId, connector)).length > 0) return noEffects();
  return openWorkOrder(work, {
    key: `connector/${connector}/${externalId}/${id}`,
    kind: WORK_ORDER,
    customerId,
    subject: `${connector} about customer ${externalId}`,
    reason: { connector, problem },
  });
}

/** When each connector last answered about these customers. */
export async function lastAnswers(
  tx: Tx,
  zone: string,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, LastAnswers>> {
  const { rows } = await sql<{ customerId: string; answers: LastAnswers }>`
    select customer_id as "customerId", jsonb_object_agg(connector, on_date) as answers from (
      select customer_id, connector, max((answered_at at time zone ${zone})::date) as on_date from connector_call
      where customer_id = any(${[...customerIds]}::uuid[]) and state = 'answered' group by 1, 2) each group by 1`.execute(tx);
  return new Map(rows.map((row) => [row.customerId, row.answers]));
}

/** Keys of the open work orders about a connector that told nothing of a customer. */
export async function connectorOrders(tx: Tx, customerId: string, connector: ConnectorName): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select key from work_order where customer_id = ${customerId}::uuid and kind = ${WORK_ORDER} and closed_at is null
      and starts_with(key, ${`connector/${connector}/`})`.execute(tx);
  return rows.map((row) => row.key);
}

function waiting({ askedFor, customerId }: Call): Ask[] {
  const subject = askedFor === null ? null : subjectOf(askedFor);
  return askedFor !== null && subject ? [{ subject: askedFor, kind: subject.kind, customerId }] : [];
}

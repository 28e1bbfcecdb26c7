import { sql } from 'kysely';
import { connectorOf, factNames } from '../../domain/credit/facts.ts';
import type { ConnectorName } from '../../domain/credit/facts.ts';
import { connectorsFor, staleFacts } from '../../domain/credit/profile.ts';
import type { RefreshPlan } from '../../domain/credit/watch.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import { realWaitMs } from '../../domain/platform/clock.ts';
import { recordset } from '../platform/rows.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { lastAnswers } from './connector-calls.ts';
import { collectDossiers } from './dossier.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects } from '../platform/effects.ts';

/** A connector to be asked about a customer, by the customer's own refresh. */
export interface RefreshRequest {
  customerId: string;
  connector: ConnectorName;
}

/** Puts calls on record and rings the refresh of each customer; one that is asked already is not asked twice. */
export async function requestRefresh({ tx, at }: Work, requests: readonly RefreshRequest[]): Promise<Effects> {
  if (requests.length === 0) return noEffects();
  const rows = requests.map(({ customerId, connector }) => ({ customer_id: customerId, connector }));
  await sql`
    insert into connector_call (customer_id, connector, state, asked_at)
    select x.customer_id, x.connector, 'asked', ${at.now}::timestamptz from ${recordset(rows, 'customer_id uuid, connector text')}
    where not exists (select from connector_call c where c.customer_id = x.customer_id and c.connector = x.connector and c.asked_for is null and c.state = 'asked')
    order by 1, 2`.execute(tx);
  const customers = [...new Set(requests.map((one) => one.customerId))];
  return {
    ...noEffects(),
    audit: customers.map((customerId) => ({
      subjectKind: 'customer',
      subjectId: customerId,
      customerId,
      action: 'profile.refresh-asked',
      after: { connectors: requests.filter((one) => one.customerId === customerId).map((one) => one.connector) },
    })),
    asks: customers.map((customerId) => ({
      subject: workflowId('profile-refresh', customerId),
      kind: 'profile-refresh',
      customerId,
    })),
  };
}

/** The night's part: customers with a grade whose facts went stale, or were never told, and whose connector can be asked here. */
export async function askStale(
  work: Work,
  customerIds: readonly string[],
  connectors: readonly ConnectorName[],
): Promise<Effects> {
  const { tx, at, store } = work;
  if (connectors.length === 0) return noEffects();
  const { rows } = await sql<{ id: string }>`
    select customer_id as id from credit_profile where customer_id = any(${[...customerIds]}::uuid[]) and grade is not null`.execute(
    tx,
  );
  const dossiers = await collectDossiers(
    tx,
    store,
    at,
    rows.map((row) => row.id),
  );
  const { current } = await store.policies.current();
  const { freshness } = current['credit-rules'].content;
  const needed = factNames.filter((name) => connectors.some((connector) => connector === connectorOf(name)));
  const answers = await lastAnswers(tx, store.zone, [...dossiers.keys()]);
  const requests = [...dossiers].flatMap(([customerId, facts]) =>
    connectorsFor(staleFacts(facts, freshness, at.today, needed, answers.get(customerId)))
      .filter((connector) => connectors.includes(connector))
      .map((connector) => ({ customerId, connector })),
  );
  return requestRefresh(work, requests);
}

/** What a customer's refresh has to ask: the calls that are on record and not made. */
export async function planRefresh(store: Store, { id, seq }: { id: string; seq: number | null }): Promise<RefreshPlan> {
  return write(store, systemActor('profile-refresh'), async ({ tx, at }) => {
    const subject = workflowId('profile-refresh', id);
    const { rows: wake } = await sql<{ asked: number }>`select asked from wake where subject = ${subject}`.execute(tx);
    const { rows } = await sql<{ connector: ConnectorName }>`
      select distinct connector from connector_call where customer_id = ${id}::uuid and asked_for is null and state = 'asked' order by 1`.execute(
      tx,
    );
    const connectors = rows.map((row) => row.connector);
    const due = connectors.length > 0 ? at.now : null;
    const plan: RefreshPlan = {
      seq: (seq ?? 0) + 1,
      step: due === null ? 'close' : 'ask',
      at: due,
      waitMs: realWaitMs(at.clock, due, at.now),
      why: due === null ? 'nothing is left to ask' : `to ask: ${connectors.join(', ')}`,
      connectors,
    };
    return { value: plan, audit: null, answer: { subject, asked: wake[0]?.asked ?? 0, at: due } };
  });
}

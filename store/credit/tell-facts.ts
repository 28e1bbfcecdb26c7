import { sql } from 'kysely';
import { inScope } from '../../domain/kernel/actor.ts';
import type { Actor } from '../../domain/kernel/actor.ts';
import { Refusal } from '../../domain/kernel/refusal.ts';
import { workflowId } from '../../domain/kernel/subject.ts';
import type { EnteredFact } from '../../domain/credit/fact-values.ts';
import { connectorOf, factTable } from '../../domain/credit/facts.ts';
import type { ConnectorName, FactName } from '../../domain/credit/facts.ts';
import { connectorsFor, staleFacts } from '../../domain/credit/profile.ts';
import type { Tx } from '../database.ts';
import { readDepartures } from '../departures.ts';
import type { Deployment } from '../departures.ts';
import { isOurId, refusalFor } from '../rows.ts';
import { write } from '../transaction.ts';
import type { Ask, Moment, Store } from '../transaction.ts';
import { cancelWorkOrders } from '../work-orders.ts';
import { connectorOrders } from './connector-calls.ts';
import { collectDossier } from './dossier.ts';
import { recordFacts } from './facts.ts';
import { noticeChanges } from './profile-row.ts';
import { settleQuality } from './quality.ts';
import { refreshProfiles } from './refresh.ts';
import { requestRefresh } from './refresh-requests.ts';
import type { RefusalReason } from '../../domain/kernel/refusal-codes.ts';
import { addTraces, noTraces } from '../traces.ts';

/**
 * Enters facts by hand: each dated, some only with evidence. What was judged on them is judged anew at once; applications that wait for
 * facts look again. Throws Refusal `evidence-missing`, `date-in-future`.
 */
export async function tellFacts(
  store: Store,
  actor: Actor,
  customer: string,
  facts: readonly EnteredFact[],
  reason: string | null,
): Promise<{ changed: boolean }> {
  return write<{ changed: boolean }>(store, actor, async (tx, at) => {
    const found = await lockCustomer(tx, actor, customer);
    const refusal = refusalFor(faultsOf(facts, at));
    if (refusal) throw refusal;
    const source = actor.kind === 'key' && actor.role === 'erp' ? 'erp' : 'manual';
    const told = facts.map((fact) => ({ ...fact, customerId: found.id, source }) as const);
    const recorded = await recordFacts(tx, at, actor.id, told);
    const [first, ...more] = recorded.audit;
    if (!first) return { value: { changed: false }, audit: null };
    const traces = await noticeChanges(tx, store, at, [found.id]);
    addTraces(traces, (await settleQuality(tx, store, at, [found.id])).traces);
    addTraces(traces, await endConnectorOrders(tx, at, found.id, facts));
    return {
      value: { changed: true },
      audit: [{ ...first, reason }, ...more, ...traces.audit],
      asks: [...traces.asks, ...(await waitingApplications(tx, found.id))],
      posts: traces.posts,
      events: [...recorded.events, ...traces.events],
    };
  });
}

/** The customer, locked; one the actor may not see is not there. */
async function lockCustomer(tx: Tx, actor: Actor, customer: string): Promise<{ id: string; code: string }> {
  const { rows } = await sql<{ id: string; code: string; region: string | null; owner: string | null }>`
    select id, external_id as code, region, owner from customer
    where external_id = customer_now(${customer}) or id = ${isOurId(customer) ? customer : null}::uuid
    order by external_id = customer_now(${customer}) desc limit 1 for no key update`.execute(tx);
  const row = rows[0];
  if (!row || !inScope(actor, row)) throw new Refusal('not-found', { id: customer });
  return row;
}

function faultsOf(facts: readonly EnteredFact[], at: Moment): RefusalReason[] {
  return facts.flatMap(({ name, asOf, evidence }, i): RefusalReason[] => [
    ...(asOf > at.today
      ? [{ code: 'date-in-future' as const, params: { date: asOf, today: at.today }, pointer: `/facts/${i}/asOf` }]
      : []),
    ...(factTable[name].evidence && evidence === null
      ? [{ code: 'evidence-missing' as const, params: { fact: name }, pointer: `/facts/${i}/evidence` }]
      : []),
  ]);
}

/** A person told what a register did not: the work orders that asked for it are done with. */
async function endConnectorOrders(tx: Tx, at: Moment, customerId: string, facts: readonly EnteredFact[]) {
  const told = new Set(facts.map((fact) => connectorOf(fact.name)).filter((name): name is ConnectorName => name !== null));
  const traces = noTraces();
  for (const connector of told) {
    const keys = await connectorOrders(tx, customerId, connector);
    if (keys.length > 0) addTraces(traces, await cancelWorkOrders(tx, at, { keys }, 'facts-told'));
  }
  return traces;
}

async function waitingApplications(tx: Tx, customerId: string): Promise<Ask[]> {
  const { rows } = await sql<{ id: string }>`
    select id from credit_application where customer_id = ${customerId}::uuid and state = 'assessing' order by id`.execute(tx);
  return rows.map(({ id }) => ({ subject: workflowId('credit-application', id), kind: 'credit-application', customerId }));
}

/**
 * Refreshes one customer's profile: the books are calculated now, and those of `deployment` that can tell what is stale are asked; what
 * only a person can tell is named.
 */
export async function refreshProfile(
  store: Store,
  actor: Actor,
  customer: string,
  deployment: Deployment,
  reason: string | null,
): Promise<{ asked: ConnectorName[]; unanswerable: FactName[] }> {
  return write(store, actor, async (tx, at) => {
    const found = await lockCustomer(tx, actor, customer);
    const { traces } = await refreshProfiles(tx, store, at, [found.id]);
    const { current } = await store.policies.current();
    const facts = await collectDossier(tx, store, at, found.id);
    const stale = staleFacts(facts, current['credit-rules'].content.freshness, at.today, connectorFacts);
    const { providers } = await readDepartures(tx, store, deployment);
    const live = (name: ConnectorName | null): boolean => name !== null && providers.includes(name);
    const asked = connectorsFor(stale).filter(live);
    addTraces(
      traces,
      await requestRefresh(
        tx,
        at,
        asked.map((connector) => ({ customerId: found.id, connector })),
      ),
    );
    const about = { subjectKind: 'customer', subjectId: found.id, customerId: found.id };
    return {
      value: { asked, unanswerable: stale.filter((one) => !live(one.connector)).map((one) => one.name) },
      audit: [{ ...about, action: 'profile.refreshed', reason, after: { asked } }, ...traces.audit],
      asks: traces.asks,
      posts: traces.posts,
      events: [{ ...about, kind: 'profile.refreshed', data: { asked } }, ...traces.events],
    };
  });
}

/** Facts a connector can tell. */
const connectorFacts = (Object.keys(factTable) as FactName[]).filter((name) => connectorOf(name) !== null);

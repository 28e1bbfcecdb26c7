import { sql } from 'kysely';
import { inScope } from '../../domain/platform/actor.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { EnteredFact } from '../../domain/credit/fact-values.ts';
import { connectorOf, factTable } from '../../domain/credit/facts.ts';
import type { ConnectorName, FactName } from '../../domain/credit/facts.ts';
import { connectorsFor, staleFacts } from '../../domain/credit/profile.ts';
import { askForDelistings, withoutDelistings } from './acts/delisting.ts';
import type { Tx } from '../platform/database.ts';
import { readDepartures } from '../platform/departures.ts';
import type { Deployment } from '../platform/departures.ts';
import { isOurId, refusalFor } from '../platform/rows.ts';
import { write } from '../platform/transaction.ts';
import type { Moment, Store } from '../platform/transaction.ts';
import { collectDossier } from './dossier.ts';
import { recordFacts } from './facts.ts';
import { factsTold } from './facts-told.ts';
import { refreshProfiles } from './refresh.ts';
import { requestRefresh } from './refresh-requests.ts';
import type { RefusalReason } from '../../domain/platform/refusal-codes.ts';
import { addEffects } from '../platform/effects.ts';

/**
 * Enters facts by hand: each dated, some only with evidence. What was judged on them is judged anew at once; applications that wait for
 * facts look again. That a customer is off a list waits for a second person. Throws Refusal `evidence-missing`, `date-in-future`.
 */
export async function tellFacts(
  store: Store,
  actor: Actor,
  customer: string,
  facts: readonly EnteredFact[],
  reason: string | null,
): Promise<{ id: string; changed: boolean }> {
  return write<{ id: string; changed: boolean }>(store, actor, async (work) => {
    const { tx, at } = work;
    const found = await lockCustomer(tx, actor, customer);
    const refusal = refusalFor(faultsOf(facts, at));
    if (refusal) throw refusal;
    const source = actor.kind === 'key' && actor.role === 'erp' ? 'erp' : 'manual';
    const told = facts.map((fact) => ({ ...fact, customerId: found.id, source }) as const);
    const { now, delistings } = await withoutDelistings(tx, told);
    const effects = await askForDelistings({ store, tx, at, actor, reason }, delistings);
    const recorded = await recordFacts(work, actor.id, now);
    const changed = recorded.audit.length > 0;
    const names = now.map(({ name }) => name);
    if (changed) addEffects(effects, await factsTold(work, found.id, names));
    const [first, ...more] = [...recorded.audit.map((audit) => ({ ...audit, reason })), ...effects.audit];
    if (!first) return { value: { id: found.id, changed }, audit: null };
    return {
      value: { id: found.id, changed },
      ...effects,
      audit: [first, ...more],
      events: [...recorded.events, ...effects.events],
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
  return write(store, actor, async (work) => {
    const { tx, at } = work;
    const found = await lockCustomer(tx, actor, customer);
    const { effects } = await refreshProfiles(work, [found.id]);
    const { current } = await store.policies.current();
    const facts = await collectDossier(tx, store, at, found.id);
    const stale = staleFacts(facts, current['credit-rules'].content.freshness, at.today, connectorFacts);
    const { providers } = await readDepartures(tx, store, deployment);
    const live = (name: ConnectorName | null): boolean => name !== null && providers.includes(name);
    const asked = connectorsFor(stale).filter(live);
    addEffects(
      effects,
      await requestRefresh(
        work,
        asked.map((connector) => ({ customerId: found.id, connector })),
      ),
    );
    const about = { subjectKind: 'customer', subjectId: found.id, customerId: found.id };
    return {
      value: { asked, unanswerable: stale.filter((one) => !live(one.connector)).map((one) => one.name) },
      audit: [{ ...about, action: 'profile.refreshed', reason, after: { asked } }, ...effects.audit],
      asks: effects.asks,
      posts: effects.posts,
      events: [{ ...about, kind: 'profile.refreshed', data: { asked } }, ...effects.events],
    };
  });
}

/** Facts a connector can tell. */
const connectorFacts = (Object.keys(factTable) as FactName[]).filter((name) => connectorOf(name) !== null);

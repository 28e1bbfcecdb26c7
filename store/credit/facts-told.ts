import { sql } from 'kysely';
import { connectorOf } from '../../domain/credit/facts.ts';
import type { ConnectorName, FactName } from '../../domain/credit/facts.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import type { Tx } from '../platform/database.ts';
import type { Ask, Work } from '../platform/transaction.ts';
import { addEffects, noEffects } from '../platform/effects.ts';
import { cancelWorkOrders } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { connectorOrders } from './connector-calls.ts';
import { noticeChanges } from './profile-row.ts';
import { settleQuality } from './quality.ts';

/** What becomes of facts that people told of a customer: what was judged on them is judged anew, and whoever waited for them looks again. */
export async function factsTold(work: Work, customerId: string, names: readonly FactName[]): Promise<Effects> {
  const { tx } = work;
  const effects = await noticeChanges(work, [customerId]);
  addEffects(effects, (await settleQuality(work, [customerId])).effects);
  addEffects(effects, await endConnectorOrders(work, customerId, names));
  return { ...effects, asks: [...effects.asks, ...(await waitingApplications(tx, customerId))] };
}

/** A person told what a register did not: the work orders that asked for it are done with. */
async function endConnectorOrders(work: Work, customerId: string, names: readonly FactName[]): Promise<Effects> {
  const { tx } = work;
  const told = new Set(names.map((name) => connectorOf(name)).filter((name): name is ConnectorName => name !== null));
  const effects = noEffects();
  for (const connector of told) {
    const keys = await connectorOrders(tx, customerId, connector);
    if (keys.length > 0) addEffects(effects, await cancelWorkOrders(work, { keys }, 'facts-told'));
  }
  return effects;
}

async function waitingApplications(tx: Tx, customerId: string): Promise<Ask[]> {
  const { rows } = await sql<{ id: string }>`
    select id from credit_application where customer_id = ${customerId}::uuid and state = 'assessing' order by id`.execute(tx);
  return rows.map(({ id }) => ({ subject: workflowId('credit-application', id), kind: 'credit-application', customerId }));
}

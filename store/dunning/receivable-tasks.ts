import type { Rung } from '../../domain/dunning/ladder.ts';
import type { Tx } from '../platform/database.ts';
import { stepEffects } from './dunning-effects.ts';
import { joinLegalCase, leaveLegalCase, rejoinLegalCase } from '../legal/legal-cases.ts';
import type { ReceivableCase } from '../ledger/receivable-facts.ts';
import { askOf, leaveTasks, rejoinTasks } from './task-items.ts';
import type { Moment, Store } from '../platform/transaction.ts';
import { cancelWorkOrders, reopenWorkOrders } from '../tasks/work-orders.ts';
import type { WorkOrderTraces } from '../platform/traces.ts';
import { joinTraces, noTraces } from '../platform/traces.ts';
import type { Outcome } from '../../domain/ledger/outcome.ts';

/** The task that a rung calls for: of its own, of its customer's, or with legal. */
export async function openTask(store: Store, tx: Tx, at: Moment, found: ReceivableCase, rung: Rung): Promise<WorkOrderTraces> {
  const kind = rung.workOrder ?? rung.action;
  const effects = await stepEffects(store, tx, at, found, { rung, kind });
  if (rung.action === 'legal') return joinTraces(await joinLegalCase(store, tx, at, found, kind), effects);
  const task = await askOf(store, tx, at, found, { rung: rung.id, kind, key: `${found.id}/rung/${rung.id}` });
  return joinTraces(task, effects);
}

/** What ends leaves its tasks; what is owed again goes on with those that its end took away. */
export async function moveTasks(
  store: Store,
  tx: Tx,
  at: Moment,
  found: ReceivableCase,
  outcome: Outcome | null,
): Promise<WorkOrderTraces> {
  const before = found.facts.outcome;
  if (before && !outcome) return takeUpAgain(store, tx, at, found);
  return outcome && !before && found.hasTasks ? endTasks(tx, at, found, outcome) : noTraces();
}

async function takeUpAgain(store: Store, tx: Tx, at: Moment, found: ReceivableCase): Promise<WorkOrderTraces> {
  const { id: receivableId, customerId, customerCode } = found;
  const own = await reopenWorkOrders(tx, store, at, receivableId);
  const shared = await rejoinTasks(tx, store, at, { receivableId, customerId, customerCode });
  return joinTraces(own, shared, await rejoinLegalCase(store, tx, at, found));
}

async function endTasks(tx: Tx, at: Moment, found: ReceivableCase, outcome: Outcome): Promise<WorkOrderTraces> {
  const own = await cancelWorkOrders(tx, at, { receivableId: found.id }, outcome);
  const shared = await leaveTasks(tx, at, found.id, outcome);
  return joinTraces(own, shared, await leaveLegalCase(tx, at, found.id));
}

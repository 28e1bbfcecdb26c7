import type { Rung } from '../../domain/dunning/ladder.ts';
import { stepEffects } from './dunning-effects.ts';
import { joinLegalCase, leaveLegalCase, rejoinLegalCase } from '../legal/legal-cases.ts';
import type { ReceivableCase } from '../ledger/receivable-facts.ts';
import { askOf, leaveTasks, rejoinTasks } from './task-items.ts';
import type { Work } from '../platform/transaction.ts';
import { cancelWorkOrders, reopenWorkOrders } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { joinEffects, noEffects } from '../platform/effects.ts';
import type { Outcome } from '../../domain/ledger/outcome.ts';

/** The task that a rung calls for: of its own, of its customer's, or with legal. */
export async function openTask(work: Work, found: ReceivableCase, rung: Rung): Promise<Effects> {
  const kind = rung.workOrder ?? rung.action;
  const effects = await stepEffects(work, found, { rung, kind });
  if (rung.action === 'legal') return joinEffects(await joinLegalCase(work, found, kind), effects);
  const task = await askOf(work, found, { rung: rung.id, kind, key: `${found.id}/rung/${rung.id}` });
  return joinEffects(task, effects);
}

/** What ends leaves its tasks; what is owed again goes on with those that its end took away. */
export async function moveTasks(work: Work, found: ReceivableCase, outcome: Outcome | null): Promise<Effects> {
  const before = found.facts.outcome;
  if (before && !outcome) return takeUpAgain(work, found);
  return outcome && !before && found.hasTasks ? endTasks(work, found, outcome) : noEffects();
}

async function takeUpAgain(work: Work, found: ReceivableCase): Promise<Effects> {
  const { id: receivableId, customerId, customerCode } = found;
  const own = await reopenWorkOrders(work, receivableId);
  const shared = await rejoinTasks(work, { receivableId, customerId, customerCode });
  return joinEffects(own, shared, await rejoinLegalCase(work, found));
}

async function endTasks(work: Work, found: ReceivableCase, outcome: Outcome): Promise<Effects> {
  const own = await cancelWorkOrders(work, { receivableId: found.id }, outcome);
  const shared = await leaveTasks(work, found.id, outcome);
  return joinEffects(own, shared, await leaveLegalCase(work, found.id));
}

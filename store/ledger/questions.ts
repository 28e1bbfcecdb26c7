import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { openCase } from './receivable-case.ts';
import { write, asksOf, eventOf } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { joinEffects, noEffects } from '../platform/effects.ts';

const KIND = 'due-date-doubt';
/** A due date is looked at once; another one is another question. */
const keyOf = (receivableId: string, dueDate: BusinessDate): string => `${receivableId}/due-date/${dueDate}`;

/** A due date somebody has to confirm or correct. */
export interface Doubted {
  receivableId: string;
  customerId: string;
  invoice: string;
  instalment: number;
  dueDate: BusinessDate;
  issueDate: BusinessDate;
}

/** Opens a task for each due date in doubt. */
export async function askAbout(work: Work, doubted: readonly Doubted[]): Promise<Effects> {
  const opened: Effects[] = [];
  for (const { receivableId, customerId, invoice, instalment, dueDate, issueDate } of doubted)
    opened.push(
      await openWorkOrder(work, {
        key: keyOf(receivableId, dueDate),
        kind: KIND,
        customerId,
        receivableId,
        subject: `invoice ${invoice}/${instalment}`,
        reason: { dueDate, issueDate },
      }),
    );
  return joinEffects(...opened);
}

/** Ends the tasks about due dates that were corrected. */
export const settleDoubts = (work: Work, before: readonly { receivableId: string; dueDate: BusinessDate }[]): Promise<Effects> =>
  before.length === 0
    ? Promise.resolve(noEffects())
    : cancelWorkOrders(work, { keys: before.map((one) => keyOf(one.receivableId, one.dueDate)) }, 'corrected');

/** Confirms a due date that was in doubt: from now on it counts, for dunning and orders. Throws Refusal `not-open` when nothing is in doubt. */
export async function confirmDueDate(
  store: Store,
  actor: Actor,
  receivable: string,
  reason: string,
): Promise<{ id: string; dueDate: BusinessDate }> {
  return write(store, actor, async (work) => {
    const { tx } = work;
    const found = await openCase(tx, actor, receivable);
    const { dueDate, question } = found.facts;
    if (question !== 'due-date') throw new Refusal('not-open', { state: 'due-date' });
    await sql`update receivable set question = null where id = ${found.id}::uuid`.execute(tx);
    const ended = await cancelWorkOrders(work, { keys: [keyOf(found.id, dueDate)] }, 'confirmed');
    const about = { subjectKind: 'receivable', subjectId: found.id, customerId: found.customerId };
    const audit = { ...about, action: 'receivable.due-date-confirmed', reason, before: { question }, after: { dueDate } };
    return {
      value: { id: found.id, dueDate },
      audit: [audit, ...ended.audit],
      asks: [...asksOf([found.id]), ...ended.asks],
      events: [eventOf(audit), ...ended.events],
    };
  });
}

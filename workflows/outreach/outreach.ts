import { ActivityFailure, continueAsNew, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow';
import { listenForBell } from '../platform/bell.ts';
import { outreachPlanQuery } from '../platform/messages.ts';
import type { ProcessInput } from '../platform/messages.ts';
import { because, beginsUnplanned, gateways, newsCame, records } from '../platform/proxies.ts';
import type { OutreachPlan, OutreachStep } from '../../domain/outreach/process.ts';

type Take = (id: string, plan: OutreachPlan, why: string) => Promise<OutreachPlan>;

const contact: Take = (id, { seq }, why) => because(why, records.contactCustomer, { id, seq });

const take: Record<OutreachStep, Take> = { wait: contact, compose: contact, deliver, close: contact };

/** The provider's turn. What could not be delivered within a day goes to another channel, or to a person. */
async function deliver(id: string, { messageId }: OutreachPlan, why: string): Promise<OutreachPlan> {
  if (messageId === null) throw new Error('a plan to deliver without its message');
  try {
    return await because(why, gateways.deliverMessage, { id, messageId });
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    return because('not delivered within its time', records.giveUpDelivery, { id, messageId });
  }
}

/**
 * All contacts of one customer: what is asked goes as one digest in the next lawful and polite window; what fails or gets no receipt
 * goes by another channel. It ends when nothing is pending, and the next request starts it again.
 */
export async function outreach({ id, plan: given }: ProcessInput<OutreachPlan>): Promise<void> {
  const bell = listenForBell();
  let plan: OutreachPlan | null = given;
  setHandler(outreachPlanQuery, () => plan);

  if (!plan) {
    bell.quiet();
    plan = await because(beginsUnplanned, records.contactCustomer, { id, seq: null });
  }
  while (plan.step !== 'close' || bell.rung) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const next: OutreachPlan = await (rang ? contact(id, plan, newsCame) : take[plan.step](id, plan, plan.why));
    plan = next;
    if (workflowInfo().continueAsNewSuggested && !bell.rung) await continueAsNew<typeof outreach>({ id, plan });
  }
}

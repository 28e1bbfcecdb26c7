import { ActivityFailure, defineQuery, isCancellation } from '@temporalio/workflow';
import type { OutreachPlan } from '../../domain/outreach/process.ts';
import { defineProcess, step } from '../platform/process.ts';
import { callActivity, gateways, records } from '../platform/proxies.ts';

const contact = step(records.contactCustomer);

/** The provider's turn. What could not be delivered within a day goes to another channel, or to a person. */
async function deliver(id: string, { messageId, why }: OutreachPlan): Promise<OutreachPlan> {
  if (messageId === null) throw new Error('a plan to deliver without its message');
  try {
    return await callActivity(gateways.deliverMessage, { id, messageId }, { summary: why });
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    return callActivity(records.giveUpDelivery, { id, messageId }, { summary: 'not delivered within its time' });
  }
}

/**
 * All contacts of one customer: what is asked goes as one digest in the next lawful and polite window; what fails or gets no receipt
 * goes by another channel. It ends when nothing is pending, and the next request starts it again.
 */
export const outreach = defineProcess<OutreachPlan>({
  query: defineQuery('outreachPlan'),
  reassess: records.contactCustomer,
  steps: { wait: contact, compose: contact, deliver, close: contact },
});

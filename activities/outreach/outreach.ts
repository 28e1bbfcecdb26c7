import type { OutreachPlan } from '../../domain/outreach/process.ts';

/** What the outreach's record activities need of the store. */
export interface OutreachBook {
  contact(input: { id: string; seq: number | null }): Promise<OutreachPlan>;
  giveUp(input: { id: string; messageId: string }): Promise<OutreachPlan>;
}

/**
 * The contacts of a customer. `contactCustomer` reads what is asked and sends it now or says when; `giveUpDelivery` ends a delivery that
 * could not be done in its time.
 */
export function outreachActivities(book: OutreachBook) {
  return {
    contactCustomer: (input: { id: string; seq: number | null }): Promise<OutreachPlan> => book.contact(input),
    giveUpDelivery: (input: { id: string; messageId: string }): Promise<OutreachPlan> => book.giveUp(input),
  };
}

import { formatAmount } from '../../domain/platform/money.ts';
import { recordOptOut } from '../../store/outreach/opt-outs.ts';
import { systemActor, write } from '../../store/platform/transaction.ts';
import type { Store } from '../../store/platform/transaction.ts';
import type { ApiClient } from './client.ts';
import { decideOn } from './credit.ts';
import { receivableRef, toldOf } from './post.ts';
import { storyCurrency } from './story.ts';
import type { StoryEvent } from './story.ts';

/** Sends one event of the story; again does no harm. */
export async function sendEvent(api: ApiClient, store: Store, event: StoryEvent): Promise<void> {
  switch (event.kind) {
    case 'promise': {
      const { invoice, instalment, on, by, note } = event;
      const receivable = receivableRef(invoice, instalment);
      const known = await toldOf(api, receivable, 'promises');
      if (known.some((one) => one.note === note)) return;
      const amount = formatAmount(event.amountMinor, storyCurrency);
      await api.call('collector', 'POST', `/v1/receivables/${encodeURIComponent(receivable)}/promises`, { amount, on, by, note });
      return;
    }
    case 'credit-note': {
      const { id, customer, invoice, day, reason } = event;
      const amount = formatAmount(event.amountMinor, storyCurrency);
      const body = { externalId: id, customer, invoice, amount, currency: storyCurrency, issuedOn: day, reason };
      await api.call('erp', 'POST', '/v1/credit-notes', body);
      return;
    }
    case 'request': {
      const { as, method, path, body, day } = event;
      await api.call(as, method, path, body, method === 'POST' ? `story/${day}/${path}` : undefined);
      return;
    }
    case 'desk':
      return decideOn(event.day, event.customer, event.because).send(api);
    case 'opt-out':
      return optOut(store, event);
  }
}

/** An opt-out comes in through a provider's callback, which the story has not: it is recorded as that callback would. */
async function optOut(store: Store, { channel, address }: Extract<StoryEvent, { kind: 'opt-out' }>): Promise<void> {
  await write(store, systemActor('first-run'), async ({ tx, at }) => {
    const { audit, asks } = await recordOptOut(tx, { channel, address, source: 'example story', at: at.now });
    const [first, ...more] = audit;
    return first ? { value: undefined, audit: [first, ...more], asks } : { value: undefined, audit: null };
  });
}

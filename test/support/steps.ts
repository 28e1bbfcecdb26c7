import { reassessReceivable, takeReceivableStep } from '../../store/dunning/receivable-book.ts';
import type { Store } from '../../store/platform/transaction.ts';

/** Takes what is due of a receivable now, as its process does: it reads what is planned, and asks for that step. */
export async function takeDue(store: Store, id: string): Promise<void> {
  const { step, seq } = await reassessReceivable(store, { id, seq: null });
  await takeReceivableStep(store, step, { id, seq });
}

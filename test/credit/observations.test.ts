import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observationDays, observe } from '../../store/credit/observations.ts';
import { openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import { factsOf } from '../support/facts.ts';

const history = { from: '2026-01-15', until: '2026-10-10', badDays: 30, months: 3 };

let books: Books;
beforeAll(async () => {
  books = await openBooks();
  const facts = factsOf(books.store);
  await facts.customer('C-OLD', { type: 'dealer' });
  await facts.customer('C-NEW', { type: 'dealer' });
  const invoice = (id: string, customer: string, issued: string, due: string) =>
    facts.invoice({ id, customer, amount: '100.00', issued, due });
  await invoice('I-1', 'C-OLD', '2025-11-01', '2025-12-01');
  await facts.pay({ id: 'P-1', customer: 'C-OLD', amount: '100.00', on: '2025-12-11', invoice: 'I-1' });
  await invoice('I-2', 'C-OLD', '2025-12-02', '2026-01-01');
  // Comes after the end of January: then nobody knew of it.
  await facts.pay({ id: 'P-2', customer: 'C-OLD', amount: '100.00', on: '2026-02-10', invoice: 'I-2' });
  await invoice('I-3', 'C-OLD', '2026-01-10', '2026-03-01');
  await facts.pay({ id: 'P-3', customer: 'C-OLD', amount: '100.00', on: '2026-03-31', invoice: 'I-3' });
  await invoice('I-4', 'C-NEW', '2026-02-05', '2026-05-15');
  await facts.pay({ id: 'P-4', customer: 'C-NEW', amount: '100.00', on: '2026-06-13', invoice: 'I-4' });
});
afterAll(() => books.close());

describe('what the books told on a day of the past', () => {
  it('is looked at on months’ ends, as long as what came after is known', () => {
    expect(observationDays(history)).toEqual(['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']);
  });

  it('counts only what was known then; who paid in time after it is good, who was late by so many days or more is bad', async () => {
    const all = await observe(books.store.db, history);
    const shown = all.map(({ day, bad, facts }) => [
      day,
      bad,
      facts.daysBeyondTerms?.value ?? null,
      facts.onTimeShare?.value ?? null,
      facts.oldestOverdueDays?.value,
      facts.tradeMonths?.value,
    ]);
    expect(shown).toEqual([
      ['2026-01-31', true, 20, 0, 30, 2],
      ['2026-02-28', false, null, null, 0, 0],
      ['2026-02-28', true, 25, 0, 0, 3],
      ['2026-03-31', false, null, null, 0, 1],
      ['2026-04-30', false, null, null, 0, 2],
    ]);
  });
});

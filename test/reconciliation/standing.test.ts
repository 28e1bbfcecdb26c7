import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { reconciliationOf } from '../../store/reconciliation/standing.ts';
import { erp } from '../support/actors.ts';
import { openBooks } from '../support/books.ts';
import { customerOf } from '../support/documents.ts';

let books: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books.close());

let count = 0;
const customer = async (): Promise<string> => (await upsertCustomer(books.store, erp, customerOf(`S-${(count += 1)}`))).id;
const standing = (id: string) => reconciliationOf(books.store.db, books.store, id);

/** A statement as its row stands; with a verdict, answered ten days after its date. */
async function stated(id: string, asOf: string, verdict: 'confirmed' | 'disputed' | null, currency = 'CNY'): Promise<void> {
  const answered = verdict === null ? null : `${asOf}T04:00:00.000Z`;
  const { rows } = await sql<{ id: string }>`
    insert into statement (customer_id, currency, as_of, total_minor, content_hash, issued_on, issued_at, issued_by, respond_by, answered_at, handed_over_at)
    values (${id}::uuid, ${currency}, ${asOf}::date, 1, 'x', ${asOf}::date, ${asOf}::date, 'desk', ${asOf}::date, ${answered}::timestamptz,
      ${asOf}::date) returning id`.execute(books.store.db);
  if (verdict !== null)
    await sql`insert into statement_answer (statement_id, verdict, answered_on, by_contact, channel, content_hash, recorded_at, recorded_by)
      values (${rows[0]?.id}::uuid, ${verdict}, ${asOf}::date + 10, 'c1', 'letter', 'x', ${asOf}::date, 'desk')`.execute(
      books.store.db,
    );
}

test('a customer without statements stands by the normal rule, waiting for nothing', async () => {
  expect(await standing(await customer())).toEqual({
    mode: 'normal',
    stated: false,
    unconfirmedSince: null,
    lastConfirmedOn: null,
    lastAgreedOn: null,
    openDifferences: [],
  });
});

test('a newer statement does not begin the wait anew; an answer ends it for all before it, in its own currency alone', async () => {
  const id = await customer();
  await stated(id, '2026-06-30', null);
  await stated(id, '2026-07-31', null);
  await stated(id, '2026-07-31', null, 'USD');
  expect(await standing(id)).toMatchObject({ unconfirmedSince: '2026-06-30', lastConfirmedOn: null });
  await stated(id, '2026-08-31', 'confirmed');
  expect(await standing(id)).toMatchObject({ unconfirmedSince: '2026-07-31', lastConfirmedOn: '2026-09-10' });
  await stated(id, '2026-08-31', 'disputed', 'USD');
  expect(await standing(id)).toMatchObject({ unconfirmedSince: null, lastConfirmedOn: '2026-09-10' });
  await stated(id, '2026-09-30', null);
  expect(await standing(id)).toMatchObject({ unconfirmedSince: '2026-09-30' });
});

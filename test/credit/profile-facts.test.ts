import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FactName } from '../../domain/credit/facts.ts';
import { collectDossier } from '../../store/credit/dossier.ts';
import { recordFacts } from '../../store/credit/facts.ts';
import type { ToldFact } from '../../store/credit/facts.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { momentOf } from '../../store/platform/transaction.ts';
import { erp, system } from '../support/actors.ts';
import { openBooks } from '../support/books.ts';
import { customerOf } from '../support/documents.ts';

let books: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books.close());

let number = 0;
let customerId = '';
beforeEach(async () => {
  number += 1;
  customerId = (await upsertCustomer(books.store, erp, customerOf(`C-${number}`, { taxId: '914403001922038216' }))).id;
});

const tell = (name: FactName, value: ToldFact['value'], asOf: string, source: ToldFact['source'] = 'manual') =>
  books.store.db.transaction().execute(async (tx) => {
    const at = await momentOf(tx, books.store);
    return recordFacts({ tx, at, store: books.store, actor: system }, 'test', [
      { customerId, name, value, asOf, source, evidence: null },
    ]);
  });
const dossier = async () => collectDossier(books.store.db, books.store, await momentOf(books.store.db, books.store), customerId);
const history = async (name: FactName) =>
  (
    await sql<{ value: unknown; current: boolean }>`select value, superseded_at is null as current from profile_fact
      where customer_id = ${customerId} and name = ${name} order by recorded_at, id`.execute(books.store.db)
  ).rows;

test('the newest fact by its date counts; one told late goes to the history; none is lost', async () => {
  await tell('ownership', 'private', '2026-05-01');
  await tell('ownership', 'public', '2026-09-01');
  await tell('ownership', 'foreign', '2026-07-01');
  expect((await dossier()).ownership).toMatchObject({ value: 'public', asOf: '2026-09-01' });
  expect(await history('ownership')).toEqual([
    { value: 'private', current: false },
    { value: 'public', current: true },
    { value: 'foreign', current: false },
  ]);
});

test('the same fact told again changes nothing and says so', async () => {
  const first = await tell('beds', 800, '2026-05-01');
  expect(first.audit).toMatchObject([{ action: 'profile.facts-recorded', after: { beds: { value: 800, source: 'manual' } } }]);
  expect(await tell('beds', 800, '2026-05-01')).toEqual({ audit: [], events: [] });
  expect((await history('beds')).length).toBe(1);
  expect((await tell('beds', 900, '2026-05-01')).audit).toMatchObject([{ before: { beds: { value: 800 } } }]);
});

test('a secret value stays out of audit and events', async () => {
  const { audit, events } = await tell('bankAccount', '6222020200112233', '2026-05-01');
  expect(JSON.stringify([audit, events])).not.toContain('62220202');
  expect(audit[0]?.after).toMatchObject({ bankAccount: { value: '…2233' } });
});

test('a dossier holds what the record says, what was told and what follows from it; the books as they stand now', async () => {
  await tell('licenceUntil', '2026-10-20', '2026-10-01', 'licences');
  await tell('daysBeyondTerms', 99, '2026-10-01', 'ledger');
  const facts = await dossier();
  expect(facts).toMatchObject({
    customerType: { value: 'other', source: 'master', asOf: '2026-10-10' },
    taxIdValid: { value: true },
    licenceDaysLeft: { value: 10, source: 'licences', asOf: '2026-10-01' },
    tradeMonths: { value: 0, source: 'ledger', asOf: '2026-10-10' },
  });
  expect(facts.daysBeyondTerms).toBeUndefined();
  expect(facts.tier).toBeUndefined();
});

test('a stored value the definition no longer takes is not known', async () => {
  await tell('ownership', 'guild' as never, '2026-05-01');
  expect((await dossier()).ownership).toBeUndefined();
});

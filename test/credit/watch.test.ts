import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CustomerDocument, InvoiceDocument } from '../../domain/ledger/documents.ts';
import { connectorNames } from '../../domain/credit/facts.ts';
import { findingKinds, normalName } from '../../domain/credit/quality.ts';
import { warningKinds } from '../../domain/credit/policy.ts';
import { sayFinding, sayWarning } from '../../domain/credit/watch-words.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import { closeConnectorCall, openConnectorCall } from '../../store/credit/connector-calls.ts';
import { beginNights, reassessNight, takeNightStep } from '../../store/credit/night-book.ts';
import { refreshProfiles } from '../../store/credit/refresh.ts';
import { tellFacts, refreshProfile } from '../../store/credit/tell-facts.ts';
import { upsertCustomer, upsertCustomers } from '../../store/customers/customers.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { systemActor, write } from '../../store/platform/transaction.ts';
import { erp, system } from '../support/actors.ts';
import { auditOf, askedOf, openBooks } from '../support/books.ts';
import { openWindow } from '../support/credit.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';
import { letOut, reaching } from '../support/let-out.ts';
import { reachesNobody } from '../../store/platform/departures.ts';

const officer = { kind: 'user', id: 'officer', role: 'credit_officer', scope: {} } as const;
const TAX_ID = '914403001922038216';
const OTHER_TAX_ID = '9144030071526726XG';

let books: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  books = await openBooks();
  await letOut(books.store);
});
afterAll(() => books.close());

let number = 0;
let code = '';
let id = '';
/** A customer whose data has no fault. */
const clean = (over: Partial<CustomerDocument> = {}): CustomerDocument =>
  customerOf(code, { taxId: `${String(number).padStart(2, '0')}`, name: `Hospital ${code}`, currency: 'USD', ...over });
beforeEach(async () => {
  number += 1;
  code = `C-${number}`;
  id = (await upsertCustomer(books.store, erp, clean())).id;
});

const put = (over: Partial<CustomerDocument>) => upsertCustomer(books.store, erp, clean(over));
/** What a night does for the customer, and others. */
const watch = (...ids: string[]) =>
  write(books.store, system, async (work) => {
    const { effects, ...value } = await refreshProfiles(work, ids.length > 0 ? ids : [id]);
    const audit = { action: 'test', subjectKind: 'test', subjectId: 'test' };
    return { value, ...effects, audit: [audit, ...effects.audit] };
  });
const findings = async () =>
  (
    await sql<{ kind: string; detail: Record<string, unknown>; open: boolean; order: string | null }>`
      select f.kind, f.detail, f.cleared_at is null as open,
        (select case when o.closed_at is null then 'open' else o.outcome end from work_order o where o.key = 'finding/' || f.id || '/' || f.times) as order
      from data_finding f where customer_id = ${id} order by f.key`.execute(books.store.db)
  ).rows;
const warnings = async () =>
  (
    await sql<{ kind: string; key: string; detail: Record<string, unknown>; open: boolean; times: number; order: string | null }>`
      select w.kind, w.key, w.detail, w.closed_at is null as open, w.times,
        (select case when o.closed_at is null then 'open' else o.outcome end from work_order o where o.key = 'warning/' || w.id || '/' || w.times) as order
      from early_warning w where customer_id = ${id} order by w.key`.execute(books.store.db)
  ).rows;
/** The register answers that it has no entry: unlike a person's word, that counts at once. */
async function unlisted(): Promise<void> {
  const { callId } = await openConnectorCall(
    books.store,
    { customerId: id, connector: 'court-list', askedFor: null },
    reachesNobody,
  );
  const answer = { outcome: 'answered' as const, asOf: '2026-10-10', facts: [{ name: 'listed' as const, value: [] }] };
  await closeConnectorCall(books.store, { callId, answer });
}
const lates = async () => (await warnings()).filter((one) => one.kind === 'first-late');
const profile = async () =>
  (
    await sql<{ licence_until: string | null; listed: unknown; median: unknown; as_of: string }>`
      select licence_until, listed, median_order_minor as median, profile_as_of as as_of from credit_profile where customer_id = ${id}`.execute(
      books.store.db,
    )
  ).rows[0];
const invoice = (no: number, issueDate: string, dueDate: string, over: Partial<InvoiceDocument> = {}) =>
  postInvoice(
    books.store,
    erp,
    invoiceOf(`${code}-${no}`, code, {
      issueDate,
      currency: 'USD',
      instalments: [{ no: 1, amountMinor: 100_000, dueDate, kind: 'other' }],
      ...over,
    }),
  );
const pay = (no: number, receivedOn: string) =>
  postPayment(
    books.store,
    erp,
    paymentOf(`${code}-P${no}`, code, {
      currency: 'USD',
      receivedOn,
      allocations: [{ invoice: `${code}-${no}`, instalment: 1, amountMinor: 100_000 }],
    }),
  );

describe('a fault of the data is found once, becomes a work order, and both end when it is mended', () => {
  test.each<[string, Partial<CustomerDocument>, Partial<CustomerDocument>]>([
    ['tax-id-missing', { currency: 'CNY', taxId: null }, { currency: 'CNY', taxId: TAX_ID }],
    ['tax-id-bad', { currency: 'CNY', taxId: '914403001922038217' }, { currency: 'CNY', taxId: OTHER_TAX_ID }],
    ['contact-without-address', { contacts: [] }, {}],
  ])('%s', async (kind, faulty, mended) => {
    await put(faulty);
    await watch();
    expect(await findings()).toMatchObject([{ kind, open: true, order: 'open' }]);
    await put({ ...mended, region: 'BJ' });
    expect(await findings()).toMatchObject([{ kind, open: false, order: 'mended' }]);
    await put(faulty);
    expect(await findings()).toMatchObject([{ kind, open: true, order: 'open' }]);
  });

  test('duplicates by tax id, name or bank account, told at the later one; legal form, width and case do not hide them', async () => {
    const first = (
      await upsertCustomer(
        books.store,
        erp,
        customerOf(`A-${code}`, { ...clean(), externalId: `A-${code}`, taxId: 'Ab 12', name: '上海示例医疗器械有限公司' }),
      )
    ).id;
    await put({ taxId: 'aB-12', name: '上海示例 医疗器械' });
    for (const customer of [`A-${code}`, code])
      await tellFacts(
        books.store,
        officer,
        customer,
        [{ name: 'bankAccount', value: '6222 0001', asOf: '2026-10-01', evidence: null }],
        null,
      );
    await watch(first, id);
    expect((await findings()).map((one) => [one.kind, one.detail['of']])).toEqual([
      ['duplicate-bank', `A-${code}`],
      ['duplicate-name', `A-${code}`],
      ['duplicate-tax-id', `A-${code}`],
    ]);
    const { rows } = await sql`select from customer_key where key like '%62220001%'`.execute(books.store.db);
    expect(rows).toEqual([]);
  });

  test('terms that differ from the customer’s, once a contract and number of days', async () => {
    for (const no of [1, 2])
      await invoice(no, '2026-09-01', '2026-11-30', {
        instalments: null,
        terms: { days: 90, from: 'invoiceDate' },
        contract: 'CT-1',
      });
    await watch();
    expect(await findings()).toMatchObject([
      { kind: 'terms-conflict', detail: { contract: 'CT-1', days: 90, agreed: 30, invoices: 2 } },
    ]);
    await openWindow(books.store);
    await put({ terms: { days: 90, from: 'invoiceDate' } });
    expect(await findings()).toMatchObject([{ open: false, order: 'mended' }]);
  });

  test('dates that cannot be true', async () => {
    await invoice(1, '2026-09-01', '2046-09-01');
    await tellFacts(
      books.store,
      officer,
      code,
      [
        { name: 'registeredOn', value: '2030-01-01', asOf: '2026-10-01', evidence: null },
        { name: 'licenceUntil', value: '2027-01-01', asOf: '2026-10-01', evidence: { text: 'seen' } },
      ],
      null,
    );
    await watch();
    expect((await findings()).map((one) => one.detail['what'])).toEqual([
      'due-far-off',
      'licence-before-registration',
      'registered-ahead',
    ]);
  });

  test('every kind is said in both languages', () => {
    for (const kind of findingKinds) {
      expect(sayFinding(kind, { of: 'C', invoices: 2 }, 'en').length).toBeGreaterThan(10);
      expect(sayFinding(kind, { of: 'C', invoices: 2 }, 'zh')).toMatch(/[一-鿿]/);
    }
    expect(normalName('Example Medical Co., Ltd.')).toBe(normalName('ＥＸＡＭＰＬＥ medical'));
    expect(normalName('有限公司')).not.toBe('');
  });
});

describe('an early warning is raised once a cause and closes when the cause is gone', () => {
  test('first late payment after a clean year, and not for one that is always late', async () => {
    await invoice(1, '2025-06-01', '2026-01-15');
    await pay(1, '2026-01-15');
    await invoice(2, '2026-08-20', '2026-09-20');
    await watch();
    expect(await lates()).toMatchObject([
      {
        kind: 'first-late',
        key: `first-late/${code}/${code}-2/1`,
        open: true,
        order: 'open',
        detail: { dueDate: '2026-09-20', daysLate: 20 },
      },
    ]);
    await watch();
    expect((await lates()).length).toBe(1);
    await pay(2, '2026-10-10');
    await watch();
    expect(await lates()).toMatchObject([{ open: false, order: 'cause-gone' }]);
  });

  test('late before: no first late payment', async () => {
    await invoice(1, '2025-06-01', '2025-07-01');
    await pay(1, '2025-07-01');
    await invoice(2, '2026-01-01', '2026-02-01');
    await pay(2, '2026-03-01');
    await invoice(3, '2026-08-20', '2026-09-20');
    await watch();
    expect(await warnings()).toEqual([]);
  });

  test('days beyond terms that rise', async () => {
    await invoice(1, '2026-02-01', '2026-03-01');
    await pay(1, '2026-03-02');
    await invoice(2, '2026-07-01', '2026-08-01');
    await watch();
    expect((await warnings()).filter((one) => one.kind === 'lateness-rising')).toMatchObject([
      { key: `lateness-rising/${code}/2026-10-10`, detail: { recent: 70, before: 1 } },
    ]);
    await pay(2, '2026-08-01');
    await watch();
    expect((await warnings()).filter((one) => one.open)).toEqual([]);
  });

  test('a licence near its end, and the check of orders knows it at once', async () => {
    const licence = (value: string) =>
      tellFacts(
        books.store,
        officer,
        code,
        [{ name: 'licenceUntil', value, asOf: '2026-10-01', evidence: { reference: 'L-1' } }],
        null,
      );
    await licence('2026-12-01');
    expect(await warnings()).toMatchObject([
      { kind: 'licence-expiring', detail: { until: '2026-12-01', daysLeft: 52 }, order: 'open' },
    ]);
    expect(await profile()).toMatchObject({ licence_until: '2026-12-01', as_of: '2026-10-10' });
    await licence('2031-12-01');
    expect(await warnings()).toMatchObject([{ open: false }]);
    expect(await profile()).toMatchObject({ licence_until: '2031-12-01' });
  });

  test('an entry on a list; a cause that comes back counts anew', async () => {
    const told = (entries: object[]) =>
      tellFacts(
        books.store,
        officer,
        code,
        [{ name: 'listed', value: entries as never, asOf: '2026-10-10', evidence: { text: 'seen' } }],
        null,
      );
    const entry = { list: 'dishonest', since: '2026-09-30', reference: 'A-1' };
    await told([entry]);
    expect(await warnings()).toMatchObject([{ kind: 'listed', times: 1, order: 'open' }]);
    expect((await profile())?.listed).toEqual([{ list: 'dishonest', since: '2026-09-30', evidence: 'A-1' }]);
    await unlisted();
    expect(await warnings()).toMatchObject([{ open: false, order: 'cause-gone' }]);
    await told([entry]);
    expect(await warnings()).toMatchObject([{ open: true, times: 2, order: 'open' }]);
  });

  test('that calls for a review starts one of a customer with credit, once a cause, and none without', async () => {
    const reviews = async () =>
      (
        await sql<{ cause: string; state: string; warning: string }>`
          select cause, state, detail ->> 'warning' as warning from credit_review where customer_id = ${id}`.execute(
          books.store.db,
        )
      ).rows;
    const entry = { list: 'dishonest', since: '2026-09-30', reference: 'A-1' };
    const told = (entries: object[]) =>
      tellFacts(
        books.store,
        officer,
        code,
        [{ name: 'listed', value: entries as never, asOf: '2026-10-10', evidence: { text: 'seen' } }],
        null,
      );
    await told([entry]);
    expect(await reviews()).toEqual([]);

    await unlisted();
    await sql`update credit_profile set grade = 'B' where customer_id = ${id}`.execute(books.store.db);
    await told([entry]);
    await watch();
    expect(await reviews()).toEqual([{ cause: 'early-warning', state: 'open', warning: 'listed' }]);
  });

  test('a group member in legal', async () => {
    await put({ group: `G-${code}` });
    const other = await upsertCustomer(books.store, erp, {
      ...clean({ group: `G-${code}` }),
      externalId: `M-${code}`,
      name: `Member ${code}`,
    });
    await sql`insert into legal_case (customer_id, currency, opened_at) values (${other.id}, 'USD', '2026-10-09T18:00:00Z')`.execute(
      books.store.db,
    );
    await watch();
    expect(await warnings()).toMatchObject([
      { kind: 'group-in-legal', detail: { customer: `M-${code}`, openedOn: '2026-10-10' } },
    ]);
    await sql`update legal_case set state = 'closed', closed_at = '2026-10-10T01:00:00Z' where customer_id = ${other.id}`.execute(
      books.store.db,
    );
    await watch();
    expect(await warnings()).toMatchObject([{ open: false }]);
  });

  test('orders far above the usual before a limit expires', async () => {
    await account('2026-10-20');
    await orders([
      ['2026-01-10', 100],
      ['2026-03-10', 100],
      ['2026-10-01', 900],
    ]);
    await watch();
    expect(await warnings()).toMatchObject([
      { kind: 'order-spike', detail: { currency: 'USD', orderedMinor: 90_000, usualMinor: 1644, limitUntil: '2026-10-20' } },
    ]);
    await sql`update credit_limit set valid_until = '2027-10-20' where account_id = (select account_id from credit_member where customer_id = ${id})`.execute(
      books.store.db,
    );
    await watch();
    expect(await warnings()).toMatchObject([{ open: false }]);
  });

  test('with the effect hold its customer is held by force for as long as it stands', async () => {
    await withEffects(['hold'], async () => {
      await tellFacts(
        books.store,
        officer,
        code,
        [{ name: 'licenceUntil', value: '2026-11-01', asOf: '2026-10-01', evidence: { text: 'seen' } }],
        null,
      );
      expect(await profile()).toMatchObject({
        listed: [{ list: 'early-warning', evidence: `licence-expiring/${code}/2026-11-01` }],
      });
      expect(await warnings()).toMatchObject([{ order: null }]);
      await tellFacts(
        books.store,
        officer,
        code,
        [{ name: 'licenceUntil', value: '2031-11-01', asOf: '2026-10-01', evidence: { text: 'seen' } }],
        null,
      );
      expect(await profile()).toMatchObject({ listed: [] });
    });
  });

  test('every kind is said in both languages', () => {
    for (const kind of warningKinds) {
      expect(sayWarning(kind, {}, 'en').length).toBeGreaterThan(10);
      expect(sayWarning(kind, {}, 'zh')).toMatch(/[一-鿿]/);
    }
  });
});

async function account(limitUntil: string): Promise<void> {
  await sql`with a as (insert into credit_account (kind, code, currency, customer_id, opened_at) values ('payer', ${code}, 'USD', ${id}, '2026-01-01T00:00:00Z') returning id),
    m as (insert into credit_member (customer_id, currency, account_id) select ${id}, 'USD', id from a)
    insert into credit_limit (account_id, kind, amount_minor, valid_from, valid_until, set_by, reason, set_at)
    select id, 'standing', 1000000, '2026-01-01', ${limitUntil}, 'x', 'x', '2026-01-01T00:00:00Z' from a`.execute(books.store.db);
}

async function orders(all: readonly [day: string, amount: number][]): Promise<void> {
  for (const [day, amount] of all)
    await sql`insert into sales_order (external_id, customer_id, account_id, currency, requested_ship_date, amount_minor, decision, put_by, content_hash, created_at, updated_at)
      select ${`${code}-${day}`}, ${id}, account_id, 'USD', ${day}, ${amount * 100}, 'approved', 'x', 'x', ${`${day}T04:00:00Z`}, ${`${day}T04:00:00Z`}
      from credit_member where customer_id = ${id}`.execute(books.store.db);
}

async function withEffects(effects: string[], work: () => Promise<void>): Promise<void> {
  const set = (value: string[]) =>
    sql`update policy set content = jsonb_set(content, '{warnings,licence-expiring,effects}', ${JSON.stringify(value)}::jsonb) where kind = 'credit-rules'`.execute(
      books.store.policies.db,
    );
  await set(effects);
  books.store.policies.refresh();
  try {
    await work();
  } finally {
    await set(['work-order']);
    books.store.policies.refresh();
  }
}

describe('the profile row', () => {
  test('a new licence or list entry gives the account a new version; a median that moves does not', async () => {
    await account('2030-01-01');
    const version = async () =>
      (await sql<{ version: number }>`select version from credit_account where customer_id = ${id}`.execute(books.store.db))
        .rows[0]?.version;
    await watch();
    const before = await version();
    await orders([
      ['2026-01-10', 100],
      ['2026-03-10', 200],
      ['2026-10-01', 900],
    ]);
    await watch();
    expect(await profile()).toMatchObject({ median: { USD: 20_000 } });
    expect(await version()).toBe(before);
    await tellFacts(
      books.store,
      officer,
      code,
      [{ name: 'licenceUntil', value: '2030-11-01', asOf: '2026-10-01', evidence: { text: 'seen' } }],
      null,
    );
    expect(await version()).toBe((before ?? 0) + 1);
  });

  test('what the books said is kept when it changes, and only then', async () => {
    const kept = async () =>
      (
        await sql<{
          n: number;
        }>`select count(*)::int as n from profile_fact where customer_id = ${id} and source = 'ledger'`.execute(books.store.db)
      ).rows[0]?.n ?? 0;
    await watch();
    const first = await kept();
    expect(first).toBeGreaterThan(5);
    await watch();
    expect(await kept()).toBe(first);
    await invoice(1, '2026-09-01', '2026-10-01');
    await watch();
    expect(await kept()).toBeGreaterThan(first);
  });
});

describe('a call of a connector', () => {
  const call = { connector: 'court-list' as const, askedFor: null };
  const open = async (over: object = {}) => openConnectorCall(books.store, { customerId: id, ...call, ...over }, reachesNobody);
  const listed = { name: 'listed' as const, value: [] };

  test('is on record once for all its tries, and ends once', async () => {
    const first = await open();
    expect(await open()).toEqual(first);
    expect(first.taxId).toBeNull();
    const answer = { outcome: 'answered' as const, asOf: '2026-10-09', facts: [listed] };
    expect(await closeConnectorCall(books.store, { callId: first.callId, answer })).toMatchObject({ state: 'answered' });
    const again = { outcome: 'unavailable' as const, problem: 'broken' as const };
    expect(await closeConnectorCall(books.store, { callId: first.callId, answer: again })).toMatchObject({ state: 'answered' });
    expect((await auditOf(books.store, id)).map((one) => one.action)).toEqual([
      'customer.created',
      'profile.connector-asked',
      'profile.connector-answered',
      'profile.facts-recorded',
    ]);
  });

  test('that told nothing leaves its reason and one work order, which ends when somebody tells', async () => {
    const silent = { outcome: 'unavailable' as const, problem: 'unreachable' as const };
    for (let i = 0; i < 2; i += 1) await closeConnectorCall(books.store, { callId: (await open()).callId, answer: silent });
    const orders = async () =>
      (
        await sql<{
          outcome: string | null;
          reason: unknown;
        }>`select outcome, reason from work_order where customer_id = ${id} and kind = 'connector-silent'`.execute(books.store.db)
      ).rows;
    expect(await orders()).toEqual([{ outcome: null, reason: { connector: 'court-list', problem: 'unreachable' } }]);
    await tellFacts(
      books.store,
      officer,
      code,
      [{ ...listed, asOf: '2026-10-10', evidence: { text: 'looked up by hand' } }],
      null,
    );
    expect(await orders()).toMatchObject([{ outcome: 'facts-told' }]);
  });

  test('that dates its answer ahead told nothing', async () => {
    const { callId } = await open();
    const answer = { outcome: 'answered' as const, asOf: '2026-10-11', facts: [listed] };
    expect(await closeConnectorCall(books.store, { callId, answer })).toMatchObject({ state: 'failed', problem: 'dated-ahead' });
    expect(await profile()).toBeUndefined();
  });

  test('made for a process rings it, and leaves the work order to it', async () => {
    const application = '01980a3e-7c1e-7000-8000-000000000001';
    const askedFor = workflowId('credit-application', application);
    const { callId } = await open({ askedFor });
    await closeConnectorCall(books.store, { callId, answer: { outcome: 'unavailable', problem: 'broken' } });
    expect((await askedOf(books.store))[askedFor]).toBe(1);
    const { rows } = await sql`select from work_order where customer_id = ${id}`.execute(books.store.db);
    expect(rows).toEqual([]);
  });

  test('on demand asks each connector whose facts are stale or were never told, once', async () => {
    for (let i = 0; i < 2; i += 1)
      expect(await refreshProfile(books.store, officer, code, reaching(...connectorNames), null)).toEqual({
        asked: ['bureau', 'court-list', 'licences'],
        unanswerable: [],
      });
    const { rows } = await sql<{
      n: number;
    }>`select count(*)::int as n from connector_call where customer_id = ${id} and state = 'asked'`.execute(books.store.db);
    expect(rows[0]?.n).toBe(3);
    expect((await askedOf(books.store))[workflowId('profile-refresh', id)]).toBe(2);
  });
});

test('the night looks at every customer once, some at a time, and plans the next; a repeat of a step does nothing', async () => {
  const many = Array.from({ length: 230 }, (_, i) => customerOf(`N-${i}`, { currency: 'USD' }));
  await upsertCustomers(books.store, systemActor('test'), many);
  await beginNights(books.store);
  await beginNights(books.store);
  const open = async () =>
    (await sql<{ id: string; on_date: string }>`select id, on_date from night where ended_at is null`.execute(books.store.db))
      .rows;
  const [night, ...others] = await open();
  expect([night?.on_date, others]).toEqual(['2026-10-10', []]);
  const id = night?.id ?? '';
  let plan = await reassessNight(books.store, { id, seq: null });
  expect(plan).toMatchObject({ step: 'watch', waitMs: 0 });
  const first = await takeNightStep(books.store, { id, seq: plan.seq }, reachesNobody);
  expect(await takeNightStep(books.store, { id, seq: plan.seq }, reachesNobody)).toEqual(first);
  for (plan = first; plan.step !== 'close';) plan = await takeNightStep(books.store, { id, seq: plan.seq }, reachesNobody);
  const { rows: customers } = await sql<{ n: number; profiles: number }>`
    select (select count(*)::int from customer) as n, (select count(*)::int from credit_profile where profile_as_of = '2026-10-10') as profiles`.execute(
    books.store.db,
  );
  const { rows: nights } = await sql`select on_date, customers, ended_at is null as open from night order by on_date`.execute(
    books.store.db,
  );
  expect(nights).toEqual([
    { on_date: '2026-10-10', customers: customers[0]?.n, open: false },
    { on_date: '2026-10-11', customers: 0, open: true },
  ]);
  expect(customers[0]?.profiles).toBe(customers[0]?.n);

  const [next] = await open();
  const waiting = await reassessNight(books.store, { id: next?.id ?? '', seq: null });
  expect(waiting).toMatchObject({ step: 'watch', at: '2026-10-10T18:00:00.000Z', waitMs: null });
  expect(await takeNightStep(books.store, { id: next?.id ?? '', seq: waiting.seq }, reachesNobody)).toEqual(waiting);
});

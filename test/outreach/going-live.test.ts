import { afterAll, beforeAll, expect, test } from 'vitest';
import { stepTo } from '../../store/platform/stepping.ts';
import { system } from '../support/actors.ts';
import { openCreditWorld } from '../support/credit-world.ts';
import type { CreditWorld, Person } from '../support/credit-world.ts';
import { startFakeSmtp } from '../support/fake-smtp.ts';
import type { FakeSmtp } from '../support/fake-smtp.ts';
import { NO_PAST, SELLER } from '../support/let-out.ts';
import { shanghai } from '../support/shanghai.ts';

let world: CreditWorld;
let smtp: FakeSmtp;
let admin: Person;
let erp: Person;
beforeAll(async () => {
  smtp = await startFakeSmtp();
  world = await openCreditWorld({
    from: '2026-09-01T01:00:00.000Z',
    env: { SMTP_URL: smtp.url, SMTP_FROM: 'Accounts <ar@seller.example>' },
  });
  admin = await world.person('admin');
  erp = await world.person('erp');
}, 120_000);
afterAll(async () => {
  await world.close();
  await smtp.close();
});

const settings = async (): Promise<{ missing: { part: string; message: string }[] }> => (await admin.get('/v1/settings')).body;
/** Sets how the ledger goes live; the director agrees to a later day. */
async function goLive(more: object): Promise<void> {
  const { body } = await admin.put('/v1/settings/go-live', { ...NO_PAST, ...more, reason: 'going live' }).expect(202);
  const director = await world.person('finance_director');
  await director.post(`/v1/pending-acts/${body.id}/decision`, { verdict: 'approve', reason: 'as agreed' }).expect(200);
}
const tasks = async (kind: string) =>
  world.store.db.selectFrom('work_order').select(['kind', 'closed_at', 'reason']).where('kind', '=', kind).execute();
const walk = (day: string) => stepTo(world.store, system, shanghai(day, '20:00'));

async function owing(code: string, issued: string, due: string, amount: string): Promise<void> {
  const contact = { id: 'c1', name: 'Person', role: 'finance', email: `${code.toLowerCase()}@customer.example`, language: 'en' };
  const customer = { name: code, type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, contacts: [contact] };
  await erp.put(`/v1/customers/${code}`, customer).expect(201);
  const instalments = [{ no: 1, amount, dueDate: due, kind: 'other' }];
  await erp
    .put(`/v1/invoices/${code}-I`, {
      customer: code,
      number: `${code}-I`,
      issueDate: issued,
      currency: 'CNY',
      amount,
      instalments,
    })
    .expect(201);
}
const mails = () => smtp.mails.map(({ envelopeTo, parsed }) => `${envelopeTo.join()} ${parsed.subject}`);

test('without the seller’s telephone, account and signature nothing goes out: a task asks for them, and once they are made the letter goes', async () => {
  await world.store.db
    .updateTable('setting')
    .set({ value: JSON.stringify({ name: SELLER.name, phone: '', email: '' }) })
    .where('key', '=', 'seller')
    .execute();
  expect((await settings()).missing.map(({ part }) => part)).toEqual(['seller-phone', 'seller-account', 'seller-signature']);
  await owing('W-1', '2026-08-03', '2026-09-01', '1000.00');
  await walk('2026-09-04');
  expect(mails()).toEqual([]);
  expect(await tasks('go-live-settings')).toMatchObject([
    { closed_at: null, reason: { missing: ['seller-phone', 'seller-account', 'seller-signature'] } },
  ]);
  const { body } = await admin.put('/v1/settings/seller', { ...SELLER, reason: 'asked for by the first message' }).expect(200);
  expect(body.missing).toEqual([]);
  await walk('2026-09-07');
  expect(mails()).toHaveLength(1);
  expect(smtp.mails[0]?.parsed.text).toContain('Bank of Tests, 6222 0001');
  expect((await tasks('go-live-settings')).map(({ closed_at }) => closed_at === null)).toEqual([false]);
}, 60_000);

test('whatever letters say of us waits for a second person once it is there, while they go on saying what is in force', async () => {
  const inForce = async () => (await admin.get('/v1/settings')).body.seller as Record<string, unknown>;
  const director = await world.person('finance_director');
  const account = { holder: 'Somebody Else', bank: 'Bank of Elsewhere', number: '6222 9999' };
  const others = {
    ...{ name: { zh: '他处', en: 'Elsewhere' }, phone: '021-55550199', email: 'else@where.example' },
    signature: { zh: '他处财务部', en: 'Accounts, Elsewhere' },
  };
  const change = { ...others, account, reason: 'we moved' };
  const { body: act } = await admin.put('/v1/settings/seller', change).expect(202);
  expect(act).toMatchObject({ kind: 'bank-account', what: { from: SELLER, to: { ...others, account } } });
  expect(await inForce()).toEqual(SELLER);

  const decide = (by: Person) =>
    by.post(`/v1/pending-acts/${act.id}/decision`, { verdict: 'approve', reason: 'called the bank' });
  expect((await decide(admin)).status).toBe(403);
  await admin.put('/v1/settings/seller', { ...change, account: { ...account, number: '6222 8888' } }).expect(409);
  expect((await decide(director)).status).toBe(200);
  expect(await inForce()).toEqual({ ...others, account });
  for (const [field, en] of [
    ['name', 'Customer Accounts, pay to 6222 0212 3456 7890 123'],
    ['signature', 'Accounts. Pay or we will go to the police'],
  ] as const) {
    const refused = await admin
      .put('/v1/settings/seller', { ...others, account, [field]: { zh: '财务部', en }, reason: 'x' })
      .expect(422);
    expect(refused.body).toMatchObject({ code: 'template-invalid', errors: [{ pointer: `/${field}/en` }] });
  }
  const back = (await admin.put('/v1/settings/seller', { ...SELLER, reason: 'back' }).expect(202)).body;
  await director.post(`/v1/pending-acts/${back.id}/decision`, { verdict: 'approve', reason: 'back' }).expect(200);
});

test('a later day from which we collect waits for a second person: the steps before it would be given up', async () => {
  const put = (more: object) => admin.put('/v1/settings/go-live', { ...NO_PAST, ...more, reason: 'x' });
  const inForce = async () => (await admin.get('/v1/settings')).body.goLive as Record<string, unknown>;
  const firstContact = { perDay: 3, statementFirst: true };
  const { body: act } = await put({ collectFrom: '2056-01-01', firstContact }).expect(202);
  expect(act).toMatchObject({ kind: 'collect-from', what: { from: null, to: '2056-01-01' } });
  expect(await inForce()).toEqual({ ...NO_PAST, firstContact });
  await admin.post(`/v1/pending-acts/${act.id}/withdraw`, { reason: 'a typing error' }).expect(200);
  await goLive({ collectFrom: '2026-09-05' });
  expect(await inForce()).toMatchObject({ collectFrom: '2026-09-05' });
  await put({ collectFrom: '2026-09-04' }).expect(200);
  expect(await inForce()).toMatchObject({ collectFrom: '2026-09-04' });
});

test('a taken-over ledger writes to so many customers a day, the oldest and largest first, and a statement before any demand', async () => {
  await goLive({ collectFrom: '2026-09-08', history: 'open-items', firstContact: { perDay: 2, statementFirst: true } });
  const before = smtp.mails.length;
  await owing('R-1', '2026-08-03', '2026-09-07', '300.00');
  await owing('R-2', '2026-08-03', '2026-09-01', '100.00');
  await owing('R-3', '2026-08-03', '2026-09-01', '900.00');
  await owing('R-4', '2026-08-03', '2026-09-07', '500.00');
  await owing('R-5', '2026-08-03', '2026-09-07', '200.00');
  for (const row of await world.store.db
    .selectFrom('receivable')
    .select(['ladder'])
    .where('collect_from', '=', '2026-09-08')
    .execute())
    expect(row.ladder).not.toBe('new-customer');
  const byDay: string[][] = [];
  let seen = before;
  for (const day of ['2026-09-08', '2026-09-09', '2026-09-10']) {
    await walk(day);
    const today = smtp.mails.slice(seen).filter(({ envelopeTo }) => envelopeTo[0]?.startsWith('r-'));
    byDay.push(today.map(({ envelopeTo }) => envelopeTo[0]?.slice(0, 3) ?? '').sort());
    for (const { parsed } of today) expect(parsed.subject).toMatch(/^Statement of open items/);
    seen = smtp.mails.length;
  }
  expect(byDay).toEqual([['r-2', 'r-3'], ['r-1', 'r-4'], ['r-5']]);
}, 90_000);

test('letters that stayed in the outbox are no contact: once a channel leaves, the ramp begins with whoever has them, a statement first', async () => {
  await admin.post('/v1/outlets/email/close', { reason: 'a rehearsal' }).expect(200);
  await goLive({ collectFrom: '2026-09-15', history: 'open-items', firstContact: { perDay: 2, statementFirst: true } });
  for (const code of ['O-1', 'O-2', 'O-3']) await owing(code, '2026-08-03', '2026-09-14', '100.00');
  await walk('2026-09-17');
  const kept = await world.store.db
    .selectFrom('message')
    .innerJoin('customer', 'customer.id', 'message.customer_id')
    .select('customer.external_id as code')
    .distinct()
    .where('outbox', '=', true)
    .where('customer.external_id', 'like', 'O-%')
    .execute();
  expect(kept).toHaveLength(3);
  const { body: shown } = await admin.get('/v1/receivables/O-1-I').expect(200);
  expect(shown.messages).toMatchObject([{ channel: 'email', outbox: true }]);
  await admin.post('/v1/outlets/email/open', { reason: 'the rehearsal is over' }).expect(200);
  const before = smtp.mails.length;
  const first = new Map<string, { day: string; subject: string }>();
  for (const day of ['2026-09-18', '2026-09-21', '2026-09-22', '2026-09-23', '2026-09-24']) {
    await walk(day);
    for (const { envelopeTo, parsed } of smtp.mails.slice(before)) {
      const to = envelopeTo[0]?.slice(0, 3) ?? '';
      if (to.startsWith('o-') && !first.has(to)) first.set(to, { day, subject: parsed.subject ?? '' });
    }
  }
  const days = [...first.values()].map(({ day }) => day);
  expect([...first.keys()].sort()).toEqual(['o-1', 'o-2', 'o-3']);
  expect(new Set(days).size).toBe(2);
  for (const { subject } of first.values()) expect(subject).toMatch(/^Statement of open items/);
}, 90_000);

test('settings refuse what cannot be used, at its field, and are nobody’s but an administrator’s or the finance director’s', async () => {
  const refused = await admin.put('/v1/settings/seller', { ...SELLER, phone: '', reason: 'x' }).expect(422);
  expect(refused.body.errors[0].pointer).toBe('/phone');
  await admin
    .put('/v1/settings/go-live', { ...NO_PAST, firstContact: { perDay: 0, statementFirst: true }, reason: 'x' })
    .expect(422);
  await erp.put('/v1/settings/seller', { ...SELLER, reason: 'x' }).expect(403);
});

test('outlets say whether anything leaves and why not, and the switch is the administrator’s, with a reason', async () => {
  const list = async () =>
    (await admin.get('/v1/outlets')).body.data as {
      outlet: string;
      leaves: boolean;
      reasons: { code: string }[];
      opened: object | null;
    }[];
  const email = async () => (await list()).find(({ outlet }) => outlet === 'email');
  expect(await email()).toMatchObject({ leaves: true, opened: { reason: 'the rehearsal is over' } });
  expect((await list()).find(({ outlet }) => outlet === 'sms')).toMatchObject({
    leaves: false,
    reasons: [{ code: 'not-connected' }],
  });
  await admin.post('/v1/outlets/email/close', {}).expect(422);
  await admin.post('/v1/outlets/email/close', { reason: 'the trial is over' }).expect(200);
  expect(await email()).toMatchObject({ leaves: false, reasons: [{ code: 'clock-not-real' }, { code: 'clock-movable' }] });
  const { body } = await admin.get('/readyz');
  expect(body.outlets).toEqual([{ outlet: 'email', leaves: false, reasons: ['clock-not-real', 'clock-movable'] }]);
  await erp.post('/v1/outlets/email/open', { reason: 'x' }).expect(403);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isContactDay, isPublished } from '../../domain/platform/calendar.ts';
import { askForNotices } from '../../store/tasks/notice-tasks.ts';
import { systemActor, write } from '../../store/platform/transaction.ts';
import { setUp } from '../../store/setup.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-12-20T02:00:00.000Z' });
  const customer = { name: 'Dealer', type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 } };
  await api.as('erp').put('/v1/customers/C-1').send(customer).expect(201);
  const longer = { ...customer, terms: { days: 60 } };
  await api.as('erp').put('/v1/customers/C-2').send(longer).expect(201);
});
afterAll(() => api.close());

interface Year {
  published: boolean;
  days: { name: string; date: string; isOffDay: boolean }[];
}
const known = async (year: number): Promise<Year> =>
  (await api.as('collector').get(`/v1/calendar-years/${year}`).expect(200)).body as Year;
const dueOf = async (id: string): Promise<string> =>
  ((await api.as('collector').get(`/v1/receivables/${id}`).expect(200)).body as { dueDate: string }).dueDate;
const asked = async (): Promise<number> =>
  (await api.store.db.selectFrom('wake').select('asked').execute()).reduce((sum, row) => sum + Number(row.asked), 0);

describe('a year whose notice is not out', () => {
  test('a year without a notice has the days that the law makes free', async () => {
    const { published, days } = await known(2027);
    expect(published).toBe(false);
    expect(days.map((day) => day.date)).toEqual(
      expect.arrayContaining(['2027-01-01', '2027-02-05', '2027-02-08', '2027-04-05', '2027-06-09', '2027-09-15', '2027-10-03']),
    );
    const { calendar } = await api.store.policies.current();
    expect(isContactDay(calendar, '2027-01-01')).toBe(false);
    expect(isPublished(calendar, '2027-01-01')).toBe(false);
    // 30 days from 2 December end on New Year's Day, a Friday.
    const invoice = { customer: 'C-1', number: 'N', issueDate: '2026-12-02', currency: 'CNY', amount: '1000.00' };
    const res = await api.as('erp').put('/v1/invoices/Y-1').send(invoice).expect(201);
    expect(res.body.receivables).toMatchObject([{ dueDate: '2027-01-04' }]);
  });

  test('an administrator is asked for the notice from 1 December on, once, until it is loaded', async () => {
    const ask = () =>
      write(api.store, systemActor('nightly'), async (work) => {
        const effects = await askForNotices(work);
        const [first, ...more] = effects.audit;
        return first ? { ...effects, value: effects.audit.length, audit: [first, ...more] } : { value: 0, audit: null };
      });
    expect(await ask()).toBe(1);
    expect(await ask()).toBe(0);
    const tasks = await api.as('admin').get('/v1/tasks').expect(200);
    expect(tasks.body.data).toMatchObject([{ kind: 'calendar-notice', role: 'admin' }]);
  });

  test('a notice that is loaded finds due dates by our terms anew and wakes what is planned into the year', async () => {
    const base = { customer: 'C-1', currency: 'CNY', amount: '1000.00' };
    // 60 days end on Tuesday 9 February 2027, which only the notice makes free.
    const terms = { days: 60 };
    await api
      .as('erp')
      .put('/v1/invoices/Y-2')
      .send({ ...base, customer: 'C-2', number: 'Y-2', issueDate: '2026-12-11', terms })
      .expect(201);
    const named = [{ no: 1, amount: '1000.00', dueDate: '2027-02-09' }];
    await api
      .as('erp')
      .put('/v1/invoices/Y-3')
      .send({ ...base, number: 'Y-3', issueDate: '2026-12-11', instalments: named })
      .expect(201);
    expect(await dueOf('Y-2')).toBe('2027-02-09');
    const before = await asked();
    const law = (await known(2027)).days;
    const spring = ['2027-02-09', '2027-02-10', '2027-02-11'].map((date) => ({ name: '春节', date, isOffDay: true }));
    const notice = {
      days: [...law, ...spring, { name: '春节', date: '2027-02-14', isOffDay: false }],
      source: '国办发明电〔2026〕7号',
    };
    const put = (role: 'admin' | 'credit_manager', body: object) => api.as(role).put('/v1/calendar-years/2027').send(body);
    expect((await put('credit_manager', notice)).status).toBe(403);
    const unfit = await put('admin', { ...notice, days: notice.days.filter((day) => day.date !== '2027-10-03') });
    expect(unfit.body).toMatchObject({ code: 'calendar-unfit', errors: [{ pointer: '/days' }] });
    expect((await put('admin', notice).expect(200)).body).toMatchObject({ year: 2027, changed: true, redated: 1 });
    expect(await dueOf('Y-2')).toBe('2027-02-12');
    expect(await dueOf('Y-3')).toBe('2027-02-09');
    expect(await asked()).toBeGreaterThan(before);
    expect((await known(2027)).published).toBe(true);
    const { calendar } = await api.store.policies.current();
    expect(isContactDay(calendar, '2027-02-10')).toBe(false);
    expect((await put('admin', notice).expect(200)).body).toMatchObject({ changed: false, redated: 0, asked: 0 });
    expect((await api.as('admin').get('/v1/tasks').expect(200)).body.data).toEqual([]);
    // Starting again does not take the notice back.
    await setUp(api.url);
    expect((await known(2027)).published).toBe(true);
  });
});

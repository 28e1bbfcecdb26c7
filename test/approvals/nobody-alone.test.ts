import { sql } from 'kysely';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../domain/platform/actor.ts';
import { createApiKey } from '../../store/access/api-keys.ts';
import { standAt } from '../../store/platform/clock.ts';
import { reassessWorkOrder, takeWorkOrderStep } from '../../store/tasks/work-order-book.ts';
import { system } from '../support/actors.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { defaultMatrix } from '../support/credit-policies.ts';
import { actOf, approve, openGoLive } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-12T02:00:00.000Z' });
});
afterAll(() => api.close());

let count = 0;
const bodyOf = (name: string, more: object) => ({
  ...{ name, type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, owner: 'lin', contacts: [], ...more },
});
async function customer(more: object = {}): Promise<string> {
  const id = `N-${(count += 1)}`;
  await api.as('erp').put(`/v1/customers/${id}`).send(bodyOf(id, more)).expect(201);
  return id;
}
const post = (role: Role, path: string, body: object) => api.as(role).post(path).send(body);
const limit = (role: Role, id: string, of: string, amount: string, more: object = {}) =>
  post(role, '/v1/credit-limits', { externalId: id, customer: of, amount, currency: 'CNY', reason: 'asked by sales', ...more });
const decide = (role: Role, act: string, verdict: 'approve' | 'decline' = 'approve') =>
  post(role, `/v1/pending-acts/${act}/decision`, { verdict, reason: 'looked at' });
const codeOf = ({ body }: { body: unknown }): string => (body as { code: string }).code;
const position = async (of: string) => {
  const { body } = await api.as('credit_officer').get(`/v1/customers/${of}/exposure`).expect(200);
  return (body as { payer: { limit: string | null; exposure: string; raised: string } | null }).payer;
};
async function invoice(of: string, amount = '1000.00'): Promise<string> {
  const id = `${of}-I${(count += 1)}`;
  const body = { customer: of, number: id, issueDate: '2026-09-01', currency: 'CNY', amount };
  await api.as('erp').put(`/v1/invoices/${id}`).send(body).expect(201);
  return id;
}
const open = async (id: string): Promise<string> =>
  ((await api.as('credit_officer').get(`/v1/receivables/${id}:1`).expect(200)).body as { open: string }).open;

describe('a credit limit outside the go-live window', () => {
  test('is raised by nobody alone: it waits for the tiers of its amount, and the asking person is none of them', async () => {
    const of = await customer();
    const asked = await limit('credit_officer', `L-${of}`, of, '50000000.00');
    const act = actOf(asked);
    expect(asked.headers['location']).toBe(`/v1/pending-acts/${act}`);
    expect(asked.body).toMatchObject({
      ...{ kind: 'credit-limit', state: 'pending', customer: of, amount: '50000000.00', currency: 'CNY', booked: false },
      ...{ routeRow: 'limit-large', policyVersion: 'approval-matrix/1' },
      route: [
        { tier: 1, role: 'credit_manager', state: 'open' },
        { tier: 2, role: 'finance_director', state: 'waiting' },
      ],
    });
    expect(await position(of)).toBeNull();
    expect(codeOf(await decide('credit_officer', act).expect(409))).toBe('own-request');
    expect(codeOf(await decide('finance_director', act).expect(409))).toBe('tier-exceeded');
    await decide('credit_manager', act).expect(200);
    expect(codeOf(await decide('credit_manager', act).expect(409))).toBe('already-decided');
    expect(await position(of)).toBeNull();
    const done = await decide('finance_director', act).expect(200);
    expect(done.body).toMatchObject({ state: 'approved', route: [{ state: 'approved' }, { state: 'approved' }] });
    expect(await position(of)).toMatchObject({ limit: '50000000.00' });
    expect(codeOf(await decide('finance_director', act).expect(409))).toBe('already-decided');
    await limit('credit_officer', `L-${of}`, of, '50000000.00').expect(200);
  });

  test('is asked for once: the same again is the same act, other content is refused while it waits', async () => {
    const of = await customer();
    const first = actOf(await limit('credit_officer', `L-${of}`, of, '1000.00'));
    expect(actOf(await limit('credit_officer', `L-${of}`, of, '1000.00'))).toBe(first);
    expect(codeOf(await limit('credit_officer', `L-${of}`, of, '2000.00').expect(409))).toBe('act-pending');
    await post('credit_manager', `/v1/pending-acts/${first}/withdraw`, { reason: 'not mine' }).expect(403);
    await post('credit_officer', `/v1/pending-acts/${first}/withdraw`, { reason: 'typing error' }).expect(200);
    expect(codeOf(await decide('credit_manager', first).expect(409))).toBe('not-open');
    expect(actOf(await limit('credit_officer', `L-${of}`, of, '2000.00'))).not.toBe(first);
  });

  test('is lowered and ended at once; longer, or another kind of higher, is a raise', async () => {
    const of = await customer();
    const act = actOf(await limit('credit_officer', `L1-${of}`, of, '1000.00', { validUntil: '2026-12-31' }));
    await approve(api, act, 'credit_manager');
    await limit('credit_officer', `L2-${of}`, of, '600.00', { validUntil: '2026-11-30' }).expect(201);
    expect(await position(of)).toMatchObject({ limit: '600.00' });
    actOf(await limit('credit_officer', `L3-${of}`, of, '600.00', { validUntil: '2026-12-01' }));
    actOf(await limit('credit_officer', `L4-${of}`, of, '500.00'));
    const more = { kind: 'temporary', validUntil: '2026-11-01' };
    await approve(api, actOf(await limit('credit_officer', `L5-${of}`, of, '900.00', more)), 'credit_manager');
    expect(await position(of)).toMatchObject({ limit: '900.00' });
    await post('credit_officer', `/v1/credit-limits/L5-${of}/end`, { reason: 'the tender is over' })
      .expect(200)
      .expect(({ body }) => expect(body).toMatchObject({ changed: true }));
    expect(await position(of)).toMatchObject({ limit: '600.00' });
    await post('credit_officer', `/v1/credit-limits/L5-${of}/end`, { reason: 'again' })
      .expect(200)
      .expect(({ body }) => expect(body).toMatchObject({ changed: false }));
    await post('sales', `/v1/credit-limits/L2-${of}/end`, { reason: 'no' }).expect(403);
  });

  test('is ended at once as long as another one of its account judges on; the last of a group, or beside one in another currency, waits', async () => {
    const of = await customer({ group: `G-${count + 1}` });
    const give = async (id: string, amount: string, more: object = {}) =>
      approve(api, actOf(await limit('credit_officer', `${id}-${of}`, of, amount, more)), 'credit_manager');
    const end = (id: string) => post('credit_officer', `/v1/credit-limits/${id}-${of}/end`, { reason: 'no more of that' });
    await give('G', '900.00', { on: 'group' });
    await give('T', '1000.00', { on: 'group', kind: 'temporary', validUntil: '2026-11-01' });
    await end('G').expect(200);
    const act = actOf(await end('T'));
    await limit('credit_officer', `Z-${of}`, of, '0.00', { on: 'group', kind: 'temporary', validUntil: '2026-11-01' }).expect(
      201,
    );
    await post('credit_officer', `/v1/pending-acts/${act}/withdraw`, { reason: 'lowered instead' }).expect(200);
    await end('T').expect(200);
    await give('C', '1000.00');
    await give('D', '9000.00', { currency: 'USD' });
    actOf(await end('C'));
  });

  test('one decline ends it, and nothing is granted', async () => {
    const of = await customer();
    const act = actOf(await limit('credit_officer', `L-${of}`, of, '1000.00'));
    await decide('credit_manager', act, 'decline')
      .expect(200)
      .expect(({ body }) => expect(body).toMatchObject({ state: 'declined', decisionReason: 'looked at' }));
    expect(await position(of)).toBeNull();
  });

  test('each tier has a task with a deadline for its role, which ends with the decision', async () => {
    const of = await customer();
    const act = actOf(await limit('credit_officer', `L-${of}`, of, '5000000.00'));
    const tasks = async () =>
      ((await api.as('credit_manager').get(`/v1/tasks?customer=${of}`).expect(200)).body as { data: { kind: string }[] }).data;
    expect(await tasks()).toMatchObject([
      { kind: 'act-credit-manager', role: 'credit_manager', why: { act, kind: 'credit-limit' } },
    ]);
    await decide('credit_manager', act).expect(200);
    expect(await tasks()).toMatchObject([{ kind: 'act-finance-director', role: 'finance_director' }]);
    await decide('finance_director', act).expect(200);
    expect(await tasks()).toEqual([]);
  });
});

describe('the go-live window', () => {
  test('is dated, opened and closed by two people; inside it one person brings opening limits in', async () => {
    const of = await customer();
    const ask = (role: Role, validUntil = '2026-10-31') =>
      post(role, '/v1/go-live-windows', { validFrom: '2026-10-01', validUntil, reason: 'going live' });
    await ask('credit_manager', '2027-06-01').expect(422);
    const act = actOf(await ask('credit_manager'));
    expect(codeOf(await decide('credit_manager', act).expect(409))).toBe('own-request');
    actOf(await limit('credit_officer', `L0-${of}`, of, '100.00'));
    await decide('finance_director', act).expect(200);
    await limit('credit_officer', `L-${of}`, of, '1000.00').expect(201);
    expect(await position(of)).toMatchObject({ limit: '1000.00' });
    const fund = await api
      .as('erp')
      .put(`/v1/customers/${of}`)
      .send(bodyOf(of, { debtorClass: 'insurance-fund' }));
    expect(fund.body).toMatchObject({ pending: [] });
    expect(codeOf(await ask('credit_manager').expect(409))).toBe('waits-already');
    const windows = await api.as('auditor').get('/v1/go-live-windows').expect(200);
    const [window] = (windows.body as { data: { id: string }[] }).data;
    expect(window).toMatchObject({ state: 'open', validFrom: '2026-10-01', validUntil: '2026-10-31' });
    const closing = actOf(await post('credit_manager', `/v1/go-live-windows/${window?.id}/close`, { reason: 'all in' }));
    actOf(await limit('credit_officer', `L2-${of}`, of, '2000.00'));
    expect(codeOf(await decide('credit_manager', closing).expect(409))).toBe('own-request');
    await decide('finance_director', closing).expect(200);
    const after = await api.as('auditor').get('/v1/go-live-windows').expect(200);
    expect((after.body as { data: object[] }).data[0]).toMatchObject({ state: 'closed' });
  });

  test('that is over by its dates takes nothing', async () => {
    const of = await customer();
    await openGoLive(api, '2026-10-12', '2026-10-12');
    await limit('credit_officer', `L-${of}`, of, '1000.00').expect(201);
    await standAt(api.store, system, '2026-10-13T02:00:00.000Z');
    actOf(await limit('credit_officer', `L9-${of}`, of, '2000.00'));
  });
});

describe('security', () => {
  const security = (of: string, more: object = {}) => ({
    ...{
      customer: of,
      kind: 'guarantee',
      effect: 'raises-limit',
      value: '90000000.00',
      currency: 'CNY',
      share: '1',
      validFrom: '2026-01-01',
    },
    evidence: { document: 'G-1' },
    ...more,
  });
  test.each(['erp', 'credit_officer'] as const)(
    'that %s records counts for nothing until a second person agrees',
    async (role) => {
      const of = await customer();
      await approve(api, actOf(await limit('credit_officer', `L-${of}`, of, '1000.00')), 'credit_manager');
      const put = (body: object) => api.as(role).put(`/v1/securities/S-${of}`).send(body);
      const none = await put({ ...security(of), evidence: undefined }).expect(422);
      expect(none.body).toMatchObject({ code: 'evidence-missing', errors: [{ pointer: '/evidence' }] });
      const act = actOf(await put(security(of)));
      expect(actOf(await put(security(of)))).toBe(act);
      expect(await position(of)).toMatchObject({ limit: '1000.00' });
      await approve(api, act, 'credit_manager', 'finance_director');
      expect(await position(of)).toMatchObject({ limit: '90001000.00' });
      await put(security(of)).expect(200);
      const back = actOf(await post(role, `/v1/securities/S-${of}/release`, { reason: 'given back' }));
      expect(await position(of)).toMatchObject({ limit: '90001000.00' });
      await approve(api, back, 'credit_manager', 'finance_director');
      expect(await position(of)).toMatchObject({ limit: '1000.00' });
    },
  );
});

describe('the group, payer or class of a customer', () => {
  const give = async (of: string, amount: string, on = 'payer') =>
    approve(api, actOf(await limit('credit_officer', `${on}-${of}`, of, amount, { on })), 'credit_manager');
  const send = async (role: Role, of: string, more: object) => {
    const { body } = await api.as(role).put(`/v1/customers/${of}`).send(bodyOf(of, more)).expect(200);
    return (body as { pending: { act: string; kind: string }[] }).pending;
  };
  const read = async (of: string) => (await api.as('auditor').get(`/v1/customers/${of}`).expect(200)).body as object;

  test.each(['erp', 'credit_officer'] as const)(
    'of %s that leaves a group with a limit waits, whatever else is written',
    async (role) => {
      const group = `G-${count + 1}`;
      const of = await customer({ group });
      await invoice(of);
      expect(await send(role, of, { group: 'G-none' })).toEqual([]);
      expect(await send(role, of, { group })).toEqual([]);
      await give(of, '1000.00', 'group');
      const [act, ...more] = await send(role, of, { name: 'Renamed' });
      expect([act?.kind, more]).toEqual(['customer-credit', []]);
      expect(await read(of)).toMatchObject({ name: 'Renamed', group });
      expect(await send(role, of, { name: 'Renamed' })).toEqual([act]);
      expect(await send(role, of, { name: 'Renamed again' })).toEqual([act]);
      expect(codeOf(await decide('credit_officer', act?.act ?? '').expect(409))).toBe(
        role === 'erp' ? 'tier-exceeded' : 'own-request',
      );
      const [other] = await send(role, of, { group: 'G-none' });
      expect(other?.act).not.toBe(act?.act);
      expect(await send(role, of, { group })).toEqual([]);
      const [last] = await send(role, of, {});
      await approve(api, last?.act ?? '', 'credit_manager');
      expect(await read(of)).toMatchObject({ name: of, group: null });
      const { body } = await api.as('credit_officer').get(`/v1/customers/${of}/exposure`).expect(200);
      expect(body).toMatchObject({ group: null });
    },
  );

  test('a payer with a larger limit, or outside a group with a limit, waits; a smaller one does not, nor does a customer without documents or limits', async () => {
    const [big, small, of] = [await customer(), await customer(), await customer()];
    await give(big, '9000.00');
    await give(small, '500.00');
    await give(of, '1000.00');
    expect(await send('erp', of, { payer: small })).toEqual([]);
    expect(await send('erp', of, {})).toMatchObject([{ kind: 'customer-credit' }]);
    const [act] = await send('erp', of, { payer: big });
    expect(await read(of)).toMatchObject({ payer: small });
    await approve(api, act?.act ?? '', 'credit_manager');
    expect(await read(of)).toMatchObject({ payer: big });
    expect(await send('erp', await customer(), { payer: big })).toEqual([]);
    const group = `G-${count + 1}`;
    const member = await customer({ group });
    await give(member, '9000.00');
    await give(member, '100.00', 'group');
    expect(await send('erp', member, { group, payer: small })).toMatchObject([{ kind: 'customer-credit' }]);
    expect(await read(member)).toMatchObject({ group, payer: null });
  });

  test('a class that is never dunned waits, for a customer that owes; any other comes in at once', async () => {
    const of = await customer();
    expect(await send('erp', of, { debtorClass: 'insurance-fund' })).toEqual([]);
    expect(await send('erp', of, {})).toEqual([]);
    await invoice(of);
    expect(await send('erp', of, { debtorClass: 'organ' })).toEqual([]);
    const [act] = await send('credit_officer', of, { debtorClass: 'insurance-fund', group: 'G-none' });
    expect(await read(of)).toMatchObject({ debtorClass: 'organ', group: 'G-none' });
    await decide('credit_manager', act?.act ?? '', 'decline').expect(200);
    expect(await read(of)).toMatchObject({ debtorClass: 'organ' });
    const [again] = await send('erp', of, { debtorClass: 'insurance-fund' });
    await approve(api, again?.act ?? '', 'credit_manager');
    expect(await read(of)).toMatchObject({ debtorClass: 'insurance-fund' });
  });
});

describe('a customer on a sanctions list', () => {
  const entries = (...lists: string[]) => lists.map((list) => ({ list, since: null, reference: 'No. 7' }));
  const fact = (value: object[], asOf = '2026-10-12') => ({ value, asOf, evidence: { text: 'seen' } });
  const tell = (of: string, value: object[], asOf?: string) =>
    post('credit_officer', `/v1/customers/${of}/facts`, { facts: [{ name: 'listed', ...fact(value, asOf) }], reason: 'told' });
  const put = (of: string, value: object[], asOf?: string) =>
    api
      .as('erp')
      .put(`/v1/customers/${of}`)
      .send(bodyOf(of, { facts: { listed: fact(value, asOf) } }));
  const decision = async (of: string): Promise<string> => {
    const lines = [{ line: 1, item: 'A', quantity: '1', unitPrice: '1.00' }];
    const body = { customer: of, currency: 'CNY', requestedShipDate: '2026-10-20', lines };
    const answer = await api
      .as('erp')
      .put(`/v1/orders/${of}-${(count += 1)}`)
      .send(body);
    return (answer.body as { decision: string }).decision;
  };
  const limited = async (): Promise<string> => {
    const of = await customer();
    await approve(api, actOf(await limit('credit_officer', `L-${of}`, of, '1000.00')), 'credit_manager');
    await tell(of, entries('sanctions', 'dishonest')).expect(200);
    return of;
  };

  test.each([
    ['erp', put],
    ['credit_officer', tell],
  ] as const)('leaves it by the word of %s when a second person agrees; a new entry counts at once', async (_, say) => {
    const of = await limited();
    expect(await decision(of)).toBe('held');
    const { body } = await say(of, entries('dishonest')).expect(200);
    expect(body).toMatchObject({ pending: [{ kind: 'delisting' }] });
    expect(await decision(of)).toBe('held');
    const [{ act }] = (body as { pending: [{ act: string }] }).pending;
    await say(of, entries('dishonest')).expect(200);
    const seen = await api.as('auditor').get(`/v1/pending-acts/${act}`).expect(200);
    expect(seen.body).toMatchObject({ state: 'pending', routeRow: 'delisting', what: { customer: of, off: ['sanctions'] } });
    await approve(api, act, 'credit_manager');
    const listed = async () =>
      ((await api.as('auditor').get(`/v1/customers/${of}/facts/listed`).expect(200)).body as { data: { value: object[] }[] })
        .data[0]?.value;
    expect(await listed()).toMatchObject([{ list: 'dishonest' }]);
    const { body: none } = await say(of, [], '2026-10-12').expect(200);
    await approve(api, (none as { pending: [{ act: string }] }).pending[0].act, 'credit_manager');
    expect(await decision(of)).toBe('approved');
    expect((await say(of, entries('sanctions')).expect(200)).body).toMatchObject({ pending: [] });
    expect(await decision(of)).toBe('held');
  });

  test('is told anew to stand there: what waited is overtaken; an older word takes nobody off', async () => {
    const of = await limited();
    await tell(of, []).expect(200);
    expect((await put(of, [], '2026-10-01').expect(200)).body).toMatchObject({ pending: [{ kind: 'delisting' }] });
    expect((await tell(of, entries('sanctions', 'dishonest', 'other')).expect(200)).body).toMatchObject({ pending: [] });
    expect(await decision(of)).toBe('held');
  });
});

describe('a write-off', () => {
  test('is carried out when a second person agrees, never by whoever asked', async () => {
    const id = await invoice(await customer());
    const act = actOf(
      await post('finance_director', `/v1/receivables/${id}:1/write-off`, { amount: '400.00', reason: 'insolvent' }),
    );
    expect(await open(id)).toBe('1000.00');
    expect(codeOf(await decide('finance_director', act).expect(409))).toBe('own-request');
    await approve(api, act, 'credit_manager');
    expect(await open(id)).toBe('600.00');
  });

  test('of which meanwhile less is open is refused at the decision, and goes on waiting', async () => {
    const of = await customer();
    const id = await invoice(of);
    const act = actOf(await post('credit_officer', `/v1/receivables/${id}:1/write-off`, { reason: 'insolvent' }));
    const payment = {
      externalId: `P-${id}`,
      customer: of,
      amount: '700.00',
      currency: 'CNY',
      receivedOn: '2026-10-12',
      reference: id,
    };
    await post('erp', '/v1/payments', payment).expect(201);
    expect(codeOf(await decide('credit_manager', act).expect(422))).toBe('amount-exceeds-open');
    await api
      .as('credit_manager')
      .get(`/v1/pending-acts/${act}`)
      .expect(({ body }) => expect(body).toMatchObject({ state: 'pending' }));
  });
});

describe('a house of few people', () => {
  test('two can live: what one asks for the other decides; one alone is told so', async () => {
    const house = await openTestApi({ business: '2026-10-12T02:00:00.000Z' });
    try {
      const rest = ['credit_officer', 'credit_manager', 'finance_director'];
      await house.store.db
        .updateTable('api_key')
        .set({ revoked_at: '2026-01-01T00:00:00.000Z' })
        .where('role', 'in', rest)
        .execute();
      const key = async (role: Role) => (await createApiKey(house.store, { name: role, role, scope: {} })).secret;
      const as = (secret: string) => request.agent(house.app).set('Authorization', `Bearer ${secret}`);
      const director = as(await key('finance_director'));
      await house
        .as('erp')
        .put('/v1/customers/H-1')
        .send({ name: 'H', type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, contacts: [] })
        .expect(201);
      const grant = (externalId: string) => ({
        externalId,
        customer: 'H-1',
        amount: '9000000.00',
        currency: 'CNY',
        reason: 'big',
      });
      const alone = await director.post('/v1/credit-limits').send(grant('L-1')).expect(409);
      expect(alone.body).toMatchObject({ code: 'approver-missing' });
      const manager = as(await key('credit_manager'));
      const verdict = { verdict: 'approve', reason: 'looked at' };
      const asked = await director.post('/v1/credit-limits').send(grant('L-1')).expect(202);
      expect((asked.body as { route: object[] }).route).toMatchObject([{ role: 'credit_manager' }]);
      await manager
        .post(`/v1/pending-acts/${(asked.body as { id: string }).id}/decision`)
        .send(verdict)
        .expect(200);
      const more = await manager
        .post('/v1/credit-limits')
        .send({ ...grant('L-2'), amount: '9900000.00' })
        .expect(202);
      expect((more.body as { route: object[] }).route).toMatchObject([{ role: 'finance_director' }]);
      await director
        .post(`/v1/pending-acts/${(more.body as { id: string }).id}/decision`)
        .send(verdict)
        .expect(200);
    } finally {
      await house.close();
    }
  });
});

describe('a task', () => {
  const taskOf = async (of: string, kind: string): Promise<string> => {
    const { body } = await api.as('credit_manager').get(`/v1/tasks?customer=${of}&kind=${kind}`).expect(200);
    return (body as { data: { id: string }[] }).data[0]?.id ?? '';
  };
  test('is done by its role or by delegation, handed out by whoever leads, and a decision is taken where it is about', async () => {
    const of = await customer();
    const asked = actOf(await limit('credit_officer', `L-${of}`, of, '9000000.00'));
    const task = await taskOf(of, 'act-credit-manager');
    const act = (role: Role, verb: string, body: object) => post(role, `/v1/tasks/${task}/${verb}`, body);
    const done = { outcome: 'done', note: '' };
    for (const role of ['logistics', 'collector', 'credit_officer', 'legal'] as const) {
      expect(codeOf(await act(role, 'complete', done).expect(403))).toBe('task-role');
      expect(codeOf(await act(role, 'assign', { assignee: 'wu' }).expect(403))).toBe('task-role');
      expect(codeOf(await act(role, 'snooze', { until: '2026-12-01T00:00:00.000Z' }).expect(403))).toBe('task-role');
    }
    await act('finance_director', 'assign', { assignee: 'wu' }).expect(200);
    expect(codeOf(await act('credit_manager', 'complete', done).expect(409))).toBe('decide-there');
    const { rows } = await sql<{ id: string; role: string }>`select id, role from api_key`.execute(api.store.db);
    const idOf = (role: Role): string => rows.find((row) => row.role === role)?.id ?? '';
    await post('credit_manager', '/v1/delegations', {
      ...{ from: idOf('credit_manager'), to: idOf('finance_director'), reason: 'holiday' },
      ...{ validFrom: '2026-10-01', validUntil: '2026-12-31' },
    }).expect(201);
    const { dueAt } = (await api.as('credit_manager').get(`/v1/tasks/${task}`).expect(200)).body as { dueAt: string };
    await act('finance_director', 'snooze', { until: dueAt }).expect(200);
    await decide('finance_director', asked).expect(200);
  });

  test('is put aside until its deadline at the latest, and is in the list of whoever it goes on to', async () => {
    const of = await customer();
    await limit('credit_officer', `L-${of}`, of, '9000000.00');
    const id = await taskOf(of, 'act-credit-manager');
    const read = async () =>
      (await api.as('credit_manager').get(`/v1/tasks/${id}`).expect(200)).body as { dueAt: string; snoozedUntil: string | null };
    const { dueAt } = await read();
    const snooze = (until: string) => post('credit_manager', `/v1/tasks/${id}/snooze`, { until });
    const refused = await snooze('2056-01-01T00:00:00Z').expect(422);
    expect((refused.body as { errors: object[] }).errors).toMatchObject([{ pointer: '/until' }]);
    expect(JSON.stringify(refused.body)).toContain('The deadline of the task is');
    expect((await read()).snoozedUntil).toBeNull();
    await snooze(dueAt).expect(200);
    expect(await taskOf(of, 'act-credit-manager')).toBe('');
    await standAt(api.store, system, dueAt);
    expect(await taskOf(of, 'act-credit-manager')).toBe(id);
    const plan = await reassessWorkOrder(api.store, { id, seq: null });
    await takeWorkOrderStep(api.store, plan.step, { id, seq: plan.seq });
    expect(await read()).toMatchObject({ state: 'escalated', snoozedUntil: null });
    expect(await taskOf(of, 'act-credit-manager')).toBe(id);
  });
});

test('an approver slot that nobody can fill is refused when the policy is saved, by its place', async () => {
  const save = () => post('credit_manager', '/v1/policies/approval-matrix', { content: defaultMatrix, reason: 'as it is' });
  await save().expect(201);
  await sql`update api_key set revoked_at = clock_timestamp() where role = 'finance_director'`.execute(api.store.db);
  const refused = await save().expect(422);
  expect(codeOf(refused)).toBe('policy-invalid');
  expect(JSON.stringify(refused.body)).toContain('nobody is finance_director');
});

test('an act that nobody decides lapses at its moment, on record, with its task; then it can be asked for again', async () => {
  const of = await customer();
  // Whatever keys were revoked above: somebody has to be there to decide.
  for (const role of ['credit_manager', 'finance_director'] as const)
    await createApiKey(api.store, { name: `late ${role}`, role, scope: {} });
  const ask = () => limit('credit_officer', `L-late-${of}`, of, '900000.00');
  const asked = await ask();
  const act = actOf(asked);
  const { body } = await api.as('auditor').get(`/v1/pending-acts/${act}`).expect(200);
  const task = await api.store.db
    .selectFrom('work_order')
    .select('id')
    .where('process', '=', `pending-act-${act}`)
    .executeTakeFirstOrThrow();
  let plan = await reassessWorkOrder(api.store, { id: task.id, seq: null });
  for (let times = 0; plan.step !== 'wait' && times < 9; times += 1) {
    await standAt(api.store, system, plan.at ?? '');
    plan = await takeWorkOrderStep(api.store, plan.step, { id: task.id, seq: plan.seq });
  }
  expect(plan).toMatchObject({ step: 'wait', at: body.expiresAt, why: 'waits for a decision until it lapses' });
  await standAt(api.store, system, body.expiresAt);
  expect(await reassessWorkOrder(api.store, { id: task.id, seq: plan.seq })).toMatchObject({ step: 'close' });
  const record = await api.as('auditor').get(`/v1/audit?action=act.lapsed&limit=1`).expect(200);
  expect(record.body.data).toMatchObject([{ subject: { id: act } }]);
  expect((await api.as('auditor').get(`/v1/pending-acts/${act}`).expect(200)).body).toMatchObject({ state: 'lapsed' });
  const open = await api.store.db
    .selectFrom('work_order')
    .select('id')
    .where('process', '=', `pending-act-${act}`)
    .where('closed_at', 'is', null)
    .execute();
  expect(open).toEqual([]);
  expect(actOf(await ask())).not.toBe(act);
});

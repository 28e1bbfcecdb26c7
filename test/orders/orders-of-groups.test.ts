import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Response } from 'supertest';
import { standAt } from '../../store/platform/clock.ts';
import { system } from '../support/actors.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { actOf, approve, openGoLive } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-10T02:00:00.000Z' });
  await openGoLive(api, '2026-10-01', '2026-10-10');
});
afterAll(() => api.close());

let count = 0;
/** A member of a group, with a limit of its own. */
async function member(group: string): Promise<string> {
  const id = `M-${(count += 1)}`;
  const body = {
    name: id,
    type: 'dealer',
    region: 'SH',
    currency: 'CNY',
    terms: { days: 30 },
    owner: 'lin',
    contacts: [],
    group,
  };
  await api.as('erp').put(`/v1/customers/${id}`).send(body).expect(201);
  await grant(id, `${id}-own`, { amount: '1000000.00' });
  return id;
}
const grant = (customer: string, externalId: string, more: object) =>
  api
    .as('credit_officer')
    .post('/v1/credit-limits')
    .send({ externalId, customer, currency: 'CNY', reason: 'going live', ...more })
    .expect(201);
const order = (of: string, id: string, unitPrice: string) =>
  api
    .as('erp')
    .put(`/v1/orders/${id}`)
    .send({
      ...{ customer: of, currency: 'CNY', requestedShipDate: '2026-10-20' },
      lines: [{ line: 1, item: 'A-1', quantity: '1', unitPrice }],
    })
    .expect(201);
const ship = (order: string) =>
  api
    .as('erp')
    .post('/v1/shipment-requests')
    .send({ externalId: `${order}-R`, order, lines: [{ line: 1, quantity: '1' }] })
    .expect(201);
const end = (limit: string) =>
  api.as('credit_officer').post(`/v1/credit-limits/${limit}/end`).send({ reason: 'no more of that' });
const judged = ({ body }: Response) => {
  const { decision, reasons } = body as { decision: string; reasons: { code: string }[] };
  return [decision, ...reasons.map(({ code }) => code)];
};

describe("a group's limit", () => {
  let of: string;
  beforeAll(async () => {
    of = await member('G-1');
    await grant(of, 'G-1-temporary', { on: 'group', amount: '100000.00', kind: 'temporary', validUntil: '2026-10-11' });
    await member('G-2');
    await grant('M-2', 'G-2-later', { on: 'group', amount: '1.00', validFrom: '2026-12-01', validUntil: '2026-12-31' });
    expect(judged(await order(of, `${of}-1`, '100000.00'))).toEqual(['approved']);
    expect(judged(await order(of, `${of}-2`, '1.00'))).toEqual(['held', 'group-limit-exceeded']);
    await standAt(api.store, system, '2026-10-12T02:00:00.000Z');
  });

  test('that has expired is zero, by a reason of its own, for orders and shipments of every member', async () => {
    const held = await order(of, `${of}-3`, '500000.00');
    expect(judged(held)).toEqual(['held', 'group-limit-expired']);
    expect((held.body as { reasons: object[] }).reasons).toMatchObject([
      { figures: { expiredOn: '2026-10-11' }, message: expect.stringMatching(/group's credit limit ended on 2026-10-11/) },
    ]);
    const shipment = await ship(`${of}-1`);
    expect(judged(shipment)).toEqual(['hold', 'group-limit-expired']);
    expect(shipment.body).toMatchObject({ lines: [{ allowed: '0' }] });
  });

  test('that has yet to begin judges from then on', async () => {
    expect(judged(await order('M-2', 'M-2-1', '500000.00'))).toEqual(['approved']);
  });

  test('whose last one ends frees the members, temporary or expired, which two persons decide', async () => {
    const act = actOf(await end('G-1-temporary'));
    expect(actOf(await end('G-1-temporary'))).toBe(act);
    expect(judged(await order(of, `${of}-4`, '2.00'))).toEqual(['held', 'group-limit-expired']);
    await approve(api, act, 'credit_manager');
    expect(judged(await order(of, `${of}-5`, '500000.00'))).toEqual(['approved']);
    actOf(await end('G-2-later'));
  });
});

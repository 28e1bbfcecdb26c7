import { afterAll, beforeAll, expect, it } from 'vitest';
import { stepTo } from '../../store/platform/stepping.ts';
import { system } from '../support/actors.ts';
import { openCreditWorld } from '../support/credit-world.ts';
import type { CreditWorld } from '../support/credit-world.ts';
import { startFakeSmtp } from '../support/fake-smtp.ts';
import type { FakeSmtp } from '../support/fake-smtp.ts';
import { heldShipments } from '../support/held-shipments.ts';
import type { HeldShipments } from '../support/held-shipments.ts';

let world: CreditWorld;
let smtp: FakeSmtp;
let ships: HeldShipments;
beforeAll(async () => {
  smtp = await startFakeSmtp();
  world = await openCreditWorld({
    from: '2026-09-01T14:30:00.000Z',
    env: { SMTP_URL: smtp.url, SMTP_FROM: 'Accounts <ar@seller.example>' },
  });
  ships = heldShipments(world.store, world, await world.person('auditor'));
}, 120_000);
afterAll(async () => {
  await world.close();
  await smtp.close();
});

it('the customer gets one notice in contact hours, has its days to answer from when it went, and an unanswered one is told', async () => {
  const person = { id: 'c1', name: 'Person', role: 'finance' as const, wecom: null, language: 'en' as const };
  const contacts = [{ ...person, email: 'n1@customer.example', mobile: null }];
  const id = await ships.held('N-1', [3], 10_000, { contacts });
  await ships.rests(id);
  expect(await ships.show(id)).toMatchObject({ notice: { state: 'requested' }, respondBy: null });
  expect(smtp.mails).toEqual([]);
  await world.step('2026-09-02', 20);
  expect(smtp.mails.map(({ envelopeTo }) => envelopeTo)).toEqual([['n1@customer.example']]);
  const text = smtp.mails[0]?.parsed.text ?? '';
  for (const word of ['N-1-O', 'N-1-R', '#1 × 2', 'CNY 200.00', 'credit limit', '7 days']) expect(text).toContain(word);
  expect(text).not.toMatch(/listed|grade|score/i);
  const { notice, respondBy, missing } = await ships.show(id);
  expect(notice).toMatchObject({ state: 'given', arrivedAt: null });
  expect(missing).toEqual([]);
  expect(Date.parse(respondBy ?? '') - Date.parse(notice.givenAt ?? '')).toBe(7 * 86_400_000);
  await stepTo(world.store, system, respondBy ?? '');
  expect(await world.actions(id)).toContain('shipment-hold.unanswered');
  expect(smtp.mails).toHaveLength(1);
});

it('whom no message reaches is told by a person, who is asked to', async () => {
  const id = await ships.held('N-2', [3], 10_000, { contacts: [] });
  await ships.rests(id);
  await world.step('2026-09-15', 20);
  expect(await ships.show(id)).toMatchObject({
    notice: { state: 'by-hand' },
    missing: [{ part: 'notice' }],
    why: { code: 'notice-by-hand' },
  });
  const open = await world.store.db
    .selectFrom('work_order')
    .select('kind')
    .where('process', '=', `shipment-hold-${id}`)
    .where('closed_at', 'is', null)
    .execute();
  expect(open.map(({ kind }) => kind)).toContain('shipment-hold-notice');
});

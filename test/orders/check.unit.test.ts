import { expect, it } from 'vitest';
import { checkRulesOf, judgeOrder } from '../../domain/orders/check.ts';
import type { OrderFacts } from '../../domain/orders/check.ts';
import rules from '../../policies/credit-rules.json' with { type: 'json' };
import type { CreditRules } from '../../domain/credit/policy.ts';

const policy = checkRulesOf(1, rules as unknown as CreditRules);
const order: OrderFacts = {
  today: '2026-09-01',
  currency: 'CNY',
  shipDate: '2026-09-10',
  prepaid: false,
  boundMinor: 0,
  grade: null,
  breaches: [],
  amountMinor: 100_000,
  restMinor: 100_000,
  earlier: null,
  payer: { dunnedSince: null } as OrderFacts['payer'],
  group: null,
  unrated: null,
  overdue: [],
  depositsMinor: 0,
  stage: null,
  termsDays: 30,
  maxTermsDays: null,
  profileAsOf: null,
  licenceUntil: null,
  listed: [],
  medianMinor: null,
};

it('an order that is paid for, or delivered already, passes whatever else stands against it', () => {
  expect(judgeOrder({ ...order, prepaid: true, boundMinor: order.restMinor }, policy)).toMatchObject({
    decision: 'approved',
    reasons: [{ code: 'prepaid' }],
  });
  expect(judgeOrder({ ...order, restMinor: 0 }, policy)).toEqual({ decision: 'approved', forced: false, reasons: [] });
});

it('an order of a customer on a sanctions list is held, prepaid, within the tolerance or not; any other list is a person’s to decide', () => {
  const earlier = { approvedMinor: order.amountMinor, approvedOn: order.today };
  const held = { decision: 'held', forced: false, reasons: [{ code: 'listed' }] };
  const payer = { ...order.payer, known: true, valid: true, limitMinor: 1_000_000, beforeMinor: 0, afterMinor: order.restMinor };
  const sanctioned = { ...order, payer, listed: ['sanctions'] };
  expect(judgeOrder(sanctioned, policy)).toMatchObject(held);
  expect(judgeOrder({ ...sanctioned, prepaid: true, boundMinor: order.restMinor }, policy)).toMatchObject(held);
  expect(judgeOrder({ ...sanctioned, earlier }, policy)).toMatchObject(held);
  expect(judgeOrder({ ...sanctioned, listed: ['court'], earlier }, policy).decision).toBe('approved');
  expect(judgeOrder({ ...sanctioned, listed: ['court'] }, policy)).toMatchObject({ decision: 'held', forced: true });
});

it('an order of a listed customer is rejected where policy says so, and names the lists', () => {
  const strict = { ...policy, listed: 'rejected' as const };
  expect(judgeOrder({ ...order, listed: ['court'], prepaid: true }, strict)).toEqual({
    decision: 'rejected',
    forced: false,
    reasons: [{ code: 'listed', figures: { lists: ['court'] } }],
  });
});

import { describe, expect, it } from 'vitest';
import { endOfHold, judgeHoldDecision, planOrderHold } from '../../domain/orders/order-hold.ts';
import type { AskedLine, OrderHoldFacts } from '../../domain/orders/order-hold.ts';
import { narrowOffer, releasedLines, tableOf, wholeOffer } from '../../domain/orders/release.ts';
import type { Offer } from '../../domain/orders/release.ts';
import type { Seat } from '../../domain/approvals/seats.ts';
import { seededFrom } from '../support/seeded.ts';

const none = { held: 0, prepaid: 0, reserved: 0, ordered: 0, delivered: 0, invoiced: 0, cancelled: 0, returned: 0 };
const line = (no: number, quantity: string, amountMinor: number, held = amountMinor, shippedQuantity = '0') => ({
  ...{ line: no, quantity, shippedQuantity, amountMinor },
  minor: { ...none, held, delivered: amountMinor - held },
});
const order = [line(1, '3', 10_000), line(2, '4', 8_000, 4_000, '2')];
const byQuantity = (no: number, quantity: string): AskedLine => ({ line: no, quantity, amountMinor: null });
const byAmount = (no: number, amountMinor: number): AskedLine => ({ line: no, quantity: null, amountMinor });
const part = (lines: AskedLine[], offer: Offer = wholeOffer) => narrowOffer(offer, { verdict: 'part', lines }, order);

describe('what a decider lets go', () => {
  it.each([
    ['a quantity, rounded down', byQuantity(1, '1'), 3_333],
    ['two of three', byQuantity(1, '2'), 6_666],
    ['the whole quantity is worth the whole amount', byQuantity(1, '3'), 10_000],
    ['written otherwise', byQuantity(1, '3.000'), 10_000],
    ['all that is left of a line that shipped before', byQuantity(2, '2'), 4_000],
    ['half of that', byQuantity(2, '1'), 2_000],
    ['an amount', byAmount(1, 1), 1],
  ])('%s', (_name, asked, amountMinor) => {
    expect(part([asked])).toEqual({ as: 'reserved', lines: [{ line: asked.line, amountMinor }] });
  });

  it.each([
    ['a line that is not there', [byAmount(3, 1)], { index: 0, code: 'line-unknown' }],
    ['a line twice', [byAmount(1, 1), byAmount(1, 1)], { index: 1, code: 'line-twice' }],
    ['more than is left to ship', [byQuantity(2, '2.000001')], { index: 0, code: 'quantity', value: '2.000001', left: '2' }],
    ['more than is held', [byAmount(2, 4_001)], { index: 0, code: 'amount', valueMinor: 4_001, openMinor: 4_000 }],
    ['too little to be worth a cent', [byQuantity(1, '0.000001')], { index: 0, code: 'nothing' }],
  ])('%s is a fault', (_name, lines, fault) => {
    expect(part(lines)).toEqual({ fault });
  });

  it('keeps prepayment once somebody asked for it', () => {
    const prepaid = narrowOffer(wholeOffer, { verdict: 'prepay', lines: null }, order);
    expect(prepaid).toEqual({ as: 'prepaid', lines: 'all' });
    expect(narrowOffer(prepaid as Offer, { verdict: 'release', lines: null }, order)).toEqual(prepaid);
  });

  it('goes no further than what is still held when it goes', () => {
    const offer = part([byAmount(1, 9_000), byAmount(2, 4_000)]) as Offer;
    const later = [line(1, '3', 10_000, 5_000), line(2, '4', 8_000, 0)];
    expect(releasedLines(offer, later)).toEqual([{ line: 1, amountMinor: 5_000 }]);
    expect(releasedLines(wholeOffer, later)).toEqual([{ line: 1, amountMinor: 5_000 }]);
  });

  it('never widens: whatever verdicts follow one another, each tier agrees to at least what goes', () => {
    const chance = seededFrom();
    for (let turn = 0; turn < 500; turn += 1) {
      let offer: Offer = wholeOffer;
      for (let tier = 0; tier < 4; tier += 1) {
        const before = offer;
        const lines = order.flatMap((one): AskedLine[] =>
          chance.below(10) < 6 ? [byAmount(one.line, 1 + chance.below(11_000))] : [],
        );
        const verdict = (['release', 'part', 'prepay'] as const)[chance.below(3)] ?? 'part';
        const next = narrowOffer(before, { verdict, lines: verdict === 'release' || lines.length === 0 ? null : lines }, order);
        if ('fault' in next) continue;
        offer = next;
        for (const one of order) expect(tableOf(offer, one)).toBeLessThanOrEqual(tableOf(before, one));
        if (before.as === 'prepaid') expect(offer.as).toBe('prepaid');
      }
    }
  });
});

const seat: Seat = { tier: 1, role: 'credit_officer', state: 'open', roles: ['credit_officer'], by: null };
const facts: OrderHoldFacts = {
  ...{ state: 'open', orderState: 'open', decision: 'held', heldMinor: 1, routed: true, seats: [seat], warned: false },
  warnAt: '2026-09-12T00:00:00.000Z',
  expiresAt: '2026-09-15T00:00:00.000Z',
};
const early = '2026-09-01T00:00:00.000Z';

describe('what an open hold calls for', () => {
  it.each([
    ['not routed', { routed: false }, early, { step: 'route', due: true, at: early }],
    ['routed', {}, early, { step: 'warn', due: false, at: facts.warnAt }],
    ['time to warn', {}, facts.warnAt, { step: 'warn', due: true }],
    ['warned', { warned: true }, facts.warnAt, { step: 'lapse', due: false, at: facts.expiresAt }],
    ['expired, though never routed or warned', { routed: false }, facts.expiresAt, { step: 'lapse', due: true }],
    ['nothing held', { heldMinor: 0 }, early, { step: 'close', due: false, at: null }],
    ['ended', { state: 'rejected' as const }, facts.expiresAt, { step: 'close', due: false }],
  ])('%s', (_name, over, now, expected) => {
    expect(planOrderHold({ ...facts, ...over }, now)).toMatchObject(expected);
  });

  it.each([
    ['approved by itself', { decision: 'approved' as const }, 'released'],
    ['rejected by the check', { decision: 'rejected' as const }, 'rejected'],
    ['cancelled', { orderState: 'cancelled' as const }, 'lapsed'],
    ['cancelled after it was approved', { decision: 'approved' as const, orderState: 'cancelled' as const }, 'lapsed'],
  ])('it ends when its order is %s', (_name, over, state) => {
    expect(endOfHold({ ...facts, ...over, heldMinor: 0 })).toBe(state);
    expect(endOfHold({ ...facts, ...over })).toBeNull();
  });
});

describe('a decision by the plan alone', () => {
  const by = {
    actor: { kind: 'key', id: 'o', role: 'credit_officer', scope: {} },
    hats: [{ role: 'credit_officer', onBehalfOf: null }],
  } as const;
  const plan = { state: 'open' as const, round: 1, requestedBy: 'erp', seats: [seat], answered: ['first'] };
  it.each([
    ['an open seat', {}, 'next', null],
    ['nothing is routed yet: the facts decide', { seats: [] }, 'next', null],
    ['a repeat, whatever has happened since', { state: 'released' as const }, 'first', null],
    ['released', { state: 'released' as const }, 'next', 'already-decided'],
    ['rejected', { state: 'rejected' as const }, 'next', 'already-decided'],
    ['lapsed', { state: 'lapsed' as const }, 'next', 'not-open'],
    ['the order was changed, and no round is named', { round: 2 }, 'next', 'conflict'],
    ['own request', { requestedBy: 'o' }, 'next', 'own-request'],
  ])('%s', (_name, over, updateId, code) => {
    expect(judgeHoldDecision({ ...plan, ...over }, { by, round: null }, updateId)?.code ?? null).toBe(code);
  });
});

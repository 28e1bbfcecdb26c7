import { test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { checkRulesOf } from '../../domain/orders/check.ts';
import { exceeds, largestPart } from '../../domain/orders/order.ts';
import type { CreditRules } from '../../domain/credit/policy.ts';
import { judgeShipment, shipmentRulesOf } from '../../domain/shipments/judge.ts';
import type { ShipmentFacts, ShipmentLine, ShipmentReason, ShipmentStanding } from '../../domain/shipments/judge.ts';
import { sayShipmentReason } from '../../domain/shipments/words.ts';
import json from '../../policies/credit-rules.json' with { type: 'json' };
import { fc } from '../support/property.ts';
import { shipmentReasonCodes } from '../../domain/credit/hold-clause.ts';

const policy = json as unknown as CreditRules;
const normal = shipmentRulesOf(checkRulesOf(1, policy), policy, 'normal');
const strict = shipmentRulesOf(checkRulesOf(1, policy), policy, 'strict');

const line = (no: number, requested: string, minor: number, over: Partial<ShipmentLine> = {}): ShipmentLine => ({
  line: no,
  quantity: requested,
  before: '0',
  requested,
  amountMinor: minor,
  reservedMinor: minor,
  ...over,
});
const standing = (over: Partial<ShipmentStanding> = {}): ShipmentStanding => ({
  currency: 'CNY',
  known: true,
  valid: true,
  limitMinor: 1_000_000,
  expiredOn: null,
  beforeMinor: 0,
  afterMinor: 100_000,
  roomMinor: 100_000,
  ...over,
});
const booksOf = (over: Partial<ShipmentFacts['books']> = {}): ShipmentFacts['books'] => ({
  ...{ unconfirmedSince: null, doubtfulMinor: {}, stated: true, outMinor: 0 },
  ...over,
});
const clear: ShipmentFacts = {
  today: '2026-09-01',
  currency: 'CNY',
  order: { decision: 'approved', state: 'open' },
  prepaid: false,
  ...{ boundMinor: 0, spokenForMinor: 0, grade: null },
  lines: [line(1, '10', 100_000)],
  payer: standing(),
  group: null,
  overdue: [],
  dunnedSince: null,
  licenceUntil: null,
  listed: [],
  books: booksOf(),
  withheldMinor: 0,
  heldBy: null,
  decided: [],
};
/** A limit that leaves so much of the shipment. */
const room = (roomMinor: number): ShipmentStanding =>
  standing({ limitMinor: roomMinor, beforeMinor: 0, afterMinor: 100_000, roomMinor });
const differs = (amountMinor: number, currency = 'CNY') => ({
  books: booksOf({ doubtfulMinor: { [currency]: amountMinor } }),
});

describe('a shipment', () => {
  it('against which nothing stands ships whole, without reasons', () => {
    expect(judgeShipment(clear, normal)).toEqual({
      decision: 'ship',
      forced: false,
      lines: [{ line: 1, requested: '10', allowed: '10' }],
      reasons: [],
      withheldMinor: 0,
    });
  });

  it.each<[string, Partial<ShipmentFacts>]>([
    ['order-not-approved', { order: { decision: 'held', state: 'open' } }],
    ['order-not-approved', { order: { decision: 'approved', state: 'lapsed' } }],
    ['no-limit', { payer: null }],
    ['no-limit', { payer: standing({ known: false, valid: false, limitMinor: null }) }],
    ['limit-expired', { payer: standing({ valid: false, limitMinor: 0, expiredOn: '2026-08-31' }) }],
    ['group-limit-expired', { group: standing({ valid: false, limitMinor: 0, expiredOn: '2026-08-31' }) }],
    ['overdue-amount', { overdue: [{ currency: 'CNY', amountMinor: 1_000_001, since: '2026-08-30' }] }],
    ['overdue-days', { overdue: [{ currency: 'CNY', amountMinor: 50_001, since: '2026-07-02' }] }],
    ['dunning-hold', { dunnedSince: '2026-08-20' }],
    ['statement-unconfirmed', { books: booksOf({ unconfirmedSince: '2026-06-02' }) }],
    ['books-differ', differs(100_000_00, 'USD')],
    ['licence-expired', { licenceUntil: '2026-08-31' }],
    ['listed', { listed: ['court'] }],
    ['grade-held', { grade: 'E' }],
    ['prepayment-missing', { prepaid: true, boundMinor: 150_000, spokenForMinor: 50_001 }],
    ['hold-open', { heldBy: 'SR-0' }],
  ])('is held as a whole for %s', (code, over) => {
    const verdict = judgeShipment({ ...clear, ...over }, normal);
    expect(verdict).toMatchObject({ decision: 'hold', lines: [{ allowed: '0' }], withheldMinor: 100_000 });
    expect(verdict.reasons.map((reason) => reason.code)).toEqual([code]);
    expect(verdict.forced).toBe(code === 'listed');
  });

  it.each<[string, Partial<ShipmentFacts>]>([
    ['small overdue amounts', { overdue: [{ currency: 'CNY', amountMinor: 50_000, since: '2026-01-01' }] }],
    ['a statement that may still be answered', { books: booksOf({ unconfirmedSince: '2026-06-03' }) }],
    ['a difference within the tolerance', differs(100_000)],
    ['a licence of today', { licenceUntil: '2026-09-01' }],
    ['a group without a valid limit', { group: standing({ known: false, valid: false, limitMinor: null }) }],
    ['a limit used up by what is owed already', { payer: room(0), lines: [line(1, '10', 100_000, { reservedMinor: 0 })] }],
  ])('ships in spite of %s', (_what, over) => {
    expect(judgeShipment({ ...clear, ...over }, normal).decision).toBe('ship');
  });

  it('of a customer on a sanctions list stays, prepaid or released before, and by no force: the end of the listing ends it', () => {
    const listed = ['sanctions'];
    for (const over of [{}, { prepaid: true, boundMinor: 100_000 }, { decided: ['listed'] }])
      expect(judgeShipment({ ...clear, listed, ...over }, normal)).toMatchObject({ decision: 'hold', forced: false });
    expect(judgeShipment({ ...clear, listed: ['dishonest'], decided: ['listed'] }, normal).decision).toBe('ship');
    expect(judgeShipment({ ...clear, listed: ['sanctions', 'dishonest'] }, normal).forced).toBe(true);
  });

  it('before a first statement leaves only as far as policy says, where books are reconciled strictly', () => {
    const never = (outMinor: number) => ({ ...clear, books: booksOf({ stated: false, outMinor }) });
    expect(judgeShipment(never(0), normal).decision).toBe('ship');
    expect(judgeShipment(never(0), strict)).toMatchObject({ decision: 'hold', reasons: [{ code: 'statement-never' }] });
    const some = { ...strict, beforeStatementMinor: { CNY: 60_000 } };
    expect(judgeShipment(never(0), some)).toMatchObject({ decision: 'reduce', lines: [{ allowed: '6' }] });
    expect(judgeShipment(never(50_000), some)).toMatchObject({
      ...{ decision: 'reduce', lines: [{ allowed: '1' }] },
      reasons: [{ code: 'statement-never', figures: { outMinor: 50_000, amountMinor: 100_000, maximumMinor: 60_000 } }],
    });
    expect(judgeShipment({ ...never(0), prepaid: true, boundMinor: 100_000 }, strict).decision).toBe('ship');
  });

  it('is judged by the stricter rule where books are reconciled strictly', () => {
    const facts = { ...clear, ...differs(20_000) };
    expect([judgeShipment(facts, normal).decision, judgeShipment(facts, strict).decision]).toEqual(['ship', 'reduce']);
    const waiting = { ...clear, books: booksOf({ unconfirmedSince: '2026-07-17' }) };
    expect([judgeShipment(waiting, normal).decision, judgeShipment(waiting, strict).decision]).toEqual(['ship', 'hold']);
  });

  it('beyond the limit is reduced to the whole pieces that fit, line after line', () => {
    const lines = [line(1, '3', 30_000), line(2, '2', 50_000), line(3, '4', 20_000)];
    const verdict = judgeShipment({ ...clear, lines, payer: room(62_000) }, normal);
    expect(verdict).toMatchObject({ decision: 'reduce', withheldMinor: 40_000 });
    expect(verdict.lines.map(({ allowed }) => allowed)).toEqual(['3', '1', '1']);
    expect(verdict.reasons).toEqual([
      {
        code: 'limit-exceeded',
        figures: { limitMinor: 62_000, beforeMinor: 0, afterMinor: 100_000, overMinor: 38_000, limitCurrency: 'CNY' },
      },
    ]);
  });

  it('of weights is reduced in their own decimals', () => {
    const lines = [line(1, '1.5', 15_000)];
    const {
      lines: [first],
    } = judgeShipment({ ...clear, lines, payer: room(9_999) }, normal);
    expect(first?.allowed).toBe('0.9');
  });

  it('of which not one piece fits is held', () => {
    expect(judgeShipment({ ...clear, payer: room(9_999) }, normal).decision).toBe('hold');
  });

  it('is bound by the narrower of payer and group, and says both', () => {
    const verdict = judgeShipment({ ...clear, payer: room(70_000), group: room(40_000) }, normal);
    expect(verdict.lines).toMatchObject([{ allowed: '4' }]);
    expect(verdict.reasons.map(({ code }) => code)).toEqual(['limit-exceeded', 'group-limit-exceeded']);
  });

  it('leaves goods worth the difference of the books here, once for all open requests', () => {
    const facts = { ...clear, ...differs(250_00), lines: [line(1, '10', 100_000)] };
    expect(judgeShipment(facts, strict)).toMatchObject({ decision: 'reduce', lines: [{ allowed: '7' }], withheldMinor: 30_000 });
    expect(judgeShipment({ ...facts, withheldMinor: 30_000 }, strict).decision).toBe('ship');
    expect(judgeShipment(facts, { ...strict, onDifference: 'hold' }).decision).toBe('hold');
    expect(judgeShipment({ ...clear, ...differs(100_000_00) }, strict).decision).toBe('hold');
  });

  it('that is paid for before takes no credit; law and licence stop it all the same', () => {
    const bad = {
      overdue: [{ currency: 'CNY', amountMinor: 9_000_000, since: '2026-01-01' }],
      payer: null,
      ...differs(9_000_000),
    };
    const paid = { prepaid: true, boundMinor: 100_000 };
    expect(judgeShipment({ ...clear, ...bad, ...paid, grade: 'E' }, normal).decision).toBe('ship');
    expect(judgeShipment({ ...clear, ...paid, listed: ['court'] }, normal).decision).toBe('hold');
    expect(judgeShipment({ ...clear, ...paid, licenceUntil: '2026-08-31' }, normal).decision).toBe('hold');
  });

  it('of an order a person released is not stopped again for what they had in sight', () => {
    const facts = { ...clear, payer: room(0), overdue: [{ currency: 'CNY', amountMinor: 9_000_000, since: '2026-08-30' }] };
    expect(judgeShipment({ ...facts, decided: ['limit-exceeded', 'overdue-amount'] }, normal).decision).toBe('ship');
    expect(judgeShipment({ ...facts, decided: ['limit-exceeded'] }, normal).decision).toBe('hold');
  });
});

const reasonsOf = (over: Partial<ShipmentFacts>): readonly ShipmentReason[] =>
  judgeShipment({ ...clear, ...over }, strict).reasons;

it('every reason is said in both languages, with its figures and no hole', () => {
  const all = [
    ...reasonsOf({
      order: { decision: 'held', state: 'open' },
      payer: null,
      listed: ['court'],
      heldBy: 'SR-0',
      licenceUntil: '2026-01-01',
    }),
    ...reasonsOf({ payer: standing({ valid: false, limitMinor: 0, expiredOn: '2026-08-31' }) }),
    ...reasonsOf({ group: standing({ valid: false, limitMinor: 0, expiredOn: '2026-08-31' }) }),
    ...reasonsOf({ overdue: [{ currency: 'USD', amountMinor: 9_000_000, since: '2026-01-01' }] }),
    ...reasonsOf({ books: { unconfirmedSince: '2026-01-01', doubtfulMinor: { CNY: 50_000 }, stated: false, outMinor: 1 } }),
    ...reasonsOf({ payer: room(10_000), group: room(20_000), grade: 'E' }),
    ...reasonsOf({ prepaid: true }),
    ...reasonsOf({ dunnedSince: '2026-08-20' }),
  ];
  expect(new Set(all.map(({ code }) => code))).toEqual(new Set(shipmentReasonCodes));
  for (const reason of all)
    for (const language of ['zh', 'en'] as const)
      expect(sayShipmentReason(reason, 'CNY', language)).not.toMatch(/undefined|NaN|null/);
});

const pieces = fc.integer({ min: 1, max: 40 });
const anyLines = fc
  .array(fc.record({ quantity: pieces, before: fc.nat(10), minor: fc.nat(60_000), reserved: fc.nat(60_000) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((all) =>
    all.map(({ quantity, before, minor, reserved }, at) =>
      line(at + 1, String(quantity), minor, {
        quantity: String(quantity + before),
        before: String(before),
        reservedMinor: Math.min(reserved, minor),
      }),
    ),
  );

test.prop([anyLines, fc.nat(80_000), fc.nat(80_000)])(
  'never allows more than was asked for, than has room, or than the books leave; and one more piece of the first line cut would not fit',
  (lines, roomMinor, differenceMinor) => {
    const worth = (one: ShipmentLine, q: string) =>
      Math.floor((one.amountMinor * (Number(one.before) + Number(q))) / Number(one.quantity)) -
      Math.floor((one.amountMinor * Number(one.before)) / Number(one.quantity));
    const takes = (one: ShipmentLine, q: string) => Math.min(worth(one, q), one.reservedMinor);
    const asked = lines.reduce((sum, one) => sum + takes(one, one.requested), 0);
    const payer = standing({ limitMinor: roomMinor, beforeMinor: 0, afterMinor: asked, roomMinor: Math.min(roomMinor, asked) });
    const verdict = judgeShipment({ ...clear, lines, payer, ...differs(differenceMinor) }, strict);
    const used = verdict.lines.reduce((sum, { allowed }, at) => sum + takes(lines[at]!, allowed), 0);
    const left = verdict.lines.reduce((sum, { allowed }, at) => sum + worth(lines[at]!, allowed), 0);
    const whole = lines.reduce((sum, one) => sum + worth(one, one.requested), 0);
    expect(used).toBeLessThanOrEqual(Math.max(roomMinor, 0));
    if (differenceMinor > 10_000) expect(left).toBeLessThanOrEqual(Math.max(0, whole - differenceMinor));
    expect(verdict.withheldMinor).toBe(whole - left);
    for (const { requested, allowed } of verdict.lines) {
      expect(exceeds(allowed, requested)).toBe(false);
      expect(allowed).toMatch(/^\d+$/);
    }
    expect(verdict.decision === 'ship').toBe(verdict.lines.every(({ requested, allowed }) => requested === allowed));
    const cut = verdict.lines.findIndex(({ requested, allowed }) => requested !== allowed);
    if (cut < 0) return;
    const before = verdict.lines.slice(0, cut);
    const more = String(Number(verdict.lines[cut]!.allowed) + 1);
    const room1 = roomMinor - before.reduce((sum, { allowed }, at) => sum + takes(lines[at]!, allowed), 0);
    const worth1 =
      differenceMinor > 10_000
        ? Math.max(0, whole - differenceMinor) - before.reduce((sum, { allowed }, at) => sum + worth(lines[at]!, allowed), 0)
        : Infinity;
    expect(takes(lines[cut]!, more) > room1 || worth(lines[cut]!, more) > worth1).toBe(true);
  },
);

test.prop([fc.integer({ min: 1, max: 999_999 }).filter((n) => n % 10 !== 0), fc.integer({ min: 0, max: 6 }), fc.nat(1_000_000)])(
  'the largest part of a quantity keeps its decimals, fits, and one step more would not',
  (steps, decimals, most) => {
    const stepsOf = (quantity: string): number => Math.round(Number(quantity) * 10 ** decimals);
    const part = largestPart((steps / 10 ** decimals).toFixed(decimals), (one) => stepsOf(one) <= most);
    expect(stepsOf(part)).toBe(Math.min(steps, most));
    expect(Number(part) * 10 ** decimals).toBeCloseTo(stepsOf(part), 6);
  },
);

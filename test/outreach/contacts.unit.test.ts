import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { calendarFromFiles, instantAt } from '../../domain/platform/calendar.ts';
import { afterReceipt, messageStates, stateOfTwilio } from '../../domain/outreach/message.ts';
import { leadingRung, planOutreach } from '../../domain/outreach/outreach.ts';
import { askingFor, chooseRecipient, inContactOrder } from '../../domain/outreach/recipient.ts';
import contactRules from '../../policies/contact-rules.json' with { type: 'json' };
import { fc } from '../support/property.ts';
import type { OutreachFacts, OutreachTerms, Person, RequestedRung } from '../../domain/outreach/outreach-facts.ts';
import type { ContactPolicy } from '../../domain/outreach/policy.ts';

const calendar = calendarFromFiles('Asia/Shanghai', [{ year: 2026, days: [{ name: 'x', date: '2026-01-01', isOffDay: true }] }]);
const terms: OutreachTerms = {
  rules: contactRules as ContactPolicy,
  calendar,
  slotMinute: 14 * 60,
  gatherMs: 0,
  live: null,
  callBack: { zh: true, en: true },
  heldBack: null,
};
const at = (day: string, time: string): string => new Date(`${day}T${time}:00+08:00`).toISOString();
const monday = '2026-03-02';

const person = (id: string, more: Partial<Person> = {}): Person => ({
  id,
  name: id,
  role: 'finance',
  language: 'zh',
  position: 0,
  addresses: { email: `${id}@x.example` },
  optedOut: [],
  history: [],
  ...more,
});
const rung = (more: Partial<RequestedRung> = {}): RequestedRung => ({
  receivableId: 'r',
  rung: 'reminder-1',
  at: at(monday, '14:00'),
  template: 'overdue-first',
  class: 'reminder',
  stage: 'reminder',
  position: 1,
  ...more,
});
const reminder = askingFor({ class: 'reminder', stage: 'reminder' });
const facts = (more: Partial<OutreachFacts> = {}): OutreachFacts => ({
  customerCode: 'C',
  people: [person('a')],
  requested: [],
  notices: [],
  copies: [],
  followUps: [],
  fallbacks: [],
  sending: null,
  deferred: null,
  ...more,
});

describe('who is contacted', () => {
  test('finance first, then in the customer\u2019s own order', () => {
    const people = [person('b', { role: 'purchasing', position: 0 }), person('d', { position: 2 }), person('c', { position: 1 })];
    expect(inContactOrder(people).map((p) => p.id)).toEqual(['c', 'd', 'b']);
  });

  test('a cap is not got round through a colleague', () => {
    const people = [person('a', { history: [at(monday, '09:00')] }), person('b', { role: 'purchasing' })];
    const found = chooseRecipient({ people, fallbacks: [] }, reminder, terms, at(monday, '14:00'));
    expect(found).toEqual({ verdict: 'defer', until: at('2026-03-03', '14:00'), why: 'daily-cap' });
  });

  test.each(['Asia/Tokyo', 'Pacific/Auckland', 'Asia/Urumqi', 'America/New_York'])(
    'where contact hours are those of %s, a contact goes within them on the next contact day, whatever its slot',
    (zone) => {
      for (const slotMinute of [9 * 60, 14 * 60, 17 * 60 + 30]) {
        const there = { ...terms, rules: { ...terms.rules, zone }, slotMinute };
        const asked = (now: string) => chooseRecipient({ people: [person('a')], fallbacks: [] }, reminder, there, now);
        const saturday = instantAt('2026-03-07', 23 * 60, zone);
        const slot = instantAt('2026-03-09', slotMinute, zone);
        expect(asked(saturday)).toEqual({ verdict: 'defer', until: slot, why: 'quiet-hours' });
        expect(asked(slot)).toMatchObject({ verdict: 'send' });
      }
    },
  );

  test('a colleague is asked when the first cannot be reached at all', () => {
    const people = [person('a', { addresses: {} }), person('b', { optedOut: ['email'] }), person('c', { role: 'other' })];
    expect(chooseRecipient({ people, fallbacks: [] }, reminder, terms, at(monday, '14:00'))).toMatchObject({
      verdict: 'send',
      person: { id: 'c' },
    });
    expect(chooseRecipient({ people: people.slice(0, 2), fallbacks: [] }, reminder, terms, at(monday, '14:00'))).toEqual({
      verdict: 'drop',
      why: 'opted-out',
    });
    expect(chooseRecipient({ people: [], fallbacks: [] }, reminder, terms, at(monday, '14:00'))).toEqual({
      verdict: 'drop',
      why: 'no-address',
    });
  });

  test.each([
    ['quiet-hours', '06:00', '2026-03-02'],
    ['outside-window', '08:30', '2026-03-02'],
    ['outside-window', '18:30', '2026-03-03'],
  ])('%s at %s waits for the slot of %s', (why, time, day) => {
    const found = chooseRecipient({ people: [person('a')], fallbacks: [] }, reminder, terms, at(monday, time));
    expect(found).toEqual({ verdict: 'defer', until: at(day, '14:00'), why });
  });
});

describe('what comes next', () => {
  const now = at(monday, '14:00');

  test('a message that is being sent comes before everything else', () => {
    expect(planOutreach(facts({ sending: 'm', requested: [rung()] }), terms, now)).toMatchObject({
      step: 'deliver',
      messageId: 'm',
      at: now,
    });
  });

  test('nothing asked and nothing awaited ends the process', () => {
    expect(planOutreach(facts(), terms, now)).toMatchObject({ step: 'close', at: null });
  });

  test('a digest gathers from the first request on, then goes', () => {
    const gathering = { ...terms, gatherMs: 60_000 };
    const requested = [rung({ at: at(monday, '14:02') }), rung({ at: now })];
    expect(planOutreach(facts({ requested }), gathering, at(monday, '14:00'))).toMatchObject({
      step: 'compose',
      at: at(monday, '14:01'),
    });
    expect(planOutreach(facts({ requested }), gathering, at(monday, '14:01'))).toMatchObject({
      step: 'compose',
      at: at(monday, '14:01'),
      why: { code: 'contact-due' },
    });
  });

  test('the earliest of a receipt\u2019s deadline and a deferred digest is waited for', () => {
    const followUp = {
      messageId: 'm',
      noticeId: null,
      class: 'reminder',
      stage: 'reminder',
      template: 't',
      tried: ['sms'],
      failed: false,
      dueAt: at('2026-03-03', '10:00'),
    } as const;
    const people = [person('a', { history: [at(monday, '09:00')] })];
    expect(planOutreach(facts({ followUps: [followUp] }), terms, now)).toMatchObject({ step: 'wait', at: followUp.dueAt });
    expect(planOutreach(facts({ people, followUps: [followUp], requested: [rung()] }), terms, now)).toMatchObject({
      step: 'wait',
      at: followUp.dueAt,
    });
    const sooner = facts({ people, followUps: [{ ...followUp, dueAt: at('2026-03-04', '10:00') }], requested: [rung()] });
    expect(planOutreach(sooner, terms, now)).toMatchObject({
      step: 'compose',
      at: at('2026-03-03', '14:00'),
      why: { code: 'daily-cap' },
    });
  });

  test('the furthest stage sets the tone, then the furthest rung', () => {
    const notice = rung({ stage: 'due', position: 4, template: 'due-soon' });
    const first = rung();
    const second = rung({ position: 2, template: 'overdue-second' });
    expect(leadingRung([notice, first, second])?.template).toBe('overdue-second');
    expect(leadingRung([notice, first])?.template).toBe('overdue-first');
    expect(leadingRung([])).toBeUndefined();
  });

  test.prop([
    fc.array(fc.record({ day: fc.integer({ min: 0, max: 13 }), minute: fc.integer({ min: 0, max: 1439 }) }), { maxLength: 6 }),
    fc.integer({ min: 0, max: 1439 }),
  ])('a deferred contact is allowed at the instant it waits for, and never lies in the past', (contacts, minute) => {
    const when = (day: number, m: number): string =>
      new Date(Date.parse('2026-03-01T16:00:00.000Z') + day * 86_400_000 + m * 60_000).toISOString();
    const now = when(14, minute);
    const people = [person('a', { history: contacts.map((c) => when(c.day, c.minute)).filter((t) => t <= now) })];
    const found = chooseRecipient({ people, fallbacks: [] }, reminder, terms, now);
    if (found.verdict !== 'defer') {
      expect(found.verdict).toBe('send');
      return;
    }
    expect(found.until > now).toBe(true);
    expect(chooseRecipient({ people, fallbacks: [] }, reminder, terms, found.until)).toMatchObject({ verdict: 'send' });
  });
});

describe('receipts', () => {
  test.prop([
    fc.shuffledSubarray(['queued', 'sending', 'sent', 'delivered', 'undelivered', 'nonsense'], { minLength: 1 }),
    fc.nat(3),
  ])('in any order and however often, the state is the furthest reported', (statuses, repeats) => {
    const reported = statuses.map(stateOfTwilio).filter((state) => state !== null);
    const all = Array.from({ length: repeats + 1 }, () => reported).flat();
    const furthest = ['sending' as const, ...reported].sort((a, b) => messageStates.indexOf(b) - messageStates.indexOf(a))[0];
    expect(all.reduce(afterReceipt, 'sending')).toBe(furthest);
  });

  test('a message that never left is not brought back by a receipt', () => {
    for (const state of messageStates) expect(afterReceipt('dropped', state)).toBe('dropped');
  });
});

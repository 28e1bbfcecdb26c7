import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import manifest from '../../policies/templates/manifest.json' with { type: 'json' };
import rules from '../../policies/template-lint.json' with { type: 'json' };
import type { LintPolicy } from '../../domain/outreach/template-lint.ts';
import { judgeLetter } from '../../store/outreach/letters/judge.ts';
import type { Judged } from '../../store/outreach/letters/judge.ts';

const policy = rules as LintPolicy;
const letter = { id: 'overdue-first', channel: 'email', class: 'reminder', subject: 'Open items' } as const;
const judged = (body: string) => judgeLetter({ ...letter, body }, policy);
/** With a way out, so that nothing else is missing. */
const withReply = (body: string) => judged(`${body} Please reply to us.`);

describe('a comparison that can never be true', () => {
  test.each([
    ['{% assign big = overdue | where: "amount", 12000 %}{{ big.size }}', /where: text is never number; use "value"/],
    ['{% assign late = overdue | where: "daysOverdue", "30" %}{{ late.size }}', /where: number is never text/],
    ['{% assign old = overdue | where: "dueDate", 20260304 %}{{ old.size }}', /where: date is never number/],
    ['{% if totals contains "USD" %}x{% endif %}', /contains: a group of names is never text/],
    ['{% assign days = overdue | map: "daysOverdue" %}{% if days contains "30" %}x{% endif %}', /contains: number is never text/],
    ['{% if customer.name contains 5 %}x{% endif %}', /customer.name contains text, never number/],
    ['{% if customer.name contains totals %}x{% endif %}', /customer.name contains text, never a list/],
    ['{% if count contains "5" %}x{% endif %}', /looks into text or lists/],
    ['{% unless customer contains "x" %}y{% endunless %}', /looks into text or lists/],
    ['{% if today == "4 March" %}x{% endif %}', /today ==: a day is equal to a day alone/],
    ['{% if today == "2026-2-30" %}x{% endif %}', /a day is equal to a day alone/],
    ['{% if today != "" %}x{% endif %}', /a day is equal to a day alone/],
    ['{% if customer.name == today %}x{% endif %}', /a day is equal to a day alone/],
    ['{% for l in overdue %}{% if l.dueDate == contact.name %}x{% endif %}{% endfor %}', /l.dueDate ==: a day/],
    ['{% case today %}{% when "Monday" %}x{% endcase %}', /a day is equal to a day alone/],
    ['{% assign due = overdue | where: "dueDate", "March" %}{{ due.size }}', /where: a day is equal/],
    ['{% assign days = overdue | map: "dueDate" %}{% if days contains "March" %}x{% endif %}', /contains: a day is equal/],
    ['{% if tone == "hospitl" %}x{% endif %}', /tone ==: never "hospitl", it is one of hospital, dealer, neutral/],
    ['{% if "Hospital" != tone %}x{% endif %}', /tone !=: never "Hospital"/],
    ['{% if tone contains "clinic" %}x{% endif %}', /tone contains: never "clinic"/],
    ['{% case tone %}{% when "dealer", "channel" %}x{% endcase %}', /tone ==: never "channel"/],
    ['{% for t in totals %}{% if t.currency == "RMB" %}x{% endif %}{% endfor %}', /t.currency ==: never "RMB", it is a currency/],
    ['{% for l in overdue %}{% if l.currency == "" %}x{% endif %}{% endfor %}', /l.currency ==: never ""/],
    ['{% assign own = overdue | where: "currency", "cny" %}{{ own.size }}', /where: never "cny"/],
    ['{% assign all = totals | map: "currency" %}{% if all contains "RMB" %}x{% endif %}', /all contains: never "RMB"/],
    ['{% assign c = totals[0].currency %}{% unless c == "YUAN" %}x{% endunless %}', /c ==: never "YUAN"/],
    ['{% if customer.type == "hospital" %}x{% endif %}', /undefined variable: customer.type/],
  ])('is refused with what it compares: %s', (body, why) => {
    const unfit = withReply(body);
    expect(unfit?.pointer).toBe('/body');
    expect(unfit?.what.en).toMatch(why);
    expect(unfit?.what.zh).toMatch(/\p{Script=Han}/u);
  });

  test.each([
    '{% assign big = overdue | where: "value", 12000 %}{{ big.size }}',
    '{% assign late = overdue | where: "daysOverdue", 30 %}{{ late.size }}',
    '{% assign some = overdue | where: "invoice" %}{{ some.size }}',
    '{% assign due = overdue | where: "dueDate", today %}{{ due.size }}',
    '{% assign all = totals | map: "currency" %}{% if all contains "USD" %}x{% endif %}',
    '{% assign all = totals | map: "value" %}{% if all contains 5 %}x{% endif %}',
    '{% if totals[0].value == 12000 %}x{% endif %}',
    '{% if today == "2026-03-04" or "2026-03-04" != today %}x{% endif %}',
    '{% assign d = today | date: "%F" %}{% if d == "2026-03-04" or customer.name == "2026-03-04" %}x{% endif %}',
    '{% assign d = "2026-03-04" %}{% if today > d %}{{ d | date: "%Y" }}{% endif %}{% assign d = today %}{{ d }}',
    '{% case today %}{% when "2026-12-31" %}x{% endcase %}',
    '{% assign due = overdue | where: "dueDate", "2026-03-04" %}{{ due.size }}',
    '{% if customer.name contains "医院" or today contains "2026-12" %}x{% endif %}',
    '{% if tone == "hospital" or tone contains "deal" or totals[0].currency == "JPY" %}x{% endif %}',
    '{% case totals[0].currency %}{% when "CNY", "HKD" %}x{% endcase %}{{ tone | upcase }}{{ totals[0].currency | append: "!" }}',
    '{% assign w = "x" %}{% assign w = tone %}{% if w == customer.name %}{{ w }}{% endif %}',
  ])('one that can be true is taken: %s', (body) => expect(withReply(body)).toBeNull());
});

describe('what no sample reaches', () => {
  test.each([
    '{% if customer.name contains "医院" %}{{ "不付款就等着坐牢" }}{% endif %}',
    '{% assign w = "坐牢" %}{% if count == 77 %}{{ w }}{% endif %}',
    '{% if count == 77 %}{{ "坐" }}{{ "牢" }}{% endif %}',
    '{% if count == 77 %}{{ "坐" | append: "牢" }}{% endif %}',
    '{% assign w = "坐" %}{% if count == 77 %}{{ w }}牢{% endif %}',
    '{% capture w %}坐{% endcapture %}{% if count == 77 %}{{ w }}牢{% endif %}',
    '{% if count == 77 %}{{ "坐xx牢" | remove: "xx" }}{% endif %}',
    '{% if count == 77 %}{{ contact.name | default: "坐牢" }}{% endif %}',
    '坐{% if count == 77 %}x{% elsif count == 78 %}牢{% endif %}',
    '坐{% if count == 77 %}x{% endif %}{% if count == 78 %}y{% endif %}{% if count == 79 %}牢{% endif %}',
    '{% case count %}{% when 77 %}{% unless count == 3 %}This is your final\nwarning.{% endunless %}{% endcase %}',
    '{% if count == 77 %}{% raw %}坐牢{% endraw %}{% endif %}',
    '{% for l in overdue %}{% if l.daysOverdue == 777 %}You will go to jail.{% else %}x{% endif %}{% endfor %}',
  ])('is held against the same words: %s', (body) => {
    expect(withReply(body)).toMatchObject({ pointer: '/body', what: { en: expect.stringMatching(/坐牢|final warning|jail/) } });
    if (!body.includes('\n'))
      expect(judgeLetter({ ...letter, subject: body, body: 'Please reply.' }, policy)?.pointer).toBe('/subject');
  });

  test.each([
    '{% if customer.name contains "法院" %}x{% endif %}',
    '{% comment %}不谈坐牢{% endcomment %}',
    '{% if tone == "hospital" %}贵院{% else %}贵司{% endif %}的款项',
  ])('what is only compared with or never printed is not said: %s', (body) => expect(withReply(body)).toBeNull());
});

describe('a way out', () => {
  test.each([
    '{% comment %}please reply{% endcomment %}',
    '{% if count > 1000 %}Please reply.{% endif %}',
    '{% if seller.phone != "" %}Please call us.{% endif %}',
    '{% assign w = "please reply" %}',
    '我们会在周三打电话。',
  ])('that some reader does not get is none: %s', (body) => expect(judged(body)?.what.zh).toContain('请回复本邮件'));

  test('may be written in every branch', () =>
    expect(judged('{% if count > 5 %}Please reply.{% else %}请告知付款日期。{% endif %}')).toBeNull());
});

describe('an SMS', () => {
  const sms = (body: string) =>
    judgeLetter({ id: 'hi', channel: 'sms', class: 'neutral', subject: null, body }, policy)?.what.en ?? null;
  const ours = '【{{ seller.name }}】您好，请与我们联系：{{ seller.phone }}。';

  test('prints our name and number, and not only in its code', () => {
    expect(sms(ours)).toBeNull();
    expect(sms('您好，请与我们联系：{{ seller.phone }}。')).toMatch(/names us/);
    expect(sms('{% comment %}{{ seller.name }}{{ seller.phone }}{% endcomment %}您好，请与我们联系。')).toMatch(/names us/);
    expect(sms('{% assign a = seller.name %}{% assign b = seller.phone %}您好，请与我们联系。')).toMatch(/names us/);
    expect(sms('{% if count > 1000 %}{{ seller.name }}{{ seller.phone }}{% endif %}您好，请与我们联系。')).toMatch(/names us/);
  });

  test('holds no link, amount or word of debt in a branch that no sample reaches', () => {
    expect(sms(`${ours}{% if count == 77 %}bit.ly/3abc{% endif %}`)).toMatch(/address/);
    expect(sms(`${ours}{% if count == 77 %}{{ "一万二千元" }}{% endif %}`)).toMatch(/amount/);
    expect(sms(`${ours}{% assign w = "尾款" %}{% if count == 77 %}{{ w }}{% endif %}`)).toMatch(/debt/);
  });
});

test('every default template is fit to send', () => {
  for (const { id, class: messageClass, channels, subject } of manifest.templates)
    for (const language of ['zh', 'en'] as const)
      for (const channel of channels) {
        const body = readFileSync(new URL(`../../policies/templates/${id}.${language}.liquid`, import.meta.url), 'utf8');
        const template = { id, channel, class: messageClass, subject: subject?.[language] ?? null, body } as Judged;
        expect([id, language, judgeLetter(template, policy)]).toEqual([id, language, null]);
      }
  expect(readdirSync(new URL('../../policies/templates/', import.meta.url)).length).toBe(2 * manifest.templates.length + 1);
}, 120_000);

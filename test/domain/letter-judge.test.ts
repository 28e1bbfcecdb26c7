import { describe, expect, test } from 'vitest';
import rules from '../../policies/template-lint.json' with { type: 'json' };
import type { LintPolicy } from '../../domain/collection/template-lint.ts';
import { judgeLetter } from '../../store/letters/judge.ts';

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
    '{% if customer.name contains "医院" or today contains "2026-12" %}x{% endif %}',
  ])('one that can be true is taken: %s', (body) => expect(withReply(body)).toBeNull());
});

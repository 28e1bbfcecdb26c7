import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textFault } from '../../domain/collection/message.ts';
import { htmlOf } from '../../activities/gateways/smtp.ts';
import { oneLine, renderTemplate, templatesOf } from '../../store/templates.ts';
import type { TemplateBook, TemplateContext } from '../../store/templates.ts';
import { openContactDesk } from '../support/contact-desk.ts';
import type { ContactDesk } from '../support/contact-desk.ts';

const line = (invoice: string, daysOverdue: number, instalments = 1) => ({
  invoice,
  instalment: 1,
  instalments,
  dueDate: '2026-03-04',
  daysOverdue,
  currency: 'CNY',
  amount: '12,000.00',
});

const context = (more: Partial<TemplateContext> = {}): TemplateContext => ({
  today: '2026-03-12',
  tone: 'neutral',
  seller: { name: 'Meridian Medical', phone: '+86 21 5555 0100', email: 'ar@meridian.example' },
  customer: { name: 'East Lake Hospital' },
  contact: { name: 'Wang Fang' },
  count: 3,
  overdue: [line('INV-1', 8), line('INV-2', 1, 3)],
  upcoming: [line('INV-3', -3)],
  totals: [
    { currency: 'CNY', amount: '24,000.00' },
    { currency: 'USD', amount: '12.00' },
  ],
  ...more,
});

let desk: ContactDesk;
let book: TemplateBook;
beforeAll(async () => {
  desk = await openContactDesk('2026-03-04');
  book = await templatesOf(desk.store.policies.db);
});
afterAll(() => desk.close());

const dunning = ['due-soon', 'due-statement', 'overdue-first', 'overdue-second'] as const;

describe('the default letters', () => {
  test.each(dunning.flatMap((id) => (['zh', 'en'] as const).map((language) => [id, language] as const)))(
    '%s in %s reads as approved',
    async (id, language) => {
      const letter = renderTemplate(book.find(id, language, 'email'), context());
      await expect(`${letter.subject}\n\n${letter.body}\n`).toMatchFileSnapshot(`goldens/${id}.${language}.txt`);
    },
  );

  test.each(['zh', 'en'] as const)('the SMS in %s says nothing of money, whatever it is about', (language) => {
    const template = book.find('please-contact-us', language, 'sms');
    const text = renderTemplate(template, context()).body;
    expect(textFault('sms', template.class, text)).toBeNull();
    expect(text).not.toMatch(/INV|12,000|Lake|Wang/);
    expect([...text].length).toBeLessThanOrEqual(language === 'zh' ? 70 : 160);
  });

  test('no letter threatens, blames, or names interest, law or consequences', () => {
    const words =
      /诉讼|律师|法院|黑名单|征信|老赖|违约金|利息|滞纳金|后果|必须|立即|lawsuit|court|blacklist|interest|penalt|legal|consequence|immediately|must\b|demand/i;
    for (const id of dunning)
      for (const language of ['zh', 'en'] as const)
        for (const tone of ['hospital', 'dealer', 'neutral'] as const) {
          const { subject, body } = renderTemplate(book.find(id, language, 'email'), context({ tone }));
          expect(`${subject} ${body}`).not.toMatch(words);
        }
  });

  test('every contact rung of every ladder has its letter in both languages on every channel of its class', async () => {
    const { current } = await desk.store.policies.current();
    for (const ladder of current.ladders.content.ladders)
      for (const rung of ladder.rungs)
        if (rung.template) {
          const messageClass = book.classOf(rung.template);
          for (const channel of current['contact-rules'].content.channels[messageClass])
            for (const language of ['zh', 'en'] as const)
              expect(book.find(channel === 'sms' ? 'please-contact-us' : rung.template, language, channel).body).not.toBe('');
        }
  });
});

describe('what customers write into their names', () => {
  const nasty = [
    '{{ seller.email }}{% raw %}',
    'A\r\nBcc: victim@elsewhere.example',
    'Safe \u202etxt.exe\u202c Ltd\u200b\u2066x\u2069',
    'Pay at https://evil.example or www.evil.example',
    '<script>alert(1)</script>"\'&',
    '=HYPERLINK("x")',
    `${'长'.repeat(500)}`,
  ];

  test('is never read as template, header, link or direction', async () => {
    const letters = nasty.map((name) => {
      const clean = oneLine(name);
      const template = book.find('overdue-first', 'en', 'email');
      const { body } = renderTemplate(
        { ...template, subject: 'For {{ customer.name }}' },
        context({ customer: { name: clean }, contact: { name: clean } }),
      );
      const { subject } = renderTemplate(
        { ...template, subject: 'For {{ customer.name }}' },
        context({ customer: { name: clean } }),
      );
      return `${subject}\n${body.split('\n')[0]}\n${htmlOf(body).split('\n')[2]}`;
    });
    for (const letter of letters) {
      expect(letter).not.toMatch(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\r]|:\/\/|www\.\S/);
      expect(letter.split('\n')[2]).not.toContain('<script');
    }
    await expect(`${letters.join('\n---\n')}\n`).toMatchFileSnapshot('goldens/names.txt');
  });

  test('one line stays one line, at most so long, and is the same twice', () => {
    for (const name of nasty) {
      const once = oneLine(name);
      expect(once).not.toMatch(/[\n\r\t\u2028\u2029]/);
      expect([...once].length).toBeLessThanOrEqual(120);
      expect(oneLine(once)).toBe(once);
    }
  });
});

describe('what a template may do', () => {
  const say = (body: string) => renderTemplate({ subject: null, body }, context()).body;

  test('a name it does not know is an error, not an empty place in a letter', () => {
    expect(() => say('{{ customer.nmae }}')).toThrow(/undefined variable/);
    expect(() => say('{{ nobody }}')).toThrow(/undefined variable/);
    expect(() => say('{{ customer.name | nofilter }}')).toThrow(/undefined filter/);
  });

  test('it reads no file, reaches no prototype and runs no longer than a moment', () => {
    expect(() => say("{% include '/etc/passwd' %}")).toThrow();
    expect(() => say("{% render '../../package.json' %}")).toThrow();
    expect(() => say('{{ customer.constructor }}')).toThrow(/undefined variable/);
    expect(() => say('{{ customer.__proto__ }}')).toThrow(/undefined variable/);
    expect(() => say('{% for a in (1..100000000) %}{{ a }}{% endfor %}')).toThrow(/limit/);
  });
});

test('SMS texts are judged by class, address, amount and words, in both languages and in full-width signs', () => {
  const fault = (text: string) => textFault('sms', 'neutral', text);
  expect(fault('【财务服务部】您好,请在工作时间与我们联系:021-5555 0100')).toBeNull();
  expect(fault('Please contact us on +86 21 5555 0100.')).toBeNull();
  for (const text of ['请见 ｈｔｔｐ://a.example', 'www.example.org', 'see pay.cn/x']) expect(fault(text)).toBe('url');
  for (const text of ['￥500', '1,000.00', '500元', 'CNY 5', '5 USD']) expect(fault(text)).toBe('amount');
  for (const text of ['您的欠款', '逾期通知', 'Your payment', 'unpaid', 'INVOICE 5']) expect(fault(text)).toBe('debt-word');
  expect(textFault('sms', 'reminder', 'hello')).toBe('class');
  expect(textFault('email', 'reminder', 'overdue ¥5')).toBeNull();
});

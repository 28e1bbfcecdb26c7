import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LintPolicy } from '../../domain/outreach/template-lint.ts';
import { textFault } from '../../domain/outreach/message.ts';
import { htmlOf } from '../../activities/outreach/channels/smtp.ts';
import { LettersAside } from '../../store/outreach/letters/aside.ts';
import { correctTemplates, letterOf } from '../../store/outreach/letters/letter.ts';
import { oneLine, renderTemplate } from '../../store/outreach/letters/words.ts';
import { refreshTemplates, templatesOf } from '../../store/outreach/templates.ts';
import { write } from '../../store/platform/transaction.ts';
import type { TemplateBook, TemplateContext } from '../../store/outreach/templates.ts';
import { openContactDesk } from '../support/contact-desk.ts';
import type { ContactDesk } from '../support/contact-desk.ts';

const line = (invoice: string, daysOverdue: number, instalments = 1) => ({
  invoice,
  branch: '',
  instalment: 1,
  instalments,
  dueDate: '2026-03-04',
  daysOverdue,
  currency: 'CNY',
  amount: '12,000.00',
  value: 12_000,
});

const context = (more: Partial<TemplateContext> = {}): TemplateContext => ({
  today: '2026-03-12',
  tone: 'neutral',
  seller: {
    name: 'Meridian Medical',
    phone: '+86 21 5555 0100',
    email: 'ar@meridian.example',
    account: '',
    signature: 'Meridian Medical',
  },
  customer: { name: 'East Lake Hospital' },
  contact: { name: 'Wang Fang' },
  count: 3,
  overdue: [line('INV-1', 8), line('INV-2', 1, 3)],
  upcoming: [line('INV-3', -3)],
  totals: [
    { currency: 'CNY', amount: '24,000.00', value: 24_000 },
    { currency: 'USD', amount: '12.00', value: 12 },
  ],
  ...more,
});

let desk: ContactDesk;
let book: TemplateBook;
beforeAll(async () => {
  desk = await openContactDesk('2026-03-04');
  book = await templatesOf(desk.store.policies.db, '2026-03-04');
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

  test("each names, to whoever pays for others, whose invoice it is, and nobody beside the reader's own", () => {
    const mixed = {
      overdue: [{ ...line('INV-1', 8), branch: 'East Lake Branch' }, line('INV-2', 1, 3)],
      upcoming: [{ ...line('INV-3', -3, 3), branch: 'West Lake Branch' }],
    };
    for (const id of dunning) {
      const say = (language: 'zh' | 'en') => renderTemplate(book.find(id, language, 'email'), context(mixed)).body.split('\n');
      const items = (language: 'zh' | 'en', mark: string) => say(language).filter((text) => text.startsWith(mark));
      expect(
        items('en', '- ')
          .map((text) => text.split(/, (?=due)/)[0])
          .toSorted(),
      ).toEqual([
        '- Invoice INV-1 of East Lake Branch',
        '- Invoice INV-2, instalment 1',
        '- Invoice INV-3 of West Lake Branch, instalment 1',
      ]);
      expect(
        items('zh', '· ')
          .map((text) => text.split('，')[0])
          .toSorted(),
      ).toEqual(['· East Lake Branch 发票 INV-1', '· 发票 INV-2 第 1 期', '· West Lake Branch 发票 INV-3 第 1 期'].toSorted());
    }
  });

  test('an amount of renminbi reads in Chinese as 人民币 12,000.00 元, other money by its code, and a day in English by its month', () => {
    for (const id of dunning) {
      const zh = renderTemplate(book.find(id, 'zh', 'email'), context()).body;
      expect([zh.match(/人民币 [\d,.]+ 元/g)?.length, zh.includes('CNY'), zh.includes('合计：USD 12.00')]).toEqual([
        4,
        false,
        true,
      ]);
      const en = renderTemplate(book.find(id, 'en', 'email'), context());
      expect(`${en.subject} ${en.body}`).not.toMatch(/\d{4}-\d{2}/);
      expect(en.body).toContain('due 4 March 2026: CNY 12,000.00');
    }
  });

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

describe('what a template reckons with', () => {
  const say = (body: string) => renderTemplate({ subject: null, body }, context()).body;

  test('is plain numbers beside the texts, printed as amounts by the filter money', () => {
    expect(say('{% if totals[0].value > 20000 %}{{ totals[0].value | times: 2 | money: totals[0].currency }}{% endif %}')).toBe(
      '48,000.00',
    );
    expect(say('{{ overdue | sum: "value" | money: "JPY" }} {{ 1.005 | money: "CNY" }} {{ 12.5 | money: "KWD" }}')).toBe(
      '24,000 1.01 12.500',
    );
  });

  test('is days that no zone moves, whatever that of the process is', () => {
    const zone = process.env['TZ'];
    try {
      for (const tz of ['America/Los_Angeles', 'Pacific/Kiritimati', 'UTC']) {
        process.env['TZ'] = tz;
        expect(say('{{ overdue[0].dueDate | date: "%Y年%-m月%-d日, %A %d %b %y" }}')).toBe('2026年3月4日, Wednesday 04 Mar 26');
      }
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
    expect(() => say('{{ "now" | date: "%Y" }}')).toThrow(/date takes a day/);
    expect(() => say('{{ today | date: "%H" }}')).toThrow(/date takes a format/);
  });
});

test('a version that fails for a customer is a task, once, and the letter goes by the version before it', async () => {
  const { store } = desk;
  const approved = { author: 'somebody', approved_by: 'somebody else', effective_from: '2026-03-01' };
  const broken = {
    id: 'overdue-first',
    language: 'en',
    channel: 'email',
    version: 2,
    class: 'reminder',
    subject: 'x',
    content_hash: 'x',
  };
  await store.db
    .insertInto('template')
    .values({ ...broken, body: '{{ overdue[7].invoice }}', ...approved, created_at: '2026-03-01T00:00:00.000Z' })
    .execute();
  refreshTemplates(store.policies.db);
  const templates = await templatesOf(store.policies.db, '2026-03-04');
  const newest = templates.find('overdue-first', 'en', 'email');
  expect(newest.version).toBe(2);
  const letter = await letterOf(templates, newest, context());
  expect(letter.template.version).toBe(1);
  expect(letter.body).toContain('INV-1');
  expect(letter.failed).toMatchObject([{ template: { version: 2 }, why: expect.stringContaining('undefined variable') }]);
  const open = () =>
    write(store, { kind: 'system', id: 'test', role: 'system', scope: {} } as never, async (work) => {
      const { audit, ...traces } = await correctTemplates(work, letter.failed);
      const [first, ...others] = audit;
      return first ? { value: true, audit: [first, ...others], ...traces } : { value: false, audit: null };
    });
  expect([await open(), await open()]).toEqual([true, false]);
  const task = await store.db
    .selectFrom('work_order')
    .selectAll()
    .where('kind', '=', 'correct-template')
    .executeTakeFirstOrThrow();
  expect(task).toMatchObject({ role: 'credit_manager', subject: 'template overdue-first/en/email/2', customer_id: null });
});

describe('letters are written in a thread of their own', () => {
  const policy: LintPolicy = {
    rules: [],
    wayOut: { zh: ['联系'], en: ['reply'], instead: { zh: '', en: '' } },
    neutral: { needs: [], instead: { zh: '', en: '' } },
  };
  const script = new URL('../support/odd-letters.mjs', import.meta.url);
  const aside = new LettersAside({ letterMs: 2_000, checkMs: 2_000, script });
  const narrow = new LettersAside({ letterMs: 60_000, checkMs: 60_000, memoryMb: 48, script });
  afterAll(() => [aside, narrow].forEach((one) => one.stop()));
  const judged = (body: string, by = aside) =>
    by.judge({ id: 'x', channel: 'email', class: 'reminder', subject: 'Open items', body }, policy);

  test('a template that takes too long or too much memory is refused at check, and the process goes on turning', async () => {
    expect(await judged('{{ customer.name }}: please reply')).toBeNull();
    let ended = false;
    let turns = 0;
    const refused = Promise.all([judged('(rests)'), judged('(hoards)', narrow)]).finally(() => (ended = true));
    while (!ended) {
      await turn();
      turns += 1;
    }
    expect(await refused).toEqual([
      { pointer: '/body', what: { en: expect.stringContaining('too long'), zh: expect.stringContaining('耗时过长') } },
      { pointer: '/body', what: { en: expect.stringContaining('too much memory'), zh: expect.stringContaining('内存') } },
    ]);
    expect(turns).toBeGreaterThan(100);
    expect(await judged('{{ customer.name }}: please reply')).toBeNull();
  });

  test('a letter that takes too long goes by the version before; its template is not waited for again, and others are written meanwhile', async () => {
    const newest = book.find('overdue-first', 'en', 'email');
    const versions = (body: string): TemplateBook => ({
      ...book,
      before: (template) => (template.body === body ? newest : null),
    });
    for (const [body, why, by] of [
      ['(rests)', /too long/, aside],
      ['(hoards)', /too much memory/, narrow],
    ] as const) {
      const slow = { ...newest, version: 9, body };
      const waiting = letterOf(versions(body), slow, context(), by);
      const others = await Promise.all(Array.from({ length: 20 }, () => letterOf(book, newest, context(), by)));
      expect(new Set(others.map((letter) => letter.body))).toEqual(new Set([renderTemplate(newest, context()).body]));
      const letter = await waiting;
      expect(letter.template.version).toBe(newest.version);
      expect(letter.failed).toMatchObject([{ template: { version: 9 }, why: expect.stringMatching(why) }]);
      const began = performance.now();
      expect((await letterOf(versions(body), slow, context(), by)).failed).toHaveLength(1);
      expect(performance.now() - began).toBeLessThan(5_000);
    }
    await expect(letterOf({ ...book, before: () => null }, { ...newest, body: '(rests)' }, context(), aside)).rejects.toThrow(
      /cannot be put into words/,
    );
  });
});

test('of many letters that wait for one template that takes too long, none is tried once that is known, and others are written', async () => {
  const script = new URL('../support/odd-letters.mjs', import.meta.url);
  const few = new LettersAside({ letterMs: 300, script });
  let threads = 0;
  const count = (): number => (threads += 1);
  process.on('worker', count);
  try {
    const slow = { subject: null, body: '(rests)' };
    const letters = Array.from({ length: 10 }, () => few.say(slow, context()));
    const other = few.say({ subject: null, body: '{{ customer.name }}' }, context());
    const answers = await Promise.allSettled(letters);
    expect(answers).toMatchObject(letters.map(() => ({ status: 'rejected', reason: { words: { zh: '生成文本耗时过长' } } })));
    expect((await other).body).toBe('East Lake Hospital');
    expect(threads).toBeLessThanOrEqual(3);
  } finally {
    process.off('worker', count);
    few.stop();
  }
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

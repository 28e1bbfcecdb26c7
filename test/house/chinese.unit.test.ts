import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { actTitles } from '../../domain/approvals/act.ts';
import { sayFact, timelineActions } from '../../domain/records/fact-words.ts';
import { sayReason, sayStep } from '../../domain/records/said.ts';
import { saySubject } from '../../domain/records/subject-words.ts';
import { warningKinds } from '../../domain/credit/policy.ts';
import { roles } from '../../domain/platform/actor.ts';
import { sayPolicyFaults } from '../../domain/records/policy-fault-words.ts';

/** Where the product's own sentences stand; letters to customers have a test of their own, and lint patterns are no sentences. */
const folders = ['activities', 'api', 'cli', 'config', 'contracts', 'domain', 'policies', 'stack', 'store', 'worker'];
const skipped = /policies\/(calendar|templates|template-lint)/;
const files = folders
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
  .filter((name) => /\.(ts|mjs|json)$/.test(name) && !skipped.test(name));

/** Lines that hold Chinese outside of comments, by file and number. */
const lines = files.flatMap((name) =>
  readFileSync(name, 'utf8')
    .split('\n')
    .map((text, at) => ({ text, place: `${name}:${at + 1}` }))
    .filter(({ text }) => /[一-鿿]/.test(text) && !/^\s*(\/\/|\/\*|\*)/.test(text)),
);
const where = (pattern: RegExp, but: RegExp = /^$/): string[] =>
  lines.filter(({ text }) => pattern.test(text) && !but.test(text)).map(({ place, text }) => `${place} ${text.trim()}`);

/** What the glossary calls otherwise. */
const banned: readonly (readonly [wrong: RegExp, right: string])[] = [
  [/发货受控|发货控制|控制中/, '发货冻结、冻结中'],
  [/四眼/, '双人复核'],
  [/受托人/, '被授权代理人'],
  [/失信付款|失信承诺/, '未兑现的付款承诺'],
  [/贷记凭证/, '贷项通知单'],
  [/策略/, '信用政策'],
  [/账簿|账本/, '应收台账'],
  [/画像/, '客户信用档案'],
  [/触达/, '客户联系'],
  [/已过 (\d|\$)/, '已逾期 … 天'],
  [/重演/, '回放台账'],
  [/静止的时钟/, '手动推进的业务时钟'],
  [/工作任务/, '待办（工单）'],
  [/催收阶梯/, '催收流程'],
  [/催收控制/, '催收步骤'],
  [/贷项(?!通知单)/, '贷项通知单'],
  [/(?<!导入)任务(?!队列)/, '待办（工单）'],
  [/第二人/, '双人复核'],
  [/登记系统(?!')/, '数据来源'],
  [/修改方案/, '调整方案'],
];

describe('Chinese texts beside the code', () => {
  const story = readFileSync('examples/story.json', 'utf8').match(/"[^"\n]*[一-鿿][^"\n]*"/g) ?? [];
  const prose = [...readFileSync('README.zh-CN.md', 'utf8').split('\n'), ...story];

  test('use full-width punctuation', () => {
    const plain = prose.map((line) => line.replace(/`[^`]*`|\]\([^)]*\)|^.*curl.*$/g, ''));
    expect(plain.filter((line) => /[一-鿿”』）\]][,:;?!]|[一-鿿] ?\(|\([一-鿿]|[,:;][一-鿿]/.test(line))).toEqual([]);
  });

  test.each(banned)('say no %s: it is %s', (wrong) => expect(prose.filter((line) => wrong.test(line))).toEqual([]));
});

describe('Chinese letters to customers', () => {
  const folder = 'policies/templates';
  const letters = readdirSync(folder).filter((name) => name.endsWith('.zh.liquid'));
  const subjects = readFileSync(join(folder, 'manifest.json'), 'utf8').match(/"zh": "[^\n]*?"[,\n ]/g) ?? [];
  const texts = [...letters.map((name) => readFileSync(join(folder, name), 'utf8')), ...subjects];

  test.each(banned)('say no %s: it is %s', (wrong) =>
    expect(texts.filter((text) => wrong.test(text.replaceAll('{{', '$')))).toEqual([]),
  );

  test('write days as people do', () => {
    expect(letters.length).toBeGreaterThan(3);
    expect(subjects.length).toBeGreaterThan(3);
    expect(texts.filter((text) => /\{\{-? *(?:today|\w+\.dueDate) *-?\}\}/.test(text))).toEqual([]);
  });
});

describe('Chinese sentences of the product', () => {
  test('are found', () => expect(lines.length).toBeGreaterThan(500));

  test('use full-width punctuation', () => {
    const source = /domain\/imports\/(values|row-filter|day-words|numbers|units)/;
    const halves = /[一-鿿”』）][,:;?!]|[一-鿿] ?…?\(|\([一-鿿]|\) ?[一-鿿]|[\w}%"`][,:;][一-鿿]|`,[一-鿿]/;
    expect(where(halves).filter((line) => !source.test(line))).toEqual([]);
  });

  // How a request writes a time is shown by an example.
  test('hold no ISO instant', () => expect(where(/\d{4}-\d\d-\d\dT\d\d:\d\d/, /RFC 3339/)).toEqual([]));

  test.each(banned)('say no %s: it is %s', (wrong) => expect(where(wrong)).toEqual([]));
});

const reading = { zone: 'Asia/Shanghai', titles: { 'mend-master-data': { en: 'Correct master data', zh: '更正客户主数据' } } };
const facts = {
  ...{
    externalId: 'X-1',
    order: 'SO-1',
    invoice: 'INV-1',
    number: 'NO-1',
    amountMinor: 152_814_257,
    currency: 'CNY',
    score: 512,
  },
  ...{ role: 'credit_officer', to: 'credit_manager', tier: 1, round: 1, grade: 'B', channel: 'sms', connector: 'court-list' },
  ...{ expiresAt: '2026-01-05T01:00:00.000Z', snoozedUntil: '2026-01-05T01:00:00.000Z', asOf: '2026-01-05', on: '2026-01-05' },
  ...{ rung: 'reminder-2', subject: 'customer C-1', category: 'price', facts: ['licenceUntil', 'netAssets'] },
};
/** The kind, state and verdict a fact of each family is recorded with. */
const codes: readonly (readonly [family: RegExp, more: Readonly<Record<string, unknown>>])[] = [
  [/^work-order/, { kind: 'mend-master-data' }],
  [/^warning/, { kind: warningKinds[0] }],
  [/^data-finding/, { kind: 'tax-id-missing' }],
  [/^message/, { state: 'delivered' }],
  [/^promise/, { state: 'part-kept' }],
  [/^dispute/, { state: 'part-upheld' }],
  [/^receivable/, { outcome: 'written-off' }],
  [/^credit-application/, { kind: 'raise', verdict: 'counter' }],
  [/^credit-review/, { cause: 'broken-promise' }],
  [/^order-hold/, { verdict: 'prepay' }],
  [/^difference/, { kind: 'unknown-document' }],
  [/^adjustment/, { kind: 'accept-theirs' }],
  [/^shipment-hold/, { act: 'reduce' }],
  [/^act\./, { kind: Object.keys(actTitles)[0], amountMinor: undefined, amount: '12.00' }],
  [/^contact.logged/, { kind: 'call', outcome: '承诺周五付款' }],
  [/^task\./, { outcome: '已联系', assignee: '林' }],
];

/** Reasons that the store records by a code: given to a record, or to the tasks that it ends. */
const recorded = [
  ...new Set(
    readdirSync('store', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => {
        const text = readFileSync(join('store', name), 'utf8');
        return [
          ...text.matchAll(/\breason(?:: | = )(?:reason \?\? )?['`]([^'`.]+)['`]|cancelWorkOrders\([^;]*?, '([a-z-]+)'\)/g),
        ].map(([, one, other]) => one ?? other ?? '');
      }),
  ),
];

test.each([
  'standard reminder-1 stage-order',
  'standard empty',
  'unknown template overdue-first',
  'unknown kind of task match',
  'row 3 is never reached',
  '1.234 is no amount of CNY',
  'collector-call is in use',
  'Mars/Base is no time zone',
  'unknown role king',
  'warns before it is opened',
  'the window of sums must hold that of pairs',
  'nothing can be surer than the same number',
  'more contacts a day than a week',
  'a decision table holds cells that were never checked',
])('what a policy contradicts is said in the language of the reader: %s', (fault) => {
  expect(sayPolicyFaults(fault, 'en')).toBe(fault);
  expect(sayPolicyFaults(`${fault}; must be above zero`, 'zh')).toMatch(/^[^;]*[一-鿿][^;]*；须大于零$/);
});

describe('a fact of the timeline in Chinese', () => {
  test('has words for every reason that is recorded by a code', () => {
    expect(recorded.length).toBeGreaterThan(20);
    expect(recorded.filter((code) => !/[一-鿿]/.test(sayReason(code, 'zh')))).toEqual([]);
  });

  test.each(timelineActions.map((action) => [action]))('%s holds no code, no role by its id and no ISO instant', (action) => {
    const more = Object.assign({}, ...codes.filter(([family]) => family.test(action)).map(([, own]) => own)) as object;
    const after = action === 'profile.facts-recorded' ? { licenceUntil: '2026-12-31' } : { ...facts, ...more };
    const fact = { about: 'INV-1/1', reason: 'cause-gone', before: null, after, currency: 'CNY' };
    const said = sayFact(action, fact, 'zh', reading);
    expect(said).not.toMatch(/[a-z]+[-_][a-z]+|\b[a-z]{2,}\b|\d{4}-\d\d-\d\d|152814257|undefined/);
  });

  test('names task, role, step, channel and time as people do', () => {
    const say = (action: string, after: object, reason: string | null = null): string =>
      sayFact(action, { about: 'INV-1/1', reason, before: null, after, currency: 'CNY' }, 'zh', reading);
    expect(say('work-order.opened', { role: 'credit_officer', kind: 'mend-master-data', subject: 'customer C-1' })).toBe(
      '已为信用专员建立工单：更正客户主数据（客户 C-1）',
    );
    expect(say('task.snoozed', { snoozedUntil: '2026-01-05T01:00:00.000Z' })).toBe('工单暂缓至 2026年1月5日 09:00');
    expect(say('rung.skipped', { rung: 'reminder-2' }, 'opted-out')).toBe('INV-1/1 未执行第 2 次催款提醒：联系人已退订');
    expect(say('contact.opted-out', { channel: 'sms' })).toBe('客户退订短信');
  });

  test('knows every role; a step of the house itself is called by its id, a subject without words is left out', () => {
    for (const role of roles) expect(sayFact('work-order.escalated', fact(role), 'zh', reading)).toMatch(/^工单已升级至/);
    expect(sayStep('our-own', 'zh')).toBe('催收步骤“our-own”');
    expect(saySubject('anything else', 'zh')).toBe('');
  });

  test.each([
    ['invoice INV-1/1', '发票 INV-1/1'],
    ['customer C-1', '客户 C-1'],
    ['customer C-1 into C-2', '客户 C-1 并入客户 C-2'],
    ['customer statement S-1', '客户对账单 S-1'],
    ['order O-1', '订单 O-1'],
    ['application A-1', '授信申请 A-1'],
    ['application REVIEW-01980a3e-7c1e-7000-8000-000000000001', '授信复审的申请'],
    ['shipment request R-1', '发货申请 R-1'],
    ['shipment S-1', '出库 S-1'],
    ['return R-1', '退货 R-1'],
    ['limit of C-1', '授信额度，客户 C-1'],
    ['temporary limit L-1', '临时额度 L-1'],
    ['payment P-1', '付款 P-1'],
    ['credit-note CN-1', '贷项通知单 CN-1'],
    ['credit note CN-1', '贷项通知单 CN-1'],
    ['refund R-1', '退款 R-1'],
    ['security S-1', '担保 S-1'],
    ['release of security S-1', '解除担保 S-1'],
    ['write-off on invoice INV-1/1', '坏账核销，发票 INV-1/1'],
    ['reversal of write-off 01980a3e-7c1e-7000-8000-000000000001', '撤销坏账核销'],
    ['legal case, first invoice INV-1/1', '法务案件，首张发票 INV-1/1'],
    ['holiday notice 2027', '2027 年放假通知'],
    ['rate USD/CNY', '汇率 USD 兑 CNY'],
    ['early warning first-late', '信用预警：首次逾期'],
    ['difference price on INV-1', '对账差异：价格差异，单据 INV-1'],
    ['12 differences in CNY', '12 项 CNY 对账差异'],
    ['statement of 2026-01-05 in CNY', '截至 2026年1月5日的 CNY 对账单'],
    ['message to customer C-1 by email', '发给客户 C-1 的电子邮件'],
    ['tax-id-missing of customer C-1', '客户 C-1：缺少税号'],
    ['go-live window 2026-01-05 to 2026-02-05', '上线导入期 2026年1月5日至 2026年2月5日'],
    ['bank account in letters', '信函中的收款账户'],
    ['our words in letters', '信函中的我方信息'],
    ['end of the go-live window', '结束上线导入期'],
    ['settings', '系统设置'],
    ['faulty-rows', '有误的数据'],
    ['receivable-01980a3e-7c1e-7000-8000-000000000001', '应收款催收'],
  ])('what a task or act is about is said in the language of the reader: %s', (subject, zh) => {
    expect(saySubject(subject, 'zh')).toBe(zh);
    expect(saySubject(subject, 'en')).not.toMatch(/[一-鿿]|[0-9a-f]{8}-[0-9a-f]{4}/);
  });
});

const fact = (role: string) => ({ about: null, reason: null, before: null, after: { role }, currency: 'CNY' });

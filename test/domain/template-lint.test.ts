import { describe, expect, test } from 'vitest';
import { lintOurWords, lintText, missingIn, sayFindings } from '../../domain/collection/template-lint.ts';
import type { LintPolicy } from '../../domain/collection/template-lint.ts';
import type { MessageClass } from '../../domain/collection/policy.ts';
import rules from '../../policies/template-lint.json' with { type: 'json' };
import { bad, good } from '../support/letter-sentences.ts';

const policy = rules as LintPolicy;

const kinds = (text: string, messageClass: MessageClass = 'reminder') =>
  lintText(text, messageClass, policy).map(({ kind }) => kind);

describe('sentences', () => {
  test.each(Object.entries(bad).flatMap(([kind, texts]) => texts.map((text) => [text, kind])))('%s → %s', (text, kind) => {
    expect(kinds(text)).toContain(kind);
  });

  test.each(good)('%s', (text) => {
    expect(kinds(text)).toEqual([]);
  });

  test('the corpus is large enough, in both languages', () => {
    const all = Object.values(bad).flat();
    const zh = (texts: readonly string[]) => texts.filter((text) => /\p{Script=Han}/u.test(text)).length;
    expect([all.length >= 60, good.length >= 60]).toEqual([true, true]);
    for (const texts of [all, good]) expect([zh(texts) >= 25, texts.length - zh(texts) >= 25]).toEqual([true, true]);
  });

  test('a line break or two blanks within a phrase hide nothing', () => {
    expect(kinds('This is your final\nwarning.')).toContain('threat');
    expect(kinds('You  will\r\n go to\u00a0jail.')).toContain('untrue-legal');
    expect(kinds('最后\n警告')).toContain('threat');
  });

  test('what stands among many like lines, or where one of them ends, is found', () => {
    const lines = (last: string) => [...Array.from({ length: 40 }, (_, no) => `- INV-${no}: CNY ${no}.00`), last].join('\n');
    expect(kinds(lines('- INV-99: CNY 9.00'))).toEqual([]);
    expect(kinds(lines('- INV-99: CNY 9.00, deadbeat'))).toContain('shame');
    expect(kinds(`${lines('- final')}\nwarning`)).toContain('threat');
    expect(kinds(`final\n1.00\n2.00\nfinal\nwarning`)).toContain('threat');
  });

  test('blanks, signs and wide letters between the characters of a word hide nothing', () => {
    expect(kinds('贵司是老 赖')).toContain('shame');
    expect(kinds('老·赖')).toContain('shame');
    expect(kinds('Ｊａｉｌ awaits')).toContain('untrue-legal');
    expect(kinds('DEAD\u200bBEAT')).toContain('shame');
  });

  test('what the law allows is legal’s to say in a letter of class demand; what is untrue is nobody’s', () => {
    const lawful = 'If payment does not arrive, we may file suit under article 579 of the Civil Code.';
    expect([kinds('我方将依法提起诉讼。'), kinds('我方将依法提起诉讼。', 'demand')]).toEqual([['legal-threat'], []]);
    expect(kinds(lawful, 'demand')).toEqual([]);
    expect(kinds('You will go to jail.', 'demand')).toEqual(['untrue-legal']);
    const facts = [
      '逾期按合同约定计付违约金。',
      '我方可依据条例第二十五条向主管部门投诉。',
      '本所律师将依法提起仲裁。',
      'Guarantors are personally liable.',
    ];
    for (const fact of facts) expect([fact, kinds(fact, 'demand'), kinds(fact)]).toEqual([fact, [], ['legal-threat']]);
  });
});

describe('what a letter lacks', () => {
  const seller = { name: 'Meridian', phone: '021-5555' };
  const missing = (written: string, messageClass: MessageClass = 'reminder') =>
    missingIn(written, messageClass, { seller }, policy);

  test.each([
    '如有疑问，请直接回复本邮件。',
    '请告知预计付款日期。',
    '请在收到本通知之日起 7 日内与我们联系。',
    '请选择最方便的方式回复我们：',
    '如资金安排有困难，我们可以商议分期方案。',
    '欢迎随时致电。',
    '敬请来函说明。',
    '請告知預計付款日期。',
    'Please reply to this letter.',
    'Please\ncall us  on 021.',
    'If something differs, tell us the document and why.',
    'You are welcome to call us.',
    '如有问题请拨打 021-55550100。',
    '如有异议，请于 5 日内提出。',
    '有任何疑问，欢迎咨询。',
    '请您抽空给我们回个电话。',
    '若有困难，我们愿意一起想办法。',
    '请回信。',
    '麻烦回复一下。',
    '若已安排，请回个邮件。',
    '请登录平台提交付款计划。',
    '有问题找我们。',
    'Please get back to us.',
    'We are here to help: 021-5555.',
    'Please send us your payment date.',
    'Questions? Call 021-5555.',
    'If you need more time, please say so.',
    'Drop us a line.',
    'Please respond to this message.',
    'Please confirm by e-mail.',
    'Please answer in whichever way suits you.',
  ])('an invitation to answer is a way out: %s', (text) => expect(missing(text)).toEqual([]));

  test.each([
    '我们会每天打电话，直到付款。',
    '请注意，我们将联系贵院。',
    '请勿回复本邮件。',
    '请告知贵院领导。',
    '请不要致电。',
    'We will call you every day.',
    'Do not reply to this letter.',
    'You do not need to contact us.',
    'Before we contact us again.',
    '请立即付款。',
    '请拨打 110。',
    '我们会提出新的要求。',
    '我们已提交材料。',
    'Please send us the money.',
    'We will respond soon.',
    'We will call 021-5555 every day.',
    'Reply STOP to opt out.',
    'The answer is known.',
  ])('what invites to nothing is none: %s', (text) => expect(missing(text).map(({ kind }) => kind)).toEqual(['no-way-out']));

  test('a letter without a way out, and an SMS without our name and a number, are told what to write', () => {
    const [none] = missing('Dear Mrs Wang, 3 items are open.');
    expect(none && sayFindings([none]).en).toMatch(/please reply/);
    expect(none && sayFindings([none]).zh).toMatch(/请回复本邮件/);
    expect(missing('Please call us on 021-5555.', 'neutral').map(({ kind }) => kind)).toEqual(['no-call-back']);
    expect(missing('Meridian: please call us on 021-5555.', 'neutral')).toEqual([]);
  });
});

test.each([
  ['Accounts, pay to 6222 0212 3456 7890 123', ['account']],
  ['财务部 ６２２２-０２１２-３４５６-７８９０', ['account']],
  ['IBAN DE89 3704 0044 0532 0130 00', ['account']],
  ['Example Medical, Accounts, +86 138 1234 5678', []],
  ['示例医疗财务部 021-55550100 转 8001', []],
])('our own words name no account: %s', (text, kinds) => {
  expect(lintOurWords(text, policy).map(({ kind }) => kind)).toEqual(kinds);
});

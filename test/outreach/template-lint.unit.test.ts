import { describe, expect, test } from 'vitest';
import { lintOurWords, lintText, missingIn, sayFindings } from '../../domain/outreach/template-lint.ts';
import type { LintPolicy } from '../../domain/outreach/template-lint.ts';
import rules from '../../policies/template-lint.json' with { type: 'json' };
import sentences from '../../policies/letter-sentences.json' with { type: 'json' };
import type { MessageClass } from '../../domain/outreach/policy.ts';

const policy = rules as LintPolicy;
const { refused: bad, plain: good } = sentences;

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
    '如有不清楚之处，请与我司财务联系。',
    '欢迎加微信沟通。',
    '请扫码填写付款计划。',
    '您可随时拨打 400-123。',
    '请给我们发一封邮件。',
    '烦请告知付款时间。',
    '我们随时听候您的来电。',
    '请您确认后邮件答复。',
    '若有出入，请指出。',
    '请与财务部李女士联系（021-1）。',
    '有疑问请致电。',
    '请在附件回执上签字并寄回。',
    '如需帮助，请找王会计。',
    '请反馈核对结果。',
    '敬候回音。',
    'Please drop me an e-mail.',
    'Kindly let me know the payment date.',
    'You can reach our accounts team at 021-1.',
    'Any questions, just ask.',
    'We look forward to your reply.',
    'Please sign and return the attached form.',
    'Give us a ring.',
    'If unclear, please speak with Ms Li.',
    'A short note from you is enough.',
    'Our door is open: call 021-1.',
    'Please advise when payment is expected.',
    'Feel free to e-mail accounts@x.example.',
    'Please complete the form and send it back.',
    'Contact our accounts team on 021-1.',
    'We welcome your questions.',
    '请把意见告诉我们。',
    '有不明之处随时来电。',
    '如有不同意见请提出。',
    '请联系我司陈经理。',
    '请回传确认函。',
    '请填写附件并发回。',
    '您的任何疑问我们都愿意解答。',
    '请打电话给我们。',
    'We would love to hear from you.',
    'Get in touch any time.',
    'Please send your questions to accounts@x.example.',
    'Write back when you can.',
    'Ms Li will gladly help: 021-1.',
    'Please ring 021-1.',
    'Could you let us know?',
    'Reply to this e-mail.',
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
    '请付款。',
    '请勿致电。',
    '我们会致电。',
    '联系已终止。',
    '请尽快汇款至下列账户。',
    '请查收。',
    '我们已回复贵方。',
    '请通知贵院财务付款。',
    '回复 TD 退订。',
    '感谢来电。',
    '我们不接受回复。',
    '无需联系我们。',
    '请联系您的银行。',
    '请咨询您的律师。',
    'Please pay.',
    'Do not contact us.',
    'We have replied to you.',
    'No reply is needed.',
    'This mailbox is not monitored; replies are not read.',
    'Contact your bank.',
    'Ask your manager to pay.',
    'We will reach out to you.',
    'Please call your bank.',
    'Send us the money by return.',
    'We answered your letter.',
    'Text STOP to opt out.',
    'Your reply was received.',
    'We cannot take calls.',
    '请将货款打给我们。',
    '请您的财务与银行联系。',
    '我们期待您的付款。',
    '请签字付款。',
    '请在发票上盖章。',
    '请与贵行联系。',
    'We look forward to your payment.',
    'Your call is recorded.',
    'Please return the goods.',
    'Complete the payment and return home.',
    'Tell your manager.',
    'We will write back.',
    'Call your bank.',
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

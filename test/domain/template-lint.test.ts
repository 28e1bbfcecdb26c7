import { describe, expect, test } from 'vitest';
import { lintOurWords, lintText, missingIn, sayFindings } from '../../domain/collection/template-lint.ts';
import type { LintFinding, LintPolicy } from '../../domain/collection/template-lint.ts';
import type { MessageClass } from '../../domain/collection/policy.ts';
import rules from '../../policies/template-lint.json' with { type: 'json' };

const policy = rules as LintPolicy;

const bad: Readonly<Record<Exclude<LintFinding['kind'], 'no-way-out' | 'no-call-back' | 'account'>, readonly string[]>> = {
  threat: [
    '我们会上门让你们领导难堪。',
    '再不付款，后果自负。',
    '别怪我们不客气。',
    '这是最后通牒。',
    '我们的人明天就去贵院门口蹲守。',
    '敢不还钱试试。',
    '让你们医院开不下去。',
    '限你三天之内把钱打过来。',
    '我们会派人天天坐在你办公室。',
    '走着瞧，迟早让你付出代价。',
    'Pay now or else.',
    'This is your final warning.',
    'You will regret ignoring this letter.',
    'We know where your office is, and we will be waiting.',
    'We will send someone to your door.',
    'Expect to face serious consequences.',
    'We will ruin your business.',
    "Don't make us come over.",
    '每天给您打电话，直到您付款为止',
    '这是最后一次机会。',
    '我们有的是办法让你付钱。',
    '後果自負。',
    '欠钱不还的人会遭报应。',
    '别逼我们采取严厉措施。',
    '我们会一直盯着贵司。',
    'This is your last chance.',
    'You leave us no choice.',
    'We are running out of patience.',
    'Severe measures will follow.',
    'You will never do business in this city again.',
    'Our people are waiting at your gate.',
    'This will be held against you personally.',
    'We will take everything you own.',
    'You have been warned.',
    'Pay by Friday or face what comes.',
    '我们会找几个兄弟去贵司坐坐。',
    '请认清形势，勿谓言之不预。',
    '再拖下去，对您没有任何好处。',
    '你的身份证和住址我们都有。',
    '我们会去您家里坐坐。',
    '别敬酒不吃吃罚酒。',
    '若不付款，将停止一切手术耗材供应，患者出事由贵院负责。',
    '否则后果由你方自行承担。',
    '三天内不付款就断货。',
    '立即还款！！！',
    '马上打钱。',
    'Settle this today or we will come knocking.',
    'Ignore this at your peril.',
    'Do the right thing before it is too late.',
    'You have 24 hours.',
    "You won't like what happens next.",
    'We will stop your surgery supplies and patients will suffer.',
  ],
  shame: [
    '贵司就是老赖。',
    '你们真丢人。',
    '做人要讲良心。',
    '我们将把贵司的欠款曝光。',
    '贵院毫无诚信。',
    '别再找借口了。',
    '欠债不还，可耻。',
    '我们会公布欠款单位名单。',
    '你们这是恶意拖欠。',
    'You should be ashamed of yourselves.',
    'Only a deadbeat ignores invoices.',
    'Your dishonest behaviour is known to us.',
    'We will publish the names of late payers.',
    'What a disgrace for a hospital.',
    'No more excuses.',
    'The whole industry will hear of this.',
    '到时候场面会很难看。',
    '这会让贵院蒙羞。',
    '欠钱不还，天下皆知。',
    '你們真丟人。',
    '貴司就是老賴。',
    'You will be on the list of defaulters.',
    'Everyone in the market will know.',
    'Your conduct is a fraud.',
    '这种行为真是厚颜无耻。',
    '您这种人不配做生意。',
    '脸皮真厚。',
    '贵司一再失信。',
    'Honest companies pay their bills.',
    'Stop hiding from us.',
    'Your word is worthless.',
  ],
  'third-party': [
    '我们将通知您的家人。',
    '我们会把此事告知卫健委。',
    '已准备向媒体反映，届时将联系记者。',
    '让全院都知道你们欠钱。',
    '我们会联系贵司的客户说明情况。',
    '我们将致电您的妻子。',
    '此事会发到朋友圈。',
    '我们将抄送您的上级领导。',
    'We will tell your customers.',
    'We shall inform your family of the debt.',
    'We are going to call your neighbours.',
    'This will be sent to the press.',
    'We may notify your bank and suppliers.',
    'Expect a post about it on social media.',
    '我们将向贵司的上级单位反映此事。',
    '账单会发到贵院的工作群里。',
    '我們將通知您的家人。',
    '我们会把照片挂到网上。',
    '将拨打 12345 投诉贵院。',
    'Your director will hear about this.',
    'Your suppliers will be told.',
    'We have informed the health bureau.',
    'We will speak to your board.',
    'Your patients will know.',
    'We will let your accreditation body know.',
    'Your competitors would love to hear about this.',
    "We have cc'd your CEO.",
    'We will post your company name on our website.',
    'Your landlord has been contacted.',
    'We have passed your name to other suppliers.',
  ],
  'untrue-legal': [
    '不付款就等着坐牢。',
    '您将被列入失信名单。',
    '我们已经报警。',
    '这会影响您的征信和孩子上学。',
    '法院已受理本案。',
    '贵司账户即将被冻结，我们会冻结账户。',
    '这属于刑事犯罪。',
    '逾期将双倍赔偿。',
    'You will go to jail for this.',
    'The police have been informed.',
    'You will be blacklisted.',
    'This will destroy your credit score.',
    'A judgment has been entered against you.',
    'Your equipment will be seized tomorrow.',
    '您将被列入全国欠款人名单。',
    '法人代表将被限制乘坐高铁。',
    '这将影响您个人的信用记录。',
    '贵司的行为已构成违法。',
    '本案已进入司法程序。',
    '您將被列入失信名單。',
    '我们会向税务局举报。',
    'you will lose your licence',
    'You will be reported to the tax bureau.',
    'A judge has ordered you to pay.',
    'Not paying is against the law.',
    '您已被列为被告。',
    '您的账户将被强制划扣。',
    '将把贵司移交资产管理公司。',
    'You committed a felony.',
    'This constitutes theft.',
    'Interest of 5% per day applies.',
    'The sheriff will visit.',
    'Your passport will be cancelled.',
    'We will file for your bankruptcy.',
    'Seizure of your equipment will follow.',
  ],
  'legal-threat': [
    '否则我们将起诉。',
    '我们的律师会联系贵司。',
    '我们将采取法律手段。',
    'We will take legal action next week.',
    'Our lawyers are ready.',
    'See you in court.',
    '罚息百分之五。',
    '否則我們將起訴。',
    '我们会向主管部门投诉。',
    'You are personally liable for this debt.',
    'Your company will be wound up.',
    'Your file goes to our collections agency.',
    'We will repossess the equipment.',
  ],
  jargon: [
    '贵司账龄已超过 90 天。',
    '请配合完成核销。',
    '您已进入催收流程。',
    'Your dunning level has been raised.',
    'Your account is delinquent.',
    'Pursuant to the aforementioned invoice, please respond.',
    'Your account is in default.',
    'Kindly do the needful.',
    'DPD 45 on your account.',
    'Per our T&C, ipso facto.',
  ],
};

const good: readonly string[] = [
  '以下款项我们尚未收到，如已安排付款请忽略。',
  '如有疑问，请直接回复本邮件。',
  '感谢贵院一直以来的信任。',
  '请告知预计付款日期。',
  '如目前资金安排有困难，我们可以商议分期方案。',
  '我们的同事将于周三上门拜访，与您核对账目。',
  '请与贵方账目核对。',
  '如发票或验收单缺失，我们会尽快补齐。',
  '款项到期日为 2026-03-04。',
  '如由其他部门办理，烦请转交负责的同事。',
  '对金额有争议的部分我们会先行核实。',
  '付款时请注明发票号码。',
  '我们的财务经理愿意与您电话沟通。',
  '如需重新开具发票，请告诉我们抬头与税号。',
  '对账单附后，请在方便时确认。',
  '收到您的来款后我们会发送确认。',
  '若已付款，请告知付款日期，以便我们查找。',
  '感谢贵司按时付款。',
  '我们已暂停对争议部分的提醒。',
  '请问是否需要我们提供送货单复印件？',
  '工程师可上门服务，请与我们预约。',
  '本次合计 CNY 12,000.00。',
  '付款账户见下方，如有变更请以电话核实为准。',
  '祝工作顺利。',
  '如需延期，请提前与我们商议。',
  '本期款项将于月底到期，提前告知便于安排。',
  '我们理解医院的付款流程需要时间。',
  '请提供审批所需资料清单，我们来准备。',
  '如联系人有变动，请告诉我们新的联系方式。',
  '部分付款已收到，余额见下表。',
  '谢谢您的配合与支持。',
  '若贵方记录与此不同，请发来明细，我们一起核对。',
  'These items have not arrived yet; if they are paid, please disregard this letter.',
  'Please tell us when you expect to pay.',
  'If payment is difficult at present, we can agree on instalments.',
  'Thank you for working with us.',
  'If something differs, tell us the document and why.',
  'Invoice INV-1 falls due on 4 March 2026.',
  'Our colleague would like to visit you on Wednesday to go through the statement.',
  'Please reply to this letter with any question.',
  'We have received part of the payment; the rest is listed below.',
  'Please excuse us if this letter crossed your payment.',
  'If somebody else handles this, please pass it on to them.',
  'Our accounts team is in the office from nine to six.',
  'The disputed part is set aside until it has been looked into.',
  'Please quote the invoice number with your payment.',
  'A copy of the delivery note is attached.',
  'We would be glad to find a date that suits you.',
  'Please let us know the name of the person who approves payments.',
  'For your planning: three items fall due this month.',
  'Your payment of 5 March has arrived, thank you.',
  'If papers are missing for your approval, we will send them at once.',
  'The total is CNY 12,000.00.',
  'Please call us on the number below.',
  'We can send the invoice again, with the purchase order number you need.',
  'Should the bank details have changed on your side, please tell us.',
  'Deliveries go on as usual.',
  'We look forward to hearing from you.',
  'You may also pay in two parts; just tell us the dates.',
  'Kind regards, Customer Accounts',
  'The goods were accepted on 2 February.',
  'If you have paid in the last few days, nothing more is needed.',
  'We have received your bank transfer of 5 March.',
  'Our bank account has changed; please call us on the number you know to rule out fraud.',
  'We can send a copy to your colleagues in accounts.',
  'Your credit record with us is excellent.',
  'We do not share your data with the press.',
  'Payment may be made at the bank on Court Road.',
  'We have told your colleagues in finance that the goods left.',
  'Beware of fraudulent e-mails in our name.',
  'Thank you for your patience.',
  'We will call you on Wednesday about the delivery.',
  'The manager of your region will visit you.',
  'The tax office issued the certificate in May.',
  'We have written to you about the bank details.',
  '仓库同事会在周四送货上门。',
  '安装由我公司派人免费完成。',
  '调试由我公司派人免费完成。',
  '请贵方指派人员验收。',
  '付款前请核实账户，谨防诈骗。',
  '附税务局开具的完税证明。',
  '请联系您所在学校的财务处。',
  '我们已通知您的财务同事。',
  '已支持网上发票下载。',
  '这不影响贵司的信用额度。',
  '工程师将上门为您安装。',
  '如发票内容有误，请在本周内告诉我们。',
  '感謝貴院一直以來的信任。',
  '请通知学校财务处领取发票。',
  '我们会每天更新发货进度。',
  '防范电信诈骗，请勿向个人账户付款。',
  '法院路 12 号仓库已启用。',
  '公司地址：公安路 8 号。',
  '贵司律师如有疑问可与我们联系。',
  '我们收到退货后会马上打款给您。',
  '由此产生的后果由我方承担。',
  '设备不配送货架，请自备。',
  '为避免断货，请提前下单。',
  'The pump for the Police Hospital has shipped.',
  'Cardiac arrest trolley, invoice INV-1.',
  'Your invoice for the seizure monitors is attached.',
  'The crime lab analyser has been installed.',
  'We have copied the manager you named.',
  'You have 30 days of support included.',
  'Our suppliers would like to thank you.',
  'The goods are insured against theft.',
  '货到后请通知仓库同事。',
  '付款前请以电话核实，防止诈骗。',
];

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

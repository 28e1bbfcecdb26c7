import { codeWords } from './code-words.ts';
import { connectorNames } from '../credit/connector-words.ts';
import { findingTitles, warningTitles } from '../credit/watch-words.ts';
import { sayDate } from '../platform/said-time.ts';
import { closedUp } from '../platform/sentences.ts';
import { subjectOf } from '../platform/subject.ts';
import type { Bilingual } from '../ledger/policy.ts';

type Language = 'zh' | 'en';
type Table = Readonly<Record<string, Bilingual>>;
/** How a subject is said, of what its pattern found in it. */
type Words = (language: Language, ...found: string[]) => string;

const of =
  (table: Table) =>
  (code: string, language: Language): string =>
    table[code]?.[language] ?? code;
const finding = of(findingTitles);
const warning = of(warningTitles);
const difference = of(codeWords['reconciliation-difference.kind']);
const channel = of(codeWords['message.channel']);
const connector = of(connectorNames);
const limitKind = of(codeWords['credit-limit.kind']);

/** A document or customer: its name, then the number people know it by. */
const named =
  (en: string, zh: string): Words =>
  (language, id) =>
    `${language === 'zh' ? zh : en} ${id}`;
const plain =
  (en: string, zh: string): Words =>
  (language) =>
    language === 'zh' ? zh : en;

/** What tasks and acts are about, as it is recorded, and how it is said. The first pattern that fits counts. */
const subjects: readonly (readonly [pattern: RegExp, words: Words])[] = [
  [/^invoice (.+)$/, named('invoice', '发票')],
  [/^customer statement (.+)$/, named("the customer's statement", '客户对账单')],
  [
    /^customer (.+) into (.+)$/,
    (language, from, into) => (language === 'zh' ? `客户 ${from} 并入客户 ${into}` : `customer ${from} into customer ${into}`),
  ],
  [/^customer (.+)$/, named('customer', '客户')],
  [/^terms of customer (.+)$/, named('terms of customer', '付款条件，客户')],
  [/^credit of customer (.+)$/, named('credit of customer', '授信资料，客户')],
  [
    /^exchange rate (\S+) of (\S+)$/,
    (language, pair, on) => (language === 'zh' ? `汇率 ${pair}，${sayDate(on, 'zh')}` : `exchange rate ${pair} of ${on}`),
  ],
  [/^list entries of customer (.+)$/, named('list entries of customer', '名单记录，客户')],
  [/^order (.+)$/, named('order', '订单')],
  // The application that a review makes has no number that anybody gave it.
  [/^application REVIEW-[\da-f-]{36}$/, plain('application of the credit review', '授信复审的申请')],
  [/^application (.+)$/, named('application', '授信申请')],
  [/^shipment request (.+)$/, named('shipment request', '发货申请')],
  [/^shipment (.+)$/, named('shipment', '出库')],
  [/^return (.+)$/, named('return', '退货')],
  [/^limit of (.+)$/, named('limit of customer', '授信额度，客户')],
  [
    /^(standing|temporary) limit (.+)$/,
    (language, kind = '', id = '') =>
      language === 'zh' ? `${limitKind(kind, 'zh')}额度 ${id}` : `${limitKind(kind, 'en')} limit ${id}`,
  ],
  [/^payment (.+)$/, named('payment', '付款')],
  [/^credit[- ]note (.+)$/, named('credit note', '贷项通知单')],
  [/^refund (.+)$/, named('refund', '退款')],
  [/^release of security (.+)$/, named('release of security', '解除担保')],
  [/^security (.+)$/, named('security', '担保')],
  [/^write-off on invoice (.+)$/, named('write-off on invoice', '坏账核销，发票')],
  [/^reversal of write-off /, plain('reversal of a write-off', '撤销坏账核销')],
  [/^write-off on receivable /, plain('write-off of a receivable', '应收款坏账核销')],
  [/^template (.+)$/, named('template', '消息模板')],
  [/^legal case, first invoice (.+)$/, named('legal case, first invoice', '法务案件，首张发票')],
  [/^holiday notice (.+)$/, (language, year) => (language === 'zh' ? `${year} 年放假通知` : `holiday notice of ${year}`)],
  [
    /^rate (\w+)\/(\w+)$/,
    (language, from, to) => (language === 'zh' ? `汇率 ${from} 兑 ${to}` : `exchange rate ${from} to ${to}`),
  ],
  [
    /^early warning (.+)$/,
    (language, kind = '') => (language === 'zh' ? `信用预警：${warning(kind, 'zh')}` : `early warning: ${warning(kind, 'en')}`),
  ],
  [
    /^difference (\S+)(?: on (.+))?$/,
    (language, kind = '', number) =>
      language === 'zh'
        ? `对账差异：${difference(kind, 'zh')}${number === undefined ? '' : `，单据 ${number}`}`
        : `difference: ${difference(kind, 'en')}${number === undefined ? '' : `, document ${number}`}`,
  ],
  [
    /^(\d+) differences in (\w+)$/,
    (language, count, currency) =>
      language === 'zh' ? `${count} 项 ${currency} 对账差异` : `${count} differences in ${currency}`,
  ],
  [
    /^statement of (\S+) in (\w+)$/,
    (language, on = '', currency = '') =>
      language === 'zh' ? `截至 ${sayDate(on, 'zh')} 的 ${currency} 对账单` : `statement of ${on} in ${currency}`,
  ],
  [
    /^message to customer (.+) by (\w+)$/,
    (language, id = '', by = '') =>
      language === 'zh' ? `发给客户 ${id} 的${channel(by, 'zh')}` : `message to customer ${id} by ${channel(by, 'en')}`,
  ],
  [
    /^(\S+) about customer (.+)$/,
    (language, asked = '', id = '') =>
      language === 'zh' ? `客户 ${id} 的${connector(asked, 'zh')}` : `${connector(asked, 'en')}, customer ${id}`,
  ],
  [
    /^(\S+) of customer (.+)$/,
    (language, kind = '', id = '') =>
      language === 'zh' ? `客户 ${id}：${finding(kind, 'zh')}` : `customer ${id}: ${finding(kind, 'en')}`,
  ],
  [
    /^go-live window (\S+) to (\S+)$/,
    (language, from = '', to = '') =>
      language === 'zh' ? `上线导入期 ${sayDate(from, 'zh')}至 ${sayDate(to, 'zh')}` : `go-live window ${from} to ${to}`,
  ],
  [/^end of the go-live window$/, plain('end of the go-live window', '结束上线导入期')],
  [/^end of a group's limit$/, plain("end of a group's limit", '结束集团额度')],
  [/^bank account in letters$/, plain('bank account in letters', '信函中的收款账户')],
  [/^day from which we collect$/, plain('day from which we collect', '开始催收的日期')],
  [/^our words in letters$/, plain('what letters say of us', '信函中的我方信息')],
  [/^settings$/, plain('settings', '系统设置')],
  [/^faulty-rows$/, plain('faulty records', '有误的数据')],
];

/** What a task or act is about, in the reader's language: documents by their numbers, codes in words. '' where there are no words for it. */
export function saySubject(subject: string, language: Language): string {
  const process = subjectOf(subject);
  if (process) return codeWords['process.kind'][process.kind][language];
  for (const [pattern, words] of subjects) {
    const found = pattern.exec(subject);
    if (found) return closedUp(words(language, ...found.slice(1)));
  }
  return language === 'en' ? subject : '';
}

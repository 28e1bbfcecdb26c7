import { sayDate } from '../platform/said-time.ts';
import { closedUp } from '../platform/sentences.ts';
import { listWords } from './list-words.ts';
import type { FindingKind } from './quality.ts';
import type { WarningKind } from './policy.ts';
import type { Words } from '../platform/words.ts';

type Language = 'zh' | 'en';
type Detail = Readonly<Record<string, unknown>>;
type Sentence = (of: (name: string) => string) => string;

/** Each kind of early warning in a few words. */
export const warningTitles: Readonly<Record<WarningKind, Record<Language, string>>> = {
  'first-late': { en: 'first late payment', zh: '首次逾期' },
  'lateness-rising': { en: 'days beyond terms rise', zh: '逾期天数上升' },
  'order-spike': { en: 'orders far above the usual', zh: '订单异常增加' },
  'licence-expiring': { en: 'operating licence about to end', zh: '经营许可证即将到期' },
  'group-in-legal': { en: 'a member of the group is in legal', zh: '同集团客户处于法务程序' },
  listed: { en: 'entry on a sanction or court list', zh: '列入制裁或失信被执行人名单' },
};

/** Each fault of master data in a few words. */
export const findingTitles: Readonly<Record<FindingKind, Record<Language, string>>> = {
  'duplicate-tax-id': { en: 'same tax id as another customer', zh: '税号与其他客户相同' },
  'duplicate-name': { en: 'same name as another customer', zh: '名称与其他客户相同' },
  'duplicate-bank': { en: 'same bank account as another customer', zh: '银行账户与其他客户相同' },
  'tax-id-missing': { en: 'no tax id', zh: '缺少税号' },
  'tax-id-bad': { en: 'the tax id is wrong', zh: '税号有误' },
  'terms-conflict': { en: 'terms of invoices differ from the customer', zh: '发票账期与客户账期不一致' },
  'impossible-date': { en: 'a date that cannot be true', zh: '日期不可能成立' },
  'contact-without-address': { en: 'no contact has an address', zh: '联系人缺少联系方式' },
};

const warnings: Record<Language, Record<WarningKind, Sentence>> = {
  en: {
    'first-late': (of) => `First late payment after a clean year: ${of('invoice')}/${of('instalment')}, due ${of('dueDate')}`,
    'lateness-rising': (of) => `Days beyond terms rise: ${of('recent')} in the last three months, ${of('before')} before`,
    'order-spike': (of) => `Orders far above the usual before the limit expires on ${of('limitUntil')}`,
    'licence-expiring': (of) => `The operating licence ends on ${of('until')}`,
    'group-in-legal': (of) => `Group member ${of('customer')} has been in legal since ${of('openedOn')}`,
    listed: (of) => `Entry on a sanction or court list (${of('list')})`,
  },
  zh: {
    'first-late': (of) => `一年无逾期后首次逾期：${of('invoice')}/${of('instalment')}，到期日 ${of('dueDate')}`,
    'lateness-rising': (of) => `逾期天数上升：近三个月 ${of('recent')} 天，此前 ${of('before')} 天`,
    'order-spike': (of) => `额度于 ${of('limitUntil')} 到期前订单异常增加`,
    'licence-expiring': (of) => `经营许可证将于 ${of('until')} 到期`,
    'group-in-legal': (of) => `同集团客户 ${of('customer')} 自 ${of('openedOn')} 起处于法务程序`,
    listed: (of) => `列入制裁或失信被执行人名单（${of('list')}）`,
  },
};

const findings: Record<Language, Record<FindingKind, Sentence>> = {
  en: {
    'duplicate-tax-id': (of) => `Same tax id as customer ${of('of')}: merge them, or correct one`,
    'duplicate-name': (of) => `Same name as customer ${of('of')}: merge them, or tell them apart`,
    'duplicate-bank': (of) => `Same bank account as customer ${of('of')}: check whose it is`,
    'tax-id-missing': () => 'No tax id: ask the customer for its unified social credit code',
    'tax-id-bad': (of) => `The tax id is wrong (${of('fault')}): correct it`,
    'terms-conflict': (of) =>
      `${of('invoices')} invoices have terms of ${of('days')} days, the customer ${of('agreed')}: agree them`,
    'impossible-date': (of) =>
      `A date cannot be true (${of('what')}: ${of('date')}${of('invoice') === '' ? '' : `, invoice ${of('invoice')}`}): correct it`,
    'contact-without-address': () => 'No contact has an address: add an e-mail, mobile or WeCom id',
  },
  zh: {
    'duplicate-tax-id': (of) => `与客户 ${of('of')} 税号相同：请合并或更正`,
    'duplicate-name': (of) => `与客户 ${of('of')} 名称相同：请合并或区分`,
    'duplicate-bank': (of) => `与客户 ${of('of')} 银行账户相同：请核实归属`,
    'tax-id-missing': () => '缺少税号：请向客户索取统一社会信用代码',
    'tax-id-bad': (of) => `税号有误（${of('fault')}）：请更正`,
    'terms-conflict': (of) => `${of('invoices')} 张发票账期为 ${of('days')} 天，客户账期为 ${of('agreed')} 天：请统一`,
    'impossible-date': (of) =>
      `日期不可能成立（${of('what')}：${of('date')}${of('invoice') === '' ? '' : `，发票 ${of('invoice')}`}）：请更正`,
    'contact-without-address': () => '没有任何联系人留有地址：请补充邮箱、手机或企业微信',
  },
};

const oddDates: Readonly<Record<string, Words>> = {
  'due-before-issue': { en: 'due before it was issued', zh: '到期日早于开票日' },
  'due-far-off': { en: 'due too far off', zh: '到期日过远' },
  'delivered-ahead': { en: 'delivered in the future', zh: '交货日晚于今日' },
  'issued-long-ago': { en: 'issued too long ago', zh: '开票日过早' },
  'registered-ahead': { en: 'registered in the future', zh: '注册日晚于今日' },
  'registered-long-ago': { en: 'registered too long ago', zh: '注册日过早' },
  'licence-before-registration': { en: 'the licence ends before the registration', zh: '许可证到期日早于注册日' },
  'licence-far-off': { en: 'the licence ends too far off', zh: '许可证到期日过远' },
};
const taxIdFaults: Readonly<Record<string, Words>> = {
  shape: { en: 'its form', zh: '格式' },
  'check-digit': { en: 'its check digit', zh: '校验码' },
};
/** What the codes of a detail mean. */
const codes: Readonly<Record<string, Readonly<Record<string, Words>>>> = { what: oddDates, fault: taxIdFaults, list: listWords };

const inDetail =
  (detail: Detail, language: Language) =>
  (name: string): string => {
    const value = detail[name];
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' ? (codes[name]?.[value]?.[language] ?? sayDate(value, language)) : '';
  };

/** An early warning in a sentence. */
export const sayWarning = (kind: WarningKind, detail: Detail, language: Language): string =>
  closedUp(warnings[language][kind](inDetail(detail, language)));

/** What is wrong with a customer's data, and how to mend it. */
export const sayFinding = (kind: FindingKind, detail: Detail, language: Language): string =>
  closedUp(findings[language][kind](inDetail(detail, language)).trim());

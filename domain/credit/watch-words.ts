import type { FindingKind } from './quality.ts';
import type { WarningKind } from './policy.ts';

type Language = 'zh' | 'en';
type Detail = Readonly<Record<string, unknown>>;
type Sentence = (of: (name: string) => string) => string;

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
    listed: (of) => `列入制裁或失信名单（${of('list')}）`,
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
    'impossible-date': (of) => `A date cannot be true (${of('what')}: ${of('date')}) ${of('invoice')}: correct it`,
    'contact-without-address': () => 'No contact has an address: add an e-mail, mobile or WeCom id',
  },
  zh: {
    'duplicate-tax-id': (of) => `与客户 ${of('of')} 税号相同:请合并或更正`,
    'duplicate-name': (of) => `与客户 ${of('of')} 名称相同:请合并或区分`,
    'duplicate-bank': (of) => `与客户 ${of('of')} 银行账户相同:请核实归属`,
    'tax-id-missing': () => '缺少税号：请向客户索取统一社会信用代码',
    'tax-id-bad': (of) => `税号有误（${of('fault') === 'shape' ? '格式' : '校验码'}）：请更正`,
    'terms-conflict': (of) => `${of('invoices')} 张发票账期为 ${of('days')} 天，客户账期为 ${of('agreed')} 天：请统一`,
    'impossible-date': (of) => `日期不可能成立（${of('what')}：${of('date')}）${of('invoice')}：请更正`,
    'contact-without-address': () => '没有任何联系人留有地址：请补充邮箱、手机或企业微信',
  },
};

const inDetail =
  (detail: Detail) =>
  (name: string): string => {
    const value = detail[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };

/** An early warning in a sentence. */
export const sayWarning = (kind: WarningKind, detail: Detail, language: Language): string =>
  warnings[language][kind](inDetail(detail));

/** What is wrong with a customer's data, and how to mend it. */
export const sayFinding = (kind: FindingKind, detail: Detail, language: Language): string =>
  findings[language][kind](inDetail(detail)).trim();

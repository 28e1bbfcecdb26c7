import { w } from '../platform/words.ts';

import type { CodeWords } from '../platform/words.ts';

/** Languages that letters are written in. */
export const languageWords = { zh: w('Chinese', '中文'), en: w('English', '英文') };
/** What terms count from. */
export const termsFromWords = {
  invoiceDate: w('from the invoice date', '自开票日起'),
  endOfMonth: w('from the end of the month', '自月末起'),
  delivery: w('from delivery', '自交货日起'),
};

/** What the codes of customers mean, by the record's field. */
export const customersCodeWords = {
  'contact.language': languageWords,
  'contact.role': {
    finance: w('finance', '财务'),
    purchasing: w('purchasing', '采购'),
    management: w('management', '管理层'),
    legal: w('legal', '法务'),
    other: w('other', '其他'),
  },
  'contact-log.kind': {
    call: w('call', '电话'),
    visit: w('visit', '拜访'),
    email: w('e-mail', '邮件'),
    other: w('other', '其他'),
  },
  'customer.terms-from': termsFromWords,
  'customer.type': {
    hospital: w('hospital', '医院'),
    dealer: w('dealer', '经销商'),
    channel: w('channel partner', '渠道商'),
    other: w('other', '其他'),
  },
  'customer-key.kind': { 'tax-id': w('tax number', '税号'), name: w('name', '名称'), bank: w('bank account', '银行账户') },
} as const satisfies CodeWords;

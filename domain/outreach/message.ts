import type { Channel } from './governor.ts';
import { plainText } from './plain-text.ts';
import type { MessageClass } from './policy.ts';

/** What notices of their own are made from, about no step of collection. */
export const noticeTemplates: readonly string[] = ['shipment-held'];

/** States of a message, weakest first; a later receipt only ever moves it to the right. `dropped` is apart: it never left. */
export const messageStates = ['requested', 'deferred', 'sending', 'unknown', 'sent', 'failed', 'delivered', 'dropped'] as const;
export type MessageState = (typeof messageStates)[number];

const rank = (state: MessageState): number => messageStates.indexOf(state);

/** The state after a receipt: forward only, so receipts may come shuffled and repeated. */
export function afterReceipt(state: MessageState, reported: MessageState): MessageState {
  if (state === 'dropped') return state;
  return rank(reported) > rank(state) ? reported : state;
}

/** Twilio's message statuses as ours; null: it says nothing (an inbound message, a status not known yet). */
export function stateOfTwilio(status: string): MessageState | null {
  switch (status) {
    case 'accepted':
    case 'scheduled':
    case 'queued':
    case 'sending':
    case 'sent':
      return 'sent';
    case 'delivered':
    case 'read':
      return 'delivered';
    case 'undelivered':
    case 'failed':
    case 'canceled':
      return 'failed';
    default:
      return null;
  }
}

/** What a failure says of the address, by Twilio's error code. */
export function faultOfTwilio(code: string): 'opted-out' | 'bad-address' | 'refused' {
  if (code === '21610') return 'opted-out';
  return ['21211', '21614', '30005', '30006'].includes(code) ? 'bad-address' : 'refused';
}

export type TextFault = 'class' | 'url' | 'amount' | 'debt-word';

/** SMS carries neutral texts only (providers in mainland China reject others); the other channels carry every class. */
export function textFault(channel: Channel, messageClass: MessageClass, text: string): TextFault | null {
  if (channel !== 'sms') return null;
  if (messageClass !== 'neutral') return 'class';
  const plain = plainText(text);
  // A name of a page in Chinese has a dot that plain text leaves out.
  if (url.test(plain) || url.test(text.normalize('NFKC'))) return 'url';
  if (amount.test(plain)) return 'amount';
  return debtWord.test(plain) ? 'debt-word' : null;
}

/** A word with an ending of a page's name is a link, but for "Co.Ltd" and the like: a seller's own name stands in every SMS. */
const url =
  /[a-z][a-z+.-]*:\/\/|www\.|(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d)|(?<![\w.-])(?!(?:co|inc|ltd|dr|mr|mrs|ms|prof|st|no|tel)\.)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?![\w])|\S\.(?:中国|公司|网络|网址|集团)/i;
const numerals = '[零〇一二三四五六七八九十百千万亿两半壹贰叁肆伍陆柒捌玖拾佰仟萬億]';
const currencies = 'cny|rmb|usd|eur|gbp|hkd|jpy';
const amount = new RegExp(
  String.raw`[¥$€£]|(?<!\d)\d{1,3}(?:,\d{3})+(?!\d)|\d[\d,]*\.\d{2}(?!\d)|\d\s*(?:元|万|圆|块|人民币|美元|${currencies})|(?:${currencies}|人民币)\s*\d` +
    String.raw`|${numerals}\s*[多余来几]?\s*(?:元|圆|块钱|人民币|美元)|人民币\s*${numerals}|\b(?:hundred|thousand|million)\b|\d\s*k\b|\b(?:yuan|renminbi|dollars?|euros)\b`,
  'i',
);
const debtWord =
  /欠[^佳妥缺安]|欠$|逾期|催|债|账款|货款|尾款|款项|结清|清偿|还清|应收|应付|未付|未结|付清|滞纳金|付款|还款|汇款|打款|回款|支付|账单|诉讼|起诉|律师|法院|征信|黑名单|\b(?:debts?|overdue|owed?|owing|owes|arrears|past due|(?:is|are|now|amounts?|fall|falls|fallen|fell) due|payments?|pay|paid|repay|unpaid|outstanding|balances?|settle[ds]?|settlements?|settling|bill(?:s|ed|ing)?|invoice[ds]?|collections?|legal|lawsuit|court)\b/i;

import type { Channel } from './governor.ts';
import type { MessageClass } from './policy.ts';

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
  const plain = text.normalize('NFKC');
  if (url.test(plain)) return 'url';
  if (amount.test(plain)) return 'amount';
  return debtWord.test(plain) ? 'debt-word' : null;
}

const url = /[a-z][a-z+.-]*:\/\/|www\.|\b[a-z0-9-]+\.(?:com|cn|net|org|io|top|xyz|cc|co|info|link|me)\b/i;
const amount =
  /[¥$€£]|\d[\d,]*\.\d{2}(?!\d)|\d\s*(?:元|万|圆|块|人民币|美元|cny|rmb|usd|eur|hkd)|(?:cny|rmb|usd|eur|hkd|人民币)\s*\d/i;
const debtWord =
  /欠款|欠费|拖欠|逾期|催收|催款|债|账款|货款|付款|还款|支付|诉讼|起诉|律师|法院|征信|黑名单|\b(?:debts?|overdue|owed?|owing|arrears|past due|payments?|pay|unpaid|invoices?|collections?|legal|lawsuit|court)\b/i;

import { languageWords } from '../customers/code-words.ts';
import { w } from '../platform/words.ts';
import { contactWarningWords } from './contact-words.ts';

import type { CodeWords } from '../platform/words.ts';
import type { MessageState } from './message.ts';

const channel = {
  email: w('e-mail', '电子邮件'),
  sms: w('SMS', '短信'),
  wecom: w('WeCom', '企业微信'),
  letter: w('letter', '信函'),
};

/** What the codes of outreach mean, by the record's field. */
export const outreachCodeWords = {
  'contact-log.warning': contactWarningWords,
  'message.channel': channel,
  'message.state': {
    requested: w('requested', '待发送'),
    deferred: w('deferred', '已推迟'),
    sending: w('being handed over', '提交中'),
    sent: w('sent', '已发送'),
    delivered: w('delivered', '已送达'),
    failed: w('failed', '发送失败'),
    unknown: w('outcome not known', '结果未知'),
    dropped: w('dropped', '已放弃'),
  },
  'notice.state': {
    requested: w('requested', '已请求'),
    taken: w('written', '已生成'),
    dropped: w('dropped', '已放弃'),
  },
  'opt-out.channel': channel,
  'payer-copy.state': {
    requested: w('requested', '待发送'),
    sent: w('sent with the letter', '已随信发送'),
    dropped: w('not sent', '未发送'),
  },
  'template.channel': channel,
  'template.class': {
    notice: w('notice', '通知'),
    reminder: w('reminder', '催款提醒'),
    demand: w('formal demand', '正式催款函'),
    statement: w('statement', '对账单'),
    neutral: w('neutral', '中性'),
  },
  'template.language': languageWords,
  'template.tone': { neutral: w('neutral', '中性'), soft: w('soft', '温和'), firm: w('firm', '坚定') },
} as const satisfies CodeWords;

const kept = w('written, kept in the outbox, not sent', '已生成，未外发（发件箱模式）');

/** The state of a message in words: one that is kept here (`outbox`) was sent to nobody. */
export const sayMessageState = (state: MessageState, outbox: boolean, language: 'en' | 'zh'): string =>
  (outbox ? kept : outreachCodeWords['message.state'][state])[language];

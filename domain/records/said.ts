import { codeWords } from './code-words.ts';
import { stayReasonWords } from '../platform/departure.ts';
import { saySubject } from './subject-words.ts';
import { factTable } from '../credit/facts.ts';
import { connectorNames } from '../credit/connector-words.ts';
import { findingTitles, warningTitles } from '../credit/watch-words.ts';
import { sayTime } from '../platform/said-time.ts';
import type { Bilingual } from '../ledger/policy.ts';

type Language = 'zh' | 'en';
type Table = Readonly<Record<string, Bilingual>>;

/** What a reader needs beside the record: the zone of times, and the titles of the kinds of tasks, which are policy. */
export interface Reading {
  zone: string;
  titles: Table;
}

/** Codes that a record gives as its reason. What is not one of them was written by a person and is shown as it is. */
const reasons: Table = {
  ...stayReasonWords,
  ...codeWords['receivable.outcome'],
  ...codeWords['credit-application.state'],
  ...codeWords['approval.state'],
  ...codeWords['credit-review.cause'],
  ...codeWords['credit-review.state'],
  ...codeWords['order-hold.state'],
  ...codeWords['shipment-hold.state'],
  ...codeWords['reconciliation-difference.state'],
  'order-approved': { en: 'the order was approved', zh: '订单已通过信用检查' },
  'judged-anew': { en: 'checked again', zh: '已重新检查' },
  superseded: { en: 'overtaken by a later step', zh: '已由后续步骤替代' },
  'past-due-date': { en: 'the due date has passed', zh: '到期日已过' },
  disputed: { en: 'disputed', zh: '存在争议' },
  covered: { en: 'covered by unapplied money', zh: '未核销款项足以清偿' },
  'opted-out': { en: 'the contact has opted out', zh: '联系人已退订' },
  'no-address': { en: 'no contact has an address', zh: '没有可用的联系方式' },
  'no-channel': { en: 'no channel reaches the customer', zh: '没有可用的发送渠道' },
  'fallback-not-due': { en: 'another channel is not due yet', zh: '尚未到启用备用渠道的时间' },
  'insurance-fund': { en: 'an insurance fund is never dunned', zh: '不向医保基金催收' },
  'bad-address': { en: 'the address is wrong', zh: '联系方式有误' },
  undeliverable: { en: 'it could not be delivered', zh: '无法送达' },
  refused: { en: 'the provider refused it', zh: '服务商拒绝' },
  'cause-gone': { en: 'its cause is gone', zh: '事由已消除' },
  mended: { en: 'corrected', zh: '已更正' },
  'rate-recorded': { en: 'the rate is on file', zh: '汇率已录入' },
  merged: { en: 'the customer was merged into another one', zh: '客户已合并' },
  'nothing-left-after-correction': {
    en: 'the invoice was corrected: nothing of it is left to credit',
    zh: '发票已更正，已无可开具贷项通知单的金额',
  },
  'nothing-left-after-note': {
    en: 'a credit note came: nothing of the invoice is left to credit',
    zh: '已收到贷项通知单，该发票已无可开具贷项通知单的金额',
  },
  'nothing-left-after-return': {
    en: 'another return was taken back: nothing of the invoice is left to credit',
    zh: '另一笔退货已撤回，该发票已无可开具贷项通知单的金额',
  },
  corrected: { en: 'corrected', zh: '已更正' },
  confirmed: { en: 'confirmed', zh: '已确认' },
  changed: { en: 'changed', zh: '情况已变化' },
  decided: { en: 'decided', zh: '已作出决定' },
  answered: { en: 'answered', zh: '已答复' },
  withdrawn: { en: 'withdrawn', zh: '已撤回' },
  returned: { en: 'returned to the applicant', zh: '已退回申请人' },
  declined: { en: 'declined', zh: '已拒绝' },
  approved: { en: 'approved', zh: '已批准' },
  'facts-told': { en: 'the facts are known', zh: '资料已补充' },
  'settings-made': { en: 'the settings are made', zh: '设置已完成' },
  'ground-given': { en: 'the legal basis is given', zh: '依据已补充' },
  'notice-given': { en: 'notice is given', zh: '已通知客户' },
  'few-left': { en: 'few are left', zh: '所余不多' },
  loaded: { en: 'loaded', zh: '已导入' },
  kept: { en: 'kept', zh: '维持' },
  'goes-on': { en: 'it goes on', zh: '已恢复' },
  'put-right': { en: 'put right', zh: '已更正' },
  invoiced: { en: 'it is invoiced', zh: '已开票' },
  'not-invoiced': { en: 'it will not be invoiced', zh: '不再开票' },
  'before-go-live': { en: 'before going live', zh: '上线前' },
  'by-hand': { en: 'by a person', zh: '由人工处理' },
  resolved: { en: 'resolved', zh: '已处理' },
  recorded: { en: 'recorded', zh: '已登记' },
  'invoice-arrived': { en: 'its invoice has come', zh: '对应发票已到' },
  'order-cancelled': { en: 'the order was cancelled', zh: '订单已取消' },
  'hold-expired': { en: 'nobody decided in time', zh: '逾期无人决定' },
  'approval-matrix': { en: 'by the approval matrix', zh: '按审批矩阵' },
  'broken-promise': { en: 'a promise was broken', zh: '付款承诺未兑现' },
  'next-channel': { en: 'by the next channel', zh: '改用下一渠道' },
  'unknown-outcome': { en: 'its outcome is not known', zh: '结果未知' },
  absent: { en: 'the provider does not know it', zh: '服务商无此记录' },
  facts: { en: 'facts are missing', zh: '资料不全' },
  'not-said': { en: 'no reason was given', zh: '未说明理由' },
  'booked-by-sender': { en: 'booked already by the system that sent it', zh: '发送方系统已入账' },
  'sent-again': { en: 'it was sent again', zh: '已重新发送' },
  'books-agree': { en: 'the books agree', zh: '双方账目一致' },
  'promise-kept': { en: 'the promise was kept', zh: '付款承诺已兑现' },
  'credit-review': { en: 'credit review', zh: '授信复审' },
  history: { en: 'taken over as history', zh: '作为历史导入' },
};

/** Steps of the procedures that come with the product; one of the house's own is called by its id. */
const steps: Table = {
  notice: { en: 'notice before the due date', zh: '到期提醒' },
  statement: { en: 'statement before the due date', zh: '到期前对账提醒' },
  reminder: { en: 'reminder', zh: '催款提醒' },
  call: { en: 'call', zh: '电话催收' },
  visit: { en: 'visit', zh: '上门拜访' },
  escalation: { en: 'escalation', zh: '升级催收' },
  hold: { en: 'hold', zh: '冻结建议' },
  legal: { en: 'handing over to legal', zh: '移交法务' },
};

/** 'reminder-2' as people say it. */
export function sayStep(id: string, language: Language): string {
  const [, name = '', no] = /^([a-z]+)(?:-(\d+))?$/.exec(id) ?? [];
  const words = steps[name]?.[language];
  if (words === undefined) return language === 'zh' ? `催收步骤“${id}”` : `step "${id}"`;
  if (no === undefined) return words;
  return language === 'zh' ? `第 ${no} 次${words}` : `${words} ${no}`;
}

/** Fields whose codes mean the same in every fact. */
const fields: Readonly<Record<string, Table>> = {
  role: codeWords['task.role'],
  to: codeWords['task.role'],
  channel: codeWords['message.channel'],
  message: codeWords['message.state'],
  connector: connectorNames,
  warning: warningTitles,
  finding: findingTitles,
  outcome: codeWords['receivable.outcome'],
  act: codeWords['shipment-hold.act'],
  dispute: codeWords['dispute.state'],
  category: codeWords['dispute.category'],
  promise: codeWords['promise.state'],
  application: codeWords['credit-application.kind'],
  decision: codeWords['approval.verdict'],
  cause: codeWords['credit-review.cause'],
  release: codeWords['order-hold.verdict'],
  difference: codeWords['reconciliation-difference.kind'],
  adjustment: codeWords['reconciliation-adjustment.kind'],
  match: codeWords['reconciliation-match.state'],
};

/** A field of a record as people read it; text that is no code, and ids, as they are. */
export function sayField(name: string, value: unknown, language: Language, { zone, titles }: Reading): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) {
    const said = value.map((one) => (typeof one === 'string' && one in factTable ? factLabel(one, language) : String(one)));
    return said.join(language === 'zh' ? '、' : ', ');
  }
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
  if (name === 'rung') return sayStep(text, language);
  if (name === 'subject') return saySubject(text, language);
  if (name === 'task') return titles[text]?.[language] ?? text;
  return fields[name]?.[text]?.[language] ?? sayTime(text, language, zone);
}

const factLabel = (name: string, language: Language): string => factTable[name as keyof typeof factTable][language];

/** A reason: a code in words, what a person wrote as it is. */
export const sayReason = (reason: string, language: Language): string => reasons[reason]?.[language] ?? reason;

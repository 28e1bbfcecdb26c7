import { codeWords } from './code-words.ts';
import { sayOutreachWhy } from '../outreach/outreach-words.ts';
import { sayField, sayStep } from './said.ts';
import { sayWhy } from '../dunning/words.ts';
import { sayApplicationWhy } from '../credit/application-words.ts';
import { sayHoldWhy as sayOrderHoldWhy } from '../orders/hold-words.ts';
import { sayReviewWhy } from '../credit/review.ts';
import { sayTime } from '../platform/said-time.ts';
import type { ProcessKind } from '../platform/subject.ts';
import { sayHoldWhy as sayShipmentHoldWhy } from '../shipments/hold-words.ts';
import type { PlanReason } from '../platform/plan.ts';

type Language = 'zh' | 'en';
type Table = Readonly<Record<string, { en: string; zh: string }>>;

/** Each kind's sentences, for the codes it plans by. */
const sentences = {
  receivable: sayWhy,
  'credit-application': sayApplicationWhy,
  'credit-review': sayReviewWhy,
  'order-hold': sayOrderHoldWhy,
  'shipment-hold': sayShipmentHoldWhy,
  outreach: ({ code }: { code: Parameters<typeof sayOutreachWhy>[0] }, language: Language) => sayOutreachWhy(code, language),
} satisfies Partial<Record<ProcessKind, (why: never, language: Language) => string>>;
export type SpokenKind = keyof typeof sentences;

/** Whether the plans of a kind keep codes that have sentences. */
export const isSpoken = (kind: ProcessKind | null): kind is SpokenKind => kind !== null && kind in sentences;

/** Steps of the kinds whose plans have no sentences of their own. */
const otherSteps: Partial<Record<ProcessKind, Table>> = {
  outreach: {
    wait: { en: 'wait', zh: '等待' },
    compose: { en: 'compose the message', zh: '撰写消息' },
    deliver: { en: 'hand it to the provider', zh: '提交服务商' },
    close: { en: 'close', zh: '结束' },
  },
  'work-order': {
    wait: { en: 'wait for a person', zh: '等待人工处理' },
    warn: { en: 'warn of the deadline', zh: '提醒期限' },
    escalate: { en: 'hand it to the next role', zh: '升级至上一级角色' },
    close: { en: 'close', zh: '结束' },
  },
  reservation: {
    wait: { en: 'wait', zh: '等待' },
    lapse: { en: 'let the reservation lapse', zh: '占用的额度失效' },
    close: { en: 'close', zh: '结束' },
  },
  'profile-refresh': { ask: { en: 'ask the data providers', zh: '查询数据来源' }, close: { en: 'close', zh: '结束' } },
};
const stepTables: Partial<Record<ProcessKind, Table>> = {
  receivable: codeWords['receivable.plan-step'],
  'credit-application': codeWords['credit-application.plan-step'],
  'credit-review': codeWords['credit-review.plan-step'],
  'order-hold': codeWords['order-hold.plan-step'],
  'shipment-hold': codeWords['shipment-hold.plan-step'],
  nightly: codeWords['night.plan-step'],
  statement: codeWords['statement.plan-step'],
  reconciliation: codeWords['customer-statement.plan-step'],
  ...otherSteps,
};
const stateTables: Partial<Record<ProcessKind, Table>> = {
  receivable: codeWords['receivable.stage'],
  'work-order': codeWords['task.state'],
  statement: codeWords['statement.state'],
  'credit-application': codeWords['credit-application.state'],
  'credit-review': { ...codeWords['credit-application.state'], ...codeWords['credit-review.state'] },
  'order-hold': codeWords['order-hold.state'],
  'shipment-hold': codeWords['shipment-hold.state'],
};

/** A step of a process as people say it; null for one this version does not know. */
export const sayPlanStep = (kind: ProcessKind, step: string, language: Language): string | null =>
  stepTables[kind]?.[step]?.[language] ?? null;

/** The state or stage a process is in; one this version does not know, as it is. */
export const sayPlanState = (kind: ProcessKind, state: string, language: Language): string =>
  stateTables[kind]?.[state]?.[language] ?? state;

function sayParam(kind: ProcessKind, name: string, text: string, language: Language, zone: string): string {
  if (name === 'rung') return sayStep(text, language);
  if (name === 'state') return sayPlanState(kind, text, language);
  const field = { roles: 'role', connectors: 'connector', facts: 'facts' }[name];
  if (field === undefined || text === '') return sayTime(text, language, zone);
  const reading = { zone, titles: {} };
  const each = text.split(', ').map((one) => sayField(field, field === 'facts' ? [one] : one, language, reading));
  return each.join(language === 'zh' ? '、' : ', ');
}

/**
 * Why a process stands where it stands, out of the codes and figures that are kept of it: roles, steps, states and times in the reader's
 * language.
 */
export function sayPlanReason(kind: SpokenKind, { code, params }: PlanReason, language: Language, zone: string): string {
  const words = Object.entries(params).map(([name, text]) => [name, sayParam(kind, name, text, language, zone)]);
  const said: (why: never, language: Language) => string = sentences[kind];
  return said({ code, params: Object.fromEntries(words) as Record<string, string> } as never, language);
}

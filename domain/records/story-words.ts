import { sayFact } from './fact-words.ts';
import type { SpokenFact } from './fact-words.ts';
import { sayReason } from './said.ts';
import type { Reading } from './said.ts';
import type { ProcessKind } from '../platform/subject.ts';
import { sayTime } from '../platform/said-time.ts';
import { isSpoken, sayPlanReason, sayPlanStep } from './plan-words.ts';
import type { PlanReason } from '../platform/plan.ts';

type Language = 'zh' | 'en';

/** What processes record for themselves: no timeline of a customer tells it, their own story does. */
const ofProcesses: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  'contact.withdrawn': { en: 'A contact that is no longer called for was withdrawn', zh: '撤回不再需要的联系' },
  'customer-statement.matched': { en: 'Statement compared with our ledger', zh: '已将对账单与我方台账核对' },
  'profile.refresh-asked': { en: 'Data providers are to be asked', zh: '安排查询外部数据来源' },
  'work-order.joined': { en: 'An item joined the task', zh: '待办增加一项' },
  'work-order.left': { en: 'An item left the task', zh: '待办减少一项' },
};

/** What a process writes of itself under the kind of another subject. */
const subjects: Partial<Record<ProcessKind, string>> = {
  outreach: 'customer',
  'profile-refresh': 'customer',
  reconciliation: 'customer-statement',
  reservation: 'order',
};

/** The kind under which the record keeps what a process did. */
export const recordedAs = (kind: ProcessKind): string => subjects[kind] ?? kind;

/** An entry of the record as the story of its process tells it: what happened, and why where that is known. */
export function sayEntry(
  kind: ProcessKind,
  { action, ...fact }: SpokenFact & { action: string },
  language: Language,
  reading: Reading,
): { what: string; detail: string | null } {
  const { step, at, why } = (fact.after ?? {}) as { step?: string; at?: string | null; why?: PlanReason };
  const planned = action.endsWith('.planned');
  const known = why ?? (planned && fact.reason !== null ? { code: fact.reason, params: {} } : null);
  const detail =
    known && isSpoken(kind) && known.code === fact.reason
      ? sayPlanReason(kind, known, language, reading.zone)
      : fact.reason === null
        ? null
        : sayReason(fact.reason, language);
  if (!planned) return { what: ofProcesses[action]?.[language] ?? sayFact(action, fact, language, reading), detail };
  const next = step === undefined ? '' : (sayPlanStep(kind, step, language) ?? step);
  const time = at ? sayTime(at, language, reading.zone) : '';
  return { what: language === 'en' ? `Next: ${next}${time && ` (${time})`}` : `下一步：${next}${time && `（${time}）`}`, detail };
}

import type { Instant } from '../platform/calendar.ts';
import { sentenceOf } from '../platform/sentences.ts';
import type { Sentences } from '../platform/sentences.ts';
import type { ApplicationState } from './application.ts';
import type { ProcessPlan } from '../platform/plan.ts';

export const reviewCauses = [
  'date',
  'early-warning',
  'broken-promise',
  'promise-kept',
  'limit-expiry',
  'request',
  'dunning',
] as const;
export type ReviewCause = (typeof reviewCauses)[number];

export const reviewStates = ['open', 'running', 'raised', 'kept', 'lowered', 'cancelled'] as const;
export type ReviewState = (typeof reviewStates)[number];

export type ReviewStep = 'start' | 'settle' | 'wait' | 'close';
export interface ReviewPlan extends ProcessPlan<ReviewStep> {
  state: ReviewState;
}

export interface ReviewFacts {
  state: ReviewState;
  dueAt: Instant;
  /** State of the application it started; null: none yet. */
  application: ApplicationState | null;
  /** Another review of the customer's credit has settled since, or runs: this one is not needed any more. */
  overtaken: boolean;
  /** What called for it has turned out not to be so: a promise that was kept after all. */
  groundless: boolean;
}

export interface ReviewWhy {
  code: 'review-due' | 'review-runs' | 'review-settles' | 'overtaken' | 'groundless' | 'ended';
  params: Record<string, string>;
}

export interface ReviewVerdict {
  step: ReviewStep;
  due: boolean;
  at: Instant | null;
  why: ReviewWhy;
}

const running: ReadonlySet<ApplicationState> = new Set(['assessing', 'awaiting-decision', 'returned']);

/** What a review waits for: its day, then the application it starts, then what came of it. */
export function planReview(facts: ReviewFacts, now: Instant): ReviewVerdict {
  const { state, dueAt, application } = facts;
  if (state !== 'open' && state !== 'running')
    return { step: 'close', due: false, at: null, why: { code: 'ended', params: { state } } };
  const undecided = state === 'open' || application === null || running.has(application);
  if (facts.groundless && undecided) return { step: 'settle', due: true, at: now, why: { code: 'groundless', params: {} } };
  if (state === 'open' && facts.overtaken) return { step: 'settle', due: true, at: now, why: { code: 'overtaken', params: {} } };
  if (state === 'open')
    return { step: 'start', due: dueAt <= now, at: dueAt, why: { code: 'review-due', params: { on: dueAt } } };
  if (application === null || running.has(application))
    return { step: 'wait', due: false, at: null, why: { code: 'review-runs', params: {} } };
  return { step: 'settle', due: true, at: now, why: { code: 'review-settles', params: { state: application } } };
}

/** What became of the limit: an amount before and after, in minor units of one currency; null: none. */
export function reviewOutcome(before: number | null, after: number | null): 'raised' | 'kept' | 'lowered' {
  if ((after ?? 0) > (before ?? 0)) return 'raised';
  return (after ?? 0) < (before ?? 0) ? 'lowered' : 'kept';
}

const sentences: Sentences<ReviewWhy['code']> = {
  en: {
    'review-due': (p) => (p['on'] === undefined ? 'requested; not looked at yet' : `the credit is reviewed on ${p['on']}`),
    'review-runs': () => 'its application is being decided',
    'review-settles': (p) => `its application was ${p['state']}`,
    overtaken: () => 'the credit was decided on meanwhile',
    groundless: () => 'what called for it was not so',
    ended: (p) => `ended: ${p['state']}`,
  },
  zh: {
    'review-due': (p) => (p['on'] === undefined ? '已安排复审，尚未开始处理' : `将于 ${p['on']} 复审授信`),
    'review-runs': () => '复审申请正在审批',
    'review-settles': (p) => `复审申请结果：${p['state']}`,
    overtaken: () => '其间授信已另行决定',
    groundless: () => '复审事由不成立',
    ended: (p) => `已结束：${p['state']}`,
  },
};

export const sayReviewWhy = (why: ReviewWhy, language: 'en' | 'zh'): string => sentenceOf(sentences, why, language);

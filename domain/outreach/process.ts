import type { ProcessPlan } from '../platform/plan.ts';

export type OutreachStep = 'wait' | 'compose' | 'deliver' | 'close';

export type OutreachPlan = ProcessPlan<OutreachStep> & { messageId: string | null };

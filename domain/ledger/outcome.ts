/** Stages of a receivable, in order; `closed` is apart. */
export const stages = ['scheduled', 'due', 'reminder', 'escalation', 'legal', 'closed'] as const;

export type Stage = (typeof stages)[number];

/** Stages that a step of dunning belongs to. */
export type DunningStage = Exclude<Stage, 'scheduled' | 'closed'>;

export const outcomes = ['paid', 'credited', 'replaced-by-plan', 'written-off', 'nothing-owed'] as const;

export type Outcome = (typeof outcomes)[number];

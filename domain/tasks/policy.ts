/**
 * What opening or completing a task does beside: `hold` holds the customer's orders and shipments while the item is overdue; `review` opens a
 * review of the credit; `propose-hold` asks whoever may decide for a hold; of `decide-hold`, whoever completes the task says whether.
 */
export const taskEffects = ['hold', 'review', 'propose-hold', 'decide-hold'] as const;

export type TaskEffect = (typeof taskEffects)[number];

/** What comes of a task that nobody does, the worst first. */
export const taskHarms = ['breach', 'goods', 'contact', 'decision', 'risk', 'money', 'books', 'data'] as const;

export type TaskHarm = (typeof taskHarms)[number];

export interface WorkOrderKind {
  role: string;
  /** `books` when absent. */
  harm?: TaskHarm;
  /** One open task a customer, with all its items that are due for it; each its own when absent. */
  perCustomer?: boolean;
  /** Working days until the deadline, and how many before it the warning comes. */
  deadlineWorkingDays: number;
  warnWorkingDays: number;
  /** Roles that get it, one after another, once the deadline has passed. */
  escalateTo: readonly string[];
  escalateWorkingDays: number;
  title: { en: string; zh: string };
  /** Of kinds a dunning procedure names. */
  effects?: readonly TaskEffect[];
}

export interface WorkOrderPolicy {
  kinds: Readonly<Record<string, WorkOrderKind>>;
}

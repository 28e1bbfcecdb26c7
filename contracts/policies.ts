import { z } from 'zod';
import { firstContactRule } from './settings.ts';
import { channels } from '../domain/outreach/governor.ts';
import { rungActions } from '../domain/dunning/ladder.ts';
import { policyKinds } from '../domain/policy.ts';
import type { PolicyContents, PolicyKind } from '../domain/policy.ts';
import { businessDate, currency, documentDate, instant, line, money, reason } from './common.ts';
import { approvalMatrix, creditRules, grades, scorecard } from './credit-policies.ts';
import { reconciliationRules } from './reconciliation-policy.ts';
import { messageClasses } from './templates.ts';
import { written } from './faults.ts';
import { taskEffects, taskHarms } from '../domain/tasks/policy.ts';
import { customerTypes } from '../domain/customers/customer.ts';

const id = z
  .string()
  .max(60)
  .regex(written(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'key'));
const days = z.int().min(-365).max(3650);
const time = z.string().regex(written(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'clock-time'));

const rung = z.strictObject({
  id,
  stage: z.enum(['due', 'reminder', 'escalation', 'legal']),
  anchor: z.enum(['dueDate', 'endOfMonth', 'previousRung']),
  days,
  action: z.enum(rungActions),
  minGapDays: z.int().min(0).max(365),
  ifMissed: z.enum(['take', 'drop']),
  template: id.optional(),
  workOrder: id.optional(),
});

const ladders = z.strictObject({
  ladders: z
    .array(z.strictObject({ id, rungs: z.array(rung).min(1).max(40) }))
    .min(1)
    .max(100),
  strategy: z
    .array(
      z.strictObject({
        when: z.strictObject({
          types: z.array(z.enum(customerTypes)).optional(),
          regions: z.array(line(40)).optional(),
          tiers: z.array(line(40)).optional(),
          minTermsDays: z.int().min(0).max(720).optional(),
          newCustomer: z.boolean().optional(),
          grades: z.array(line(10)).min(1).optional(),
        }),
        ladder: id,
      }),
    )
    .min(1)
    .max(500),
});

const collection = z.strictObject({
  minBalance: z.record(currency, money),
  promiseGraceDays: z.int().min(0).max(60),
  promiseBringsForward: z.array(z.enum(['due', 'reminder', 'escalation', 'legal'])).optional(),
  creditNoteDays: z.int().min(0).max(365).optional(),
  dueDoubtDays: z.int().min(0).max(3650).optional(),
  promiseMaxDays: z.int().min(1).max(366).optional(),
  reDatingDays: z.int().min(0).max(366).optional(),
  discountGraceDays: z.int().min(0).max(60).optional(),
  exchangeToleranceBasis: z.int().min(0).max(1000).optional(),
  bookedAlone: z.record(currency, money).optional(),
  newCustomerMonths: z.int().min(0).max(120),
  firstContact: firstContactRule.optional(),
});

const contactRules = z.strictObject({
  zone: line(60),
  quietFrom: time,
  quietTo: time,
  windowFrom: time,
  windowTo: time,
  perDay: z.int().min(1).max(20),
  perWeek: z.int().min(1).max(50),
  minutesPerSlot: z.int().min(1).max(1440),
  gatherSeconds: z.int().min(0).max(86_400),
  receiptHours: z.int().min(1).max(720),
  legalPassesOptOut: z.boolean().optional(),
  fallback: z
    .strictObject({ fromStage: z.enum(['due', 'reminder', 'escalation', 'legal']), perWeek: z.int().min(1).max(50) })
    .optional(),
  enforcementOff: z.strictObject({ reason, until: documentDate }).optional(),
  channels: z.record(z.enum(messageClasses), z.array(z.enum(channels)).min(1)),
});

const workOrders = z.strictObject({
  kinds: z.record(
    id,
    z.strictObject({
      role: line(40),
      deadlineWorkingDays: z.int().min(1).max(250),
      warnWorkingDays: z.int().min(0).max(250),
      escalateTo: z.array(line(40)).max(10),
      escalateWorkingDays: z.int().min(1).max(250),
      title: z.strictObject({ en: line(120), zh: line(120) }),
      effects: z.array(z.enum(taskEffects)).max(4).optional(),
      harm: z.enum(taskHarms).optional(),
      perCustomer: z.boolean().optional(),
    }),
  ),
});

/** The shape of each kind's content. */
export const policyContents = {
  ladders,
  collection,
  'contact-rules': contactRules,
  'work-orders': workOrders,
  scorecard,
  grades,
  'approval-matrix': approvalMatrix,
  'credit-rules': creditRules,
  reconciliation: reconciliationRules,
} as const satisfies Record<PolicyKind, z.ZodType<PolicyContents[PolicyKind]>>;

export const policyKindParams = z.strictObject({ kind: z.enum(policyKinds) });
export const policyVersionParams = z.strictObject({
  kind: z.enum(policyKinds),
  version: z.coerce.number().int().min(1).max(1_000_000),
});

/** A new version. Its content is held against the shape of its kind by `policyContents`. */
export const newPolicy = z
  .strictObject({ content: z.record(z.string(), z.unknown()), effectiveFrom: documentDate.optional(), reason })
  .meta({ id: 'NewPolicy' });
export const approvePolicy = z.strictObject({ reason: reason.optional() }).meta({ id: 'ApprovePolicy' });

const facts = {
  kind: z.enum(policyKinds),
  version: z.int(),
  current: z.boolean().meta({ description: 'In force today.' }),
  effectiveFrom: businessDate,
  author: z.string(),
  approvedBy: z.string().nullable(),
  createdAt: instant,
};
export const policyVersionAnswer = z
  .strictObject({ ...facts, content: z.record(z.string(), z.unknown()) })
  .meta({ id: 'PolicyVersion' });
export const policyAnswer = z
  .strictObject({
    kind: z.enum(policyKinds),
    current: policyVersionAnswer.nullable(),
    versions: z.array(z.strictObject(facts)).meta({ description: 'Newest first.' }),
  })
  .meta({ id: 'Policy' });
export const newPolicyAnswer = z.strictObject({ kind: z.enum(policyKinds), version: z.int() }).meta({ id: 'NewPolicyAnswer' });
export const approvePolicyAnswer = z
  .strictObject({ kind: z.enum(policyKinds), version: z.int(), approvedBy: z.string() })
  .meta({ id: 'ApprovePolicyAnswer' });

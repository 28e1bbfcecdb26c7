import { z } from 'zod';
import { policyKinds } from '../../domain/policy.ts';
import { businessDate, documentDate, instant, reason, wholeNumber } from '../platform/common.ts';
import { written } from '../platform/faults.ts';

/** The key of something that policies name: a procedure, a step, a letter, a kind of task. */
export const policyKey = z
  .string()
  .max(60)
  .regex(written(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'key'));

export const policyKindParams = z.strictObject({ kind: z.enum(policyKinds) });
export const policyVersionParams = z.strictObject({
  kind: z.enum(policyKinds),
  version: wholeNumber(1, 1_000_000),
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

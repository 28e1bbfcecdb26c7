import { z } from 'zod';
import { externalId, filterFrom, filterTo, instant, line, ourId, pageOf, pageQuery } from './common.ts';
import { written } from './faults.ts';

export const auditEntry = z
  .strictObject({
    seq: z.int(),
    at: instant.meta({ description: 'Real time of the transaction.' }),
    businessAt: instant,
    actor: z.strictObject({
      kind: z.enum(['key', 'user', 'system']),
      id: z.string(),
      name: z.string().nullable(),
      role: z.string().nullable(),
    }),
    action: z.string(),
    subject: z.strictObject({ kind: z.string(), id: z.string() }),
    customer: z.string().nullable().meta({ description: "The caller's id of the customer." }),
    reason: z.string().nullable(),
    policyVersion: z.string().nullable(),
    before: z.unknown(),
    after: z.unknown(),
  })
  .meta({ id: 'AuditEntry' });
export const auditPage = pageOf(auditEntry);

export const auditQuery = z
  .strictObject({
    ...pageQuery,
    subjectKind: line(40).optional(),
    subjectId: line(120).optional(),
    customer: externalId.optional(),
    actor: line(120).optional(),
    action: line(80).optional(),
    from: filterFrom.optional().meta({ description: 'First business day.' }),
    to: filterTo.optional().meta({ description: 'Last business day.' }),
  })
  .refine((query) => query.from === undefined || query.to === undefined || query.from <= query.to, {
    path: ['from'],
    params: { fault: 'order' },
  });

/** A line of the story of a process. */
const told = z.strictObject({ at: instant, what: z.string(), detail: z.string().nullable() });

export const processHistory = z
  .strictObject({
    workflowId: z.string(),
    source: z.enum(['engine', 'record']).meta({
      description: '`record`: told from our own record, because the engine has forgotten the process or cannot be reached.',
    }),
    engine: z.enum(['reached', 'away']).meta({
      description: '`away`: the engine could not be asked; ask again later for its own events.',
    }),
    customerId: ourId.nullable(),
    story: z.array(told),
    events: z.array(z.record(z.string(), z.unknown())).meta({
      description:
        'The events of the engine as JSON, payloads decoded, of all runs of the process, oldest first; ids count within a run.',
    }),
  })
  .meta({ id: 'ProcessHistory' });

export const processParams = z.strictObject({
  workflowId: z
    .string()
    .max(80)
    .regex(written(/^[a-z-]+-[0-9a-f-]{36}$/, 'process'))
    .meta({ example: 'receivable-01980a3e-7c1e-7000-8000-000000000001' }),
});

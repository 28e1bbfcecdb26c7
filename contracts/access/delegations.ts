import { z } from 'zod';
import { businessDate, documentDate, instant, ourId, pageOf, pageQuery, reason } from '../platform/common.ts';
import { role } from './access.ts';

export const newDelegation = z
  .strictObject({
    from: ourId.meta({ description: 'Who is absent.' }),
    to: ourId.meta({ description: 'Who decides for them.' }),
    validFrom: documentDate,
    validUntil: documentDate,
    reason,
  })
  .meta({
    id: 'NewDelegation',
    example: {
      from: '01980a3e-7c1e-7000-8000-000000000001',
      to: '01980a3e-7c1e-7000-8000-000000000002',
      validFrom: '2026-10-01',
      validUntil: '2026-10-08',
      reason: 'National holiday',
    },
  });

export const delegation = z
  .strictObject({
    id: ourId,
    from: z.string(),
    to: z.string(),
    role,
    validFrom: businessDate,
    validUntil: businessDate,
    reason: z.string(),
    createdBy: z.string(),
    createdAt: instant,
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Delegation' });
export const delegationQuery = z.strictObject(pageQuery);
export const delegationPage = pageOf(delegation);
export const endDelegation = z.strictObject({ reason });

import { z } from 'zod';
import { permissions, roles } from '../../domain/platform/actor.ts';
import { instant, instantIn, line, ourId, pageOf, reason } from '../platform/common.ts';

export const role = z.enum(roles).meta({ id: 'Role' });

/** Which rows a credential sees: customers of these regions; for sales, of this account owner. */
export const scope = z
  .strictObject({ regions: z.array(line(40)).max(100).optional(), owner: line(120).optional() })
  .meta({ id: 'Scope', example: { regions: ['SH'] } });

/** A scope as it is given: a key without any region would see nobody, which nobody means. */
const givenScope = scope
  .extend({ regions: z.array(line(40)).min(1).max(100).optional() })
  .meta({ id: 'GivenScope', example: { regions: ['SH'] } });

export const me = z.strictObject({
  kind: z.enum(['key', 'user', 'system']),
  id: z.string(),
  role: z.string(),
  scope,
  permissions: z.array(z.enum(permissions)),
});

export const apiKey = z
  .strictObject({
    id: ourId,
    name: z.string(),
    role,
    scope,
    prefix: z.string().meta({ description: 'The first characters of the secret.', example: 'dck_Zm9vYmFy' }),
    createdAt: instant,
    expiresAt: instant.nullable(),
    revokedAt: instant.nullable(),
    proposedBy: z
      .string()
      .nullable()
      .meta({ description: 'The administrator who made it; null: the command line of the owner.' }),
    confirmedBy: z.string().nullable().meta({ description: 'The second administrator, where the role needs one.' }),
    confirmedAt: instant
      .nullable()
      .meta({ description: 'In force since. Null: proposed; the key is worth nothing until another administrator confirms it.' }),
  })
  .meta({ id: 'ApiKey' });
export const apiKeys = pageOf(apiKey);
export const createdApiKey = apiKey
  .extend({ secret: z.string().meta({ description: 'Shown this once; kept nowhere.', example: 'dck_…' }) })
  .meta({ id: 'CreatedApiKey' });

export const newApiKey = z
  .strictObject({
    name: line(100),
    role,
    scope: givenScope.optional(),
    expiresAt: instantIn
      .optional()
      .meta({ description: 'Real time after which the key is worth nothing.', example: '2027-12-31T00:00:00Z' }),
  })
  .refine((key) => key.role !== 'sales' || key.scope?.owner !== undefined, {
    path: ['scope', 'owner'],
    params: { fault: 'owner' },
  })
  .meta({ example: { name: 'ERP Shanghai', role: 'erp' } });

export const revocation = z.strictObject({ reason: reason.optional() });

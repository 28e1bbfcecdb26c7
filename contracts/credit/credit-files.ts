import { z } from 'zod';
import { roles } from '../../domain/platform/actor.ts';
import { tierStates } from '../../domain/approvals/seats.ts';
import { instant } from '../platform/common.ts';
import { written } from '../platform/faults.ts';

const hash = z
  .string()
  .regex(written(/^[0-9a-f]{64}$/, 'sha256'))
  .meta({
    description: 'SHA-256 of the canonical JSON of its content (RFC 8785), in hexadecimal.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  });

export const creditFileParams = z.strictObject({ hash });

export const creditFile = z
  .strictObject({
    hash,
    keptAt: instant,
    decisions: z
      .array(
        z.strictObject({
          process: z.string(),
          round: z.int(),
          tier: z.int(),
          role: z.enum(roles),
          state: z.enum(tierStates),
          by: z.string(),
          onBehalfOf: z.string().nullable(),
          at: instant,
          reason: z.string(),
        }),
      )
      .meta({ description: 'Who decided on it, and what.' }),
    content: z.record(z.string(), z.unknown()).meta({ description: 'As it was read by who decided; never changed.' }),
  })
  .meta({ id: 'CreditFile' });

import { z } from 'zod';
import { roles } from '../../domain/platform/actor.ts';
import { tierStates } from '../../domain/approvals/seats.ts';
import { instant } from '../platform/common.ts';

/** A seat of the way to a decision: who may take it, until when, and who has. */
export const seat = z
  .strictObject({
    tier: z.int(),
    role: z.enum(roles),
    state: z.enum(tierStates),
    deadline: instant.nullable(),
    decidedBy: z.string().nullable(),
    onBehalfOf: z.string().nullable(),
    at: instant.nullable(),
    reason: z.string().nullable(),
    creditFile: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'Hash of the credit file that was decided on: GET /v1/credit-files/{hash}.' }),
  })
  .meta({ id: 'RouteSeat' });

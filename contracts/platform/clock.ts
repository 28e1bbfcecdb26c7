import { z } from 'zod';
import { instant, instantIn } from './common.ts';
import { fault } from './faults.ts';

const DAY_A_SECOND = 86_400;

export const clockReading = z
  .strictObject({
    businessNow: instant,
    speed: z.number(),
    pinned: z.boolean().meta({ description: 'True in production: no changes.' }),
  })
  .meta({ id: 'Clock' });

export const clockMove = z
  .strictObject({
    businessNow: instant,
    speed: z.number(),
    pinned: z.boolean(),
    bells: z.int().meta({ description: 'Processes woken on the way.' }),
    visits: z.int().meta({ description: 'Eventful hours visited.' }),
  })
  .meta({ id: 'ClockMove' });

/** One of three ways to move business time. */
export const clockChange = z
  .strictObject({
    speed: z
      .number()
      .min(0)
      .max(DAY_A_SECOND * 31)
      .optional()
      .meta({ description: '1 real, 0 standing, 86400 a day a second.' }),
    stepTo: instantIn
      .optional()
      .meta({ description: 'Visits every eventful hour on the way.', example: '2026-12-31T18:00:00+08:00' }),
    jumpDays: z.int().min(1).max(3660).optional().meta({ description: 'Moves once, like an outage.' }),
  })
  .refine((change) => Object.values(change).filter((value) => value !== undefined).length === 1, fault('one'))
  .meta({ example: { stepTo: '2026-12-31T18:00:00+08:00' } });

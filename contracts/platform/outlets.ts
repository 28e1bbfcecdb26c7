import { documentDate } from './dates.ts';
import { z } from 'zod';
import { outlets, stayReasons } from '../../domain/platform/departure.ts';
import { businessDate, instant, reason } from './common.ts';

export const outletParams = z.strictObject({ outlet: z.enum(outlets).meta({ example: 'email' }) });

const outlet = z
  .strictObject({
    outlet: z.enum(outlets),
    connected: z.boolean().meta({ description: 'This deployment has credentials for it.' }),
    leaves: z.boolean().meta({ description: 'What goes this way now reaches its provider; else it is kept here, for good.' }),
    reasons: z.array(z.strictObject({ code: z.enum(stayReasons), message: z.string() })),
    opened: z
      .strictObject({ reason: z.string(), by: z.string(), at: instant, until: businessDate.nullable() })
      .nullable()
      .meta({ description: 'The switch that lets it speak although business time is not real time.' }),
  })
  .meta({ id: 'Outlet' });
export const outletList = z.strictObject({ data: z.array(outlet) });

export const openOutlet = z
  .strictObject({
    reason,
    until: documentDate.optional().meta({ description: 'Last business day; without it until it is closed.' }),
  })
  .meta({ id: 'OpenOutlet', example: { reason: 'Trial with our own mailboxes', until: '2026-09-30' } });
export const closeOutlet = z.strictObject({ reason }).meta({ id: 'CloseOutlet' });

/** Of a health answer: the connected outlets and why any of them is silent. */
export const outletNotes = z.array(
  z.strictObject({ outlet: z.enum(outlets), leaves: z.boolean(), reasons: z.array(z.enum(stayReasons)) }),
);

import { documentDate } from '../platform/dates.ts';
import { z } from 'zod';
import { actKinds, actStates, actVerdicts } from '../../domain/approvals/act.ts';
import { businessDate, currency, externalId, instant, money, ourId, pageOf, pageQuery, reason } from '../platform/common.ts';
import { seat } from './route-seats.ts';

export const actQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  kind: z.enum(actKinds).optional(),
  state: z.enum(actStates).optional(),
});

const listed = {
  id: ourId,
  kind: z.enum(actKinds),
  title: z.string().meta({ description: 'The kind in the language of the request.' }),
  state: z.enum(actStates),
  stateText: z.string().meta({ description: 'The state in the language of the request.' }),
  customer: z.string().nullable(),
  customerName: z.string().nullable(),
  subject: z
    .strictObject({ kind: z.string(), id: z.string() })
    .meta({ description: 'What it is about: one act of a kind waits on one subject.' }),
  about: z.string().meta({ description: 'In the language of the request.' }),
  amount: money
    .nullable()
    .meta({ description: 'How much money or credit is given: of steps, with what one alone gave on the same document before.' }),
  currency: currency.nullable(),
  days: z.int().nullable().meta({ description: 'How much time is given.' }),
  what: z.record(z.string(), z.unknown()).meta({ description: 'What is asked for, amounts as decimal strings.' }),
  payloadHash: z.string().meta({ description: 'SHA-256 of what is carried out when it is approved; never changed.' }),
  booked: z.boolean().meta({
    description: 'The ERP has booked it: until it is decided it is not asked for, while everything else keeps the old value.',
  }),
  evidence: z.record(z.string(), z.unknown()).nullable(),
  requestedBy: z.string(),
  reason: z.string(),
  routeRow: z.string().meta({ description: 'Row of the approval matrix.' }),
  policyVersion: z.string(),
  requestedAt: instant,
  expiresAt: instant.nullable(),
  decidedBy: z.string().nullable(),
  decisionReason: z.string().nullable(),
  outcome: z.record(z.string(), z.unknown()).nullable(),
  closedAt: instant.nullable(),
};
export const actListed = z.strictObject(listed).meta({ id: 'PendingActListed' });
export const actPage = pageOf(actListed);

export const pendingAct = z.strictObject({ ...listed, route: z.array(seat) }).meta({ id: 'PendingAct' });

export const actDecision = z
  .strictObject({ verdict: z.enum(actVerdicts), reason })
  .meta({ id: 'PendingActDecision', example: { verdict: 'approve', reason: 'Evidence seen, the amount is right' } });
export const withdrawAct = z
  .strictObject({ reason })
  .meta({ id: 'WithdrawPendingAct', example: { reason: 'Entered for the wrong customer' } });

export const openWindow = z.strictObject({ validFrom: documentDate, validUntil: documentDate, reason }).meta({
  id: 'OpenGoLiveWindow',
  example: { validFrom: '2026-09-01', validUntil: '2026-09-30', reason: 'Opening limits come from the old system' },
});
export const closeWindow = z
  .strictObject({ reason })
  .meta({ id: 'CloseGoLiveWindow', example: { reason: 'All opening limits are in' } });
export const goLiveWindow = z
  .strictObject({
    id: ourId,
    state: z.enum(['open', 'closing', 'closed']),
    validFrom: businessDate,
    validUntil: businessDate,
    requestedBy: z.string(),
    openedBy: z.string(),
    openedAt: instant,
    closeRequestedBy: z.string().nullable(),
    closedBy: z.string().nullable(),
    closedAt: instant.nullable(),
  })
  .meta({ id: 'GoLiveWindow' });
export const goLiveWindows = pageOf(goLiveWindow);

import { z } from 'zod';
import { holdActs, shipmentHoldStates } from '../../domain/shipments/hold.ts';
import type { HoldAct } from '../../domain/shipments/hold.ts';
import { missingParts, statutoryCauses } from '../../domain/shipments/ground.ts';
import { externalId, instant, instantIn, line, money, ourId, pageOf, pageQuery, reason } from '../platform/common.ts';
import { fault, written } from '../platform/faults.ts';
import { shippedLines } from '../orders/orders.ts';
import { seat } from '../approvals/route-seats.ts';
import { shipmentReason } from './shipments.ts';

const part = z.string().meta({ description: 'Decimal string.', example: '2' });

export const shipmentHoldQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  order: externalId.optional(),
  state: z.enum(shipmentHoldStates).optional(),
});

const lines = z.array(
  z.strictObject({
    line: z.int(),
    requested: part,
    allowed: part,
    dropped: part.meta({ description: 'Given up.' }),
    waiting: part.meta({ description: 'Waits for this hold.' }),
  }),
);
const evidence = {
  what: line(500).meta({ description: 'What it proves.', example: 'Court notice on the seizure of its accounts' }),
  reference: line(200).nullable().meta({ description: 'Of a document.' }),
  sha256: z.string().nullable(),
};
const missing = z
  .array(z.strictObject({ part: z.enum(missingParts), text: z.string() }))
  .meta({ description: 'What a hold by law lacks; while it does, keeping the goods back is our own breach.' });

const shape = {
  id: ourId,
  request: externalId,
  order: externalId,
  customer: externalId,
  customerName: z.string(),
  state: z.enum(shipmentHoldStates),
  stateText: z.string(),
  forced: z.boolean().meta({ description: 'It never ships by itself.' }),
  reasons: z.array(shipmentReason),
  withheld: money.meta({ description: 'Worth of what waits.' }),
  currency: z.string(),
  lines,
  ground: z
    .strictObject({
      kind: z.enum(['contract', 'statutory']),
      cause: z.enum(statutoryCauses).nullable(),
      text: z.string().meta({ description: "The clause, or the law's ground with its article." }),
      by: z.string().meta({ description: '`policy`: the house names the clause in its credit rules.' }),
      at: instant,
    })
    .nullable(),
  evidence: z.array(z.strictObject({ ...evidence, by: z.string(), at: instant })),
  notice: z.strictObject({
    state: z.enum(['none', 'requested', 'by-hand', 'given']),
    givenAt: instant.nullable(),
    arrivedAt: instant.nullable(),
  }),
  missing,
  respondBy: instant.nullable().meta({ description: 'Until when the customer may pay, give security or answer.' }),
  why: z.strictObject({ code: z.string(), text: z.string() }),
  round: z.int(),
  requestedBy: z.string(),
  openedAt: instant,
  closedAt: instant.nullable(),
  outcome: z.strictObject({ act: z.string(), by: z.string().nullable() }).nullable(),
};

export const shipmentHoldPage = pageOf(z.strictObject(shape).meta({ id: 'ShipmentHoldRow' }));
export const shipmentHold = z
  .strictObject({
    ...shape,
    offer: z
      .strictObject({ act: z.enum(holdActs), lines: z.array(z.strictObject({ line: z.int(), quantity: part })) })
      .nullable()
      .meta({ description: 'What the first tier proposed; later tiers agree, or keep the hold.' }),
    route: z.array(seat),
    earlierRounds: z.array(seat.extend({ round: z.int() })),
    exposureVersion: z.int().meta({ description: 'To be sent back with a decision.' }),
    dossier: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'ShipmentHold' });

const clause = line(300).meta({
  description: 'The clause of the contract, as it is called there.',
  example: 'Contract CT-1, clause 8.2',
});

/** The fields an act cannot do without. */
const neededFor = {
  ground: [],
  notice: ['notice'],
  ship: ['exposureVersion'],
  reduce: ['exposureVersion', 'lines'],
  rescind: ['exposureVersion'],
  keep: [],
} as const satisfies Record<HoldAct, readonly string[]>;

/** What a person does about a held shipment. */
export const holdDecision = z
  .strictObject({
    act: z.enum(holdActs).meta({
      description:
        'Give the ground, or the notice; or decide: ship all, reduce to `lines`, rescind, or keep the hold for another time to answer.',
    }),
    reason,
    exposureVersion: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'As shown beside the credit file; to ship, reduce or rescind.' }),
    ground: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('contract'), clause }),
        z.strictObject({ kind: z.literal('statutory'), cause: z.enum(statutoryCauses) }),
      ])
      .optional(),
    evidence: z
      .array(
        z.strictObject({
          what: evidence.what,
          reference: line(200).optional(),
          sha256: z
            .string()
            .regex(written(/^[0-9a-f]{64}$/, 'sha256'))
            .optional(),
        }),
      )
      .max(50)
      .optional(),
    notice: z
      .strictObject({
        givenAt: instantIn,
        arrivedAt: instantIn.optional(),
        how: line(200).meta({ description: 'By letter, in person, …', example: 'Registered letter RR123' }),
      })
      .optional(),
    lines: shippedLines
      .optional()
      .meta({ description: 'Of a reduction: what ships; the rest is given up, and may be asked for again.' }),
  })
  .superRefine((decision, context) => {
    for (const field of neededFor[decision.act])
      if (decision[field] === undefined) context.addIssue({ code: 'custom', path: [field], ...fault('field-missing') });
  })
  .meta({
    id: 'ShipmentHoldDecision',
    example: { act: 'ship', reason: 'Paid this morning, receipt seen', exposureVersion: 3 },
  });

export const holdDecided = z
  .strictObject({
    state: z.enum(shipmentHoldStates),
    round: z.int(),
    route: z.array(seat),
    missing,
    lines,
  })
  .meta({ id: 'ShipmentHoldDecided' });

import { z } from 'zod';
import { factNames } from '../../domain/credit/facts.ts';
import { warningEffects } from '../../domain/credit/policy.ts';
import { roles } from '../../domain/platform/actor.ts';
import { currency, documentDate, line, money, rate } from '../platform/common.ts';
import { shipmentReasonCodes } from '../../domain/credit/hold-clause.ts';
import { written } from '../platform/faults.ts';
import { stages } from '../../domain/ledger/outcome.ts';
import { routeKinds } from '../../domain/approvals/policy.ts';
import { customerTypes } from '../../domain/customers/customer.ts';

const id = z
  .string()
  .max(60)
  .regex(written(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'key'));
const grade = line(8);
const days = z.int().min(0).max(3650);
const months = z.int().min(0).max(120);
const points = z.int().min(-1000).max(1000);
const words = z.strictObject({ en: line(200), zh: line(200) });
const byCurrency = z.record(currency, money);
const positive = z.string().regex(written(/^\d{1,4}(?:\.\d{1,4})?$/, 'factor'));

const segment = z.strictObject({
  types: z.array(z.enum(customerTypes)).optional(),
  tiers: z.array(line(40)).optional(),
  regions: z.array(line(40)).optional(),
  productLines: z.array(line(80)).optional(),
});

const peerFigures = { daysBeyondTerms: days, onTimeShare: z.number().min(0).max(1), oldestOverdueDays: days };
const characteristic = z.strictObject({
  id,
  fact: z.enum(factNames),
  title: words,
  for: segment.optional(),
  againstPeers: z.boolean().optional(),
  monotone: z.enum(['rising', 'falling']).optional(),
  bins: z
    .array(
      z.strictObject({
        id: line(40),
        below: z.number().optional(),
        is: z
          .array(z.union([line(80), z.boolean()]))
          .min(1)
          .optional(),
        points,
      }),
    )
    .min(1)
    .max(40),
  missing: points,
});

export const scorecard = z.strictObject({
  scale: z.strictObject({
    points: z.int().min(0).max(2000),
    odds: z.string().regex(written(/^\d{1,6}\/\d{1,6}$/, 'odds')),
    pdo: z.int().min(1).max(500),
  }),
  base: z.int().min(-2000).max(2000),
  characteristics: z.array(characteristic).min(1).max(100),
  factors: z
    .array(
      z.strictObject({
        id,
        kind: z.enum(['industry-cycle', 'region', 'product-line', 'tender-season']),
        title: words,
        for: segment.optional(),
        from: documentDate,
        until: documentDate.optional(),
        shift: z.int().min(-500).max(500),
      }),
    )
    .max(500),
  peerGroups: z
    .array(
      z.strictObject({
        id,
        title: words,
        for: segment,
        reference: z.strictObject(peerFigures),
        minMembers: z.int().min(2).max(10_000).optional(),
        ceiling: z.strictObject(peerFigures).partial().optional(),
      }),
    )
    .min(1)
    .max(100),
  fit: z.record(z.string(), z.unknown()).optional(),
});

// Tables are kept as their editor saves them; what they may hold is judged by tableFaults.
const table = z.looseObject({
  nodes: z.array(z.looseObject({ id: line(100), type: line(60), name: line(120), content: z.unknown().optional() })).max(10),
  edges: z.array(z.looseObject({ id: line(100), sourceId: line(100), targetId: line(100) })).max(10),
});

export const grades = z.strictObject({
  grades: z
    .array(
      z.strictObject({
        grade,
        from: z.int().min(-2000).max(4000).optional(),
        reviewMonths: z.int().min(1).max(60),
        validMonths: z.int().min(1).max(60),
        lossRate: rate,
        title: words,
      }),
    )
    .min(2)
    .max(20),
  units: byCurrency,
  rounding: z.strictObject({ mode: z.enum(['down', 'nearest', 'up']), to: byCurrency }),
  firstTime: z.strictObject({ months, reviewMonths: z.int().min(1).max(60) }),
  stepUp: z.strictObject({
    for: segment,
    stepsUnits: z.array(z.int().min(1).max(1_000_000)).min(1).max(50),
    minOnTimeShare: z.number().min(0).max(1),
    maxReconciliationDifference: z.number().min(0).max(1),
  }),
  limitTable: table,
  termsTable: table,
});

export const approvalMatrix = z.strictObject({
  rows: z
    .array(
      z.strictObject({
        id,
        when: z.strictObject({
          kinds: z.array(z.enum(routeKinds)).min(1).optional(),
          types: z.array(z.enum(customerTypes)).optional(),
          grades: z.array(grade).optional(),
          firstTime: z.boolean().optional(),
          maxUnits: z.number().min(0).max(10_000_000).optional(),
          maxTermsDays: z.int().min(0).max(720).optional(),
          withinProposal: z.boolean().optional(),
          withinStanding: z.boolean().optional(),
          factsComplete: z.boolean().optional(),
        }),
        title: words,
        tiers: z
          .array(z.strictObject({ roles: z.array(z.enum(roles)).min(1).max(5), deadlineWorkingDays: z.int().min(1).max(120) }))
          .max(10),
      }),
    )
    .min(1)
    .max(200),
  byHandFrom: z.strictObject({ units: z.number().min(0).max(10_000_000), termsDays: z.int().min(0).max(720) }),
});

const on = { on: z.boolean() };
const verdict = z.enum(['held', 'rejected']);
const reconciliationRule = z.strictObject({
  unconfirmedDays: days,
  tolerance: byCurrency,
  beforeFirstStatement: byCurrency.optional(),
});
const warning = {
  ...on,
  severity: z.enum(['notice', 'warning', 'alarm']),
  effects: z.array(z.enum(warningEffects)).max(3),
};

export const creditRules = z.strictObject({
  horizonDays: days,
  reservationDays: days,
  tolerance: z.strictObject({ ratio: rate, days }),
  smallAmount: byCurrency,
  checks: z.strictObject({
    documentValue: z.strictObject({ ...on, amount: byCurrency }),
    overdueAmount: z.strictObject({ ...on, amount: byCurrency }),
    oldestOverdue: z.strictObject({ ...on, days }),
    stage: z.strictObject({ ...on, from: z.enum(stages) }),
    profileAge: z.strictObject({ ...on, days }),
    licence: z.strictObject({ ...on, graceDays: days }),
    listed: z.strictObject({ ...on, verdict }),
    terms: z.strictObject({ ...on }),
    grade: z.strictObject({ ...on, held: z.array(grade).max(20) }).optional(),
    abnormalOrder: z.strictObject({ ...on, factor: positive, verdict: z.enum(['held', 'rejected', 'downgraded']) }),
  }),
  disputes: z.strictObject({ maxShare: rate }).optional(),
  holds: z.strictObject({ orderDays: z.int().min(1).max(365), warnDays: days, shipmentResponseDays: z.int().min(1).max(365) }),
  shipments: z.strictObject({
    requestRequired: z.enum(['never', 'strict', 'always']),
    onDifference: z.enum(['reduce', 'hold']),
    notInvoiced: byCurrency.optional(),
    invoicedBeyond: byCurrency.optional(),
    clauses: z.array(z.strictObject({ id, reasons: z.array(z.enum(shipmentReasonCodes)).min(1), title: words })).max(50),
  }),
  applications: z.strictObject({ expiryDays: z.int().min(1).max(365), warnDays: days, waitForFactsDays: days }),
  limits: z.strictObject({ warnBeforeExpiryDays: days, temporaryMaxDays: z.int().min(1).max(3650) }),
  reconciliation: z.strictObject({ normal: reconciliationRule, strict: reconciliationRule }),
  warnings: z.strictObject({
    'first-late': z.strictObject({ ...warning, cleanMonths: months, days }),
    'lateness-rising': z.strictObject({ ...warning, days }),
    'order-spike': z.strictObject({ ...warning, factor: positive, beforeExpiryDays: days }),
    'licence-expiring': z.strictObject({ ...warning, days }),
    'group-in-legal': z.strictObject(warning),
    listed: z.strictObject(warning),
  }),
  freshness: z.partialRecord(z.enum(factNames), z.int().min(1).max(3650)),
});

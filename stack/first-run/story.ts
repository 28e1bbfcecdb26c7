import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { addDays } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { parseAmount } from '../../domain/platform/money.ts';
import { contactRoles, instalmentKinds } from '../../domain/ledger/documents.ts';
import { roles } from '../../domain/platform/actor.ts';
import type { Role } from '../../domain/platform/actor.ts';
import type { Ledger, LedgerInvoice } from './ledger.ts';
import { customerTypes } from '../../domain/customers/customer.ts';
import { disputeCategories } from '../../domain/ledger/claims.ts';

const FILE = new URL('../../examples/story.json', import.meta.url);

/** Days before (negative) or after the day up to which is lived. */
const day = z.int();
const CURRENCY = 'CNY';
const minor = z.string().transform((text, context) => {
  const parsed = parseAmount(text, CURRENCY);
  if (parsed.ok) return parsed.minor;
  context.addIssue({ code: 'custom', message: parsed.code });
  return z.NEVER;
});
const words = z.strictObject({ en: z.string(), zh: z.string() });

const customer = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.enum(customerTypes),
  region: z.string(),
  termsDays: z.int(),
  shows: words,
  contacts: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      role: z.enum(contactRoles),
      email: z.string().optional(),
      mobile: z.string().optional(),
      wecom: z.string().optional(),
      language: z.enum(['zh', 'en']),
    }),
  ),
  more: z.record(z.string(), z.unknown()).default({}),
});

const invoice = z.strictObject({
  id: z.string(),
  customer: z.string(),
  contract: z.string().optional(),
  issued: day,
  instalments: z.array(z.strictObject({ no: z.int(), amount: minor, due: day, kind: z.enum(instalmentKinds).optional() })),
  payments: z.array(z.strictObject({ on: day, instalment: z.int(), amount: minor })).default([]),
  disputes: z
    .array(
      z.strictObject({
        instalment: z.int(),
        amount: minor,
        category: z.enum(disputeCategories),
        note: z.string(),
        opened: day,
        resolved: day.nullable(),
        verdict: z.enum(['upheld', 'part-upheld', 'rejected', 'withdrawn']).default('rejected'),
      }),
    )
    .default([]),
});

/** Something people or another system ask of the API on a day; `@-30` in it is a date, 30 days before. */
const request = z.strictObject({
  day,
  as: z.enum(roles),
  method: z.enum(['PUT', 'POST']),
  path: z.string(),
  body: z.record(z.string(), z.unknown()),
});
/** A day on which the desk decides on what waits for the customer: as was proposed, or approves for a reason of its own. */
const desk = z.strictObject({ day, desk: z.string(), because: z.string().optional() });

const story = z.strictObject({
  about: words,
  customers: z.array(customer),
  invoices: z.array(invoice),
  promises: z.array(
    z.strictObject({
      made: day,
      invoice: z.string(),
      instalment: z.int(),
      amount: minor,
      on: day,
      by: z.string(),
      note: z.string(),
    }),
  ),
  creditNotes: z.array(
    z.strictObject({ id: z.string(), issued: day, customer: z.string(), invoice: z.string(), amount: minor, reason: z.string() }),
  ),
  credit: z.array(z.union([request, desk])),
  optOuts: z.array(z.strictObject({ day, channel: z.enum(['email', 'sms', 'wecom']), address: z.string() })),
});

/** What the story adds to documents a ledger has: told on its day, after them. */
export type StoryEvent =
  | {
      readonly kind: 'promise';
      readonly day: BusinessDate;
      readonly invoice: string;
      readonly instalment: number;
      readonly amountMinor: number;
      readonly on: BusinessDate;
      readonly by: string;
      readonly note: string;
    }
  | {
      readonly kind: 'credit-note';
      readonly day: BusinessDate;
      readonly id: string;
      readonly customer: string;
      readonly invoice: string;
      readonly amountMinor: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'request';
      readonly day: BusinessDate;
      readonly as: Role;
      readonly method: 'PUT' | 'POST';
      readonly path: string;
      readonly body: unknown;
    }
  | { readonly kind: 'desk'; readonly day: BusinessDate; readonly customer: string; readonly because: string | null }
  | {
      readonly kind: 'opt-out';
      readonly day: BusinessDate;
      readonly channel: 'email' | 'sms' | 'wecom';
      readonly address: string;
    };

export interface Story {
  readonly ledger: Ledger;
  readonly events: readonly StoryEvent[];
  /** What each customer shows, for the terminal. */
  readonly shows: ReadonlyMap<string, { en: string; zh: string }>;
}

export const storyCurrency = CURRENCY;

/** The invented customers of the first run, their days counted from `today`. */
export function readStory(today: BusinessDate): Story {
  const told = story.parse(JSON.parse(readFileSync(FILE, 'utf8')));
  const at = (days: number): BusinessDate => addDays(today, days);
  return {
    ledger: {
      customers: told.customers.map(({ id, name, type, region, termsDays, contacts, more }) => ({
        ...{ id, name, type, region, termsDays, contacts, more, currency: CURRENCY, ladder: null },
      })),
      invoices: told.invoices.map((one) => invoiceOf(one, at)),
    },
    events: [
      ...told.optOuts.map((one) => ({ ...one, kind: 'opt-out' as const, day: at(one.day) })),
      ...told.creditNotes.map(({ issued, amount, ...one }) => ({
        ...{ kind: 'credit-note' as const, day: at(issued), amountMinor: amount },
        ...one,
      })),
      ...told.promises.map(({ made, amount, on, ...one }) => ({
        ...{ kind: 'promise' as const, day: at(made), amountMinor: amount, on: at(on) },
        ...one,
      })),
      ...told.credit.map((one): StoryEvent =>
        'desk' in one
          ? { kind: 'desk', day: at(one.day), customer: one.desk, because: one.because ?? null }
          : { ...one, kind: 'request', day: at(one.day), body: dated(one.body, at) },
      ),
    ],
    shows: new Map(told.customers.map((one) => [one.id, one.shows])),
  };
}

/** A body with its dates put in. */
function dated(body: unknown, at: (days: number) => BusinessDate): unknown {
  if (typeof body === 'string') return /^@-?\d+$/.test(body) ? at(Number(body.slice(1))) : body;
  if (Array.isArray(body)) return body.map((one) => dated(one, at));
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, dated(value, at)]));
}

function invoiceOf(told: z.output<typeof invoice>, at: (days: number) => BusinessDate): LedgerInvoice {
  const { id, customer: of, contract, issued } = told;
  return {
    ...{ id, number: id, customer: of, issueDate: at(issued), currency: CURRENCY },
    ...(contract && { contract }),
    instalments: told.instalments.map(({ no, amount, due, kind }) => ({
      ...{ no, amountMinor: amount, dueDate: at(due) },
      ...(kind && { kind }),
    })),
    payments: told.payments.map(({ on, amount, instalment }, index) => ({
      id: `P-${id}-${index + 1}`,
      on: at(on),
      amountMinor: amount,
      shares: [{ instalment, amountMinor: amount }],
    })),
    disputes: told.disputes.map(({ opened, resolved, amount, ...dispute }) => ({
      ...dispute,
      amountMinor: amount,
      openedOn: at(opened),
      resolvedOn: resolved === null ? null : at(resolved),
    })),
  };
}

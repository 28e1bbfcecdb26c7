import { z } from 'zod';
import { isCurrency, parseAmount } from '../../domain/platform/money.ts';
import { permissions } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { fault, refused, written } from './faults.ts';
import { refusalCodes } from '../../domain/platform/refusal-codes.ts';

// NUL first of all, which Postgres cannot keep; then what turns the order of letters round, so that a name reads as another.
const control = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;
/** A character somebody sees. */
const seen = /[^\s\p{Cf}]/u;
const controlButLines = /(?![\n\r\t])[\p{Cc}\p{Cs}]/u;
/** Without what stands for something in an address (a path of dots alone leads elsewhere), and what nobody sees. */
const visible = (text: string): boolean => text.trim() === text && !control.test(text) && !/[/\\?#\p{Cf}]|^\.+$/u.test(text);

/** The caller's own id of a document, unique per kind; also what `{id}` in a path accepts beside our uuid. */
export const externalId = z
  .string()
  .min(1)
  .max(120)
  .refine(visible, fault('identifier'))
  .meta({ description: "The caller's own id, unique per kind of document.", example: 'INV-1' });

/** Our id or the caller's, in a path. */
export const anyId = externalId.meta({ description: "Our id or the caller's own.", example: 'INV-1' });

/** Our own id, in answers. */
export const ourId = z.uuid().meta({ description: 'Our id.', example: '01980a3e-7c1e-7000-8000-000000000001' });

/** One line of text, not blank, at most `max` characters. */
export const line = (max = 200) =>
  z
    .string()
    .max(max)
    .refine((text) => seen.test(text) && !control.test(text), fault('text'));

/** Text that may be empty and may hold line breaks. */
export const note = (max = 2000) =>
  z
    .string()
    .max(max)
    .refine((text) => !controlButLines.test(text), fault('text'));

/** Why somebody acts; kept with the audit entry. */
export const reason = line(500).meta({ description: 'Why; kept with the record.', example: 'Agreed with the customer by phone' });

/** ISO 4217 code. */
export const currency = z
  .string()
  .max(3)
  .refine(isCurrency, refused('currency-unknown'))
  .meta({ id: 'Currency', description: 'ISO 4217 code, upper case.', example: 'CNY' });

const isDecimal = (text: string): boolean => {
  const parsed = parseAmount(text, 'JPY');
  return parsed.ok || parsed.code !== 'amount-malformed';
};
const isPositive = (text: string): boolean => !text.startsWith('-') && /[1-9]/.test(text);

/** An amount in a request: a plain decimal string above zero. Its decimals are checked against the document's currency by `amountsIn`. */
export const amount = z
  .string()
  .max(40)
  .refine(isDecimal, { ...refused('amount-malformed'), abort: true })
  .refine(isPositive, refused('amount-not-positive'))
  .refine((text) => text.replace(/\..*/, '').length <= 16, refused('amount-too-large'))
  .refine((text) => (text.split('.')[1] ?? '').length <= 3, refused('amount-fraction'))
  .meta({ id: 'Amount', description: 'Decimal string above zero, in the currency beside it.', example: '6000.00' });

/** An amount in a request that may be zero. */
export const amountOrZero = z
  .string()
  .max(40)
  .refine(isDecimal, { ...refused('amount-malformed'), abort: true })
  .refine((text) => !text.startsWith('-'), refused('amount-not-positive'))
  .refine((text) => text.replace(/\..*/, '').length <= 16, refused('amount-too-large'))
  .refine((text) => (text.split('.')[1] ?? '').length <= 3, refused('amount-fraction'))
  .meta({ description: 'Decimal string, zero or above, in the currency beside it.', example: '6000.00' });

/** Stands beside a row that an earlier version let in with a date or an amount out of bounds, and nowhere else. */
export const faulty = z.string().optional().meta({
  description: 'Only on a row with a date or an amount out of bounds: what is wrong with it, in the language of the request.',
});

/** An amount in an answer: may be zero or negative. */
export const money = z
  .string()
  .refine(isDecimal, refused('amount-malformed'))
  .meta({ id: 'Money', description: 'Decimal string in the currency beside it.', example: '6000.00' });

/** Minor units of an amount already shaped by `amount`. Throws Refusal with the pointer when it does not fit its currency. */
export function toMinor(text: string, currencyCode: string, pointer?: string): number {
  const parsed = parseAmount(text, currencyCode);
  if (parsed.ok) return parsed.minor;
  throw new Refusal(parsed.code, { value: text, currency: currencyCode }, pointer === undefined ? {} : { pointer });
}

type Found = readonly [path: (string | number)[], text: string];

function find(value: unknown, steps: readonly string[], path: (string | number)[]): Found[] {
  const [step, ...rest] = steps;
  if (step === undefined) return typeof value === 'string' ? [[path, value]] : [];
  if (step === '*') return Array.isArray(value) ? value.flatMap((item, at) => find(item, rest, [...path, at])) : [];
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return [];
  return find((value as Record<string, unknown>)[step], rest, [...path, step]);
}

/**
 * A check for `.superRefine`: the amounts at these places ('amount', 'tax.amount', 'instalments.*.amount') fit the document's `currency`
 * in decimals and size; each that does not is named by its place.
 */
export function amountsIn(...places: string[]) {
  return (document: { currency?: string | undefined }, context: z.RefinementCtx): void => {
    const code = document.currency;
    if (code === undefined || !isCurrency(code)) return;
    for (const place of places) {
      for (const [path, text] of find(document, place.split('.'), [])) {
        const parsed = parseAmount(text, code);
        if (parsed.ok) continue;
        context.addIssue({ code: 'custom', path, ...refused(parsed.code, { value: text, currency: code }) });
      }
    }
  };
}

/** A rate such as a VAT rate, '0.13'. */
export const rate = z
  .string()
  .regex(written(/^(?:0(?:\.\d{1,4})?|1(?:\.0{1,4})?)$/, 'rate'))
  .meta({ description: 'Decimal string from 0 to 1.', example: '0.13' });

/** Where a list goes on; opaque to the caller. */
export const cursor = z
  .string()
  .min(1)
  .max(400)
  .regex(written(/^[\w-]+$/, 'cursor'))
  .meta({ id: 'Cursor', description: 'Opaque; send it back to read on.' });

const asDigits = (text: unknown): unknown => (typeof text === 'string' && /^-?\d{1,15}$/.test(text) ? Number(text) : text);
/** A whole number in a path or query, in decimal digits alone: what else JavaScript reads as a number is none. */
export const wholeNumber = (least: number, most: number) => z.preprocess(asDigits, z.int().min(least).max(most));

/** The two parameters of every list, to spread into a strict query object. */
export const pageQuery = {
  limit: wholeNumber(1, 200).default(50).meta({ description: 'Rows a page, 1 to 200.', example: 50 }),
  cursor: cursor.optional(),
};

/** A page of a list. */
export const pageOf = <T extends z.ZodType>(row: T) =>
  z.strictObject({ data: z.array(row), nextCursor: cursor.nullable().meta({ description: 'Null on the last page.' }) });

/** A boolean in a query string. */
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** `{id}` of a path. */
export const idParams = z.strictObject({ id: anyId });
/** `{id}` of a path that only the caller names: the id of a document in a PUT. */
export const externalIdParams = z.strictObject({ id: externalId });

/** Every error answer [RFC 9457]. */
export const problem = z
  .strictObject({
    type: z.string().meta({ example: '/docs/problems#invalid' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'The path, and the id under which the request is logged.' }),
    code: z.enum([...refusalCodes, 'method-not-allowed', 'not-quiet', 'secret-shown', 'answer-lost', 'internal']),
    errors: z
      .array(z.strictObject({ pointer: z.string(), detail: z.string(), code: z.string().optional() }))
      .optional()
      .meta({
        description: 'The places that do not fit, each by its JSON pointer into the body, or by the name of its parameter.',
      }),
    permission: z
      .enum(permissions)
      .optional()
      .meta({ description: 'Of `forbidden`: the permission that the role does not have.' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;

/** Long work in the background. */
export const job = z
  .strictObject({
    id: ourId,
    kind: z.string(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    done: z.int(),
    total: z.int().nullable(),
    failures: z.int(),
    result: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'Job' });

export { businessDate, documentDate, filterFrom, filterTo, instant, instantIn, sinceDate, untilDate } from './dates.ts';
export { fault, refused };

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { customerTypes } from '../../domain/collection/documents.ts';
import { isCurrency } from '../../domain/kernel/money.ts';
import { StackError } from '../error.ts';
import { encodings } from './table.ts';

/** How dates are written: Y, M and D stand for year, month and day; one or two digits of month and day alike. */
export const dateFormats = ['YYYY-MM-DD', 'YYYY/M/D', 'YYYYMMDD', 'YYYY年M月D日', 'M/D/YYYY', 'D/M/YYYY', 'D.M.YYYY'] as const;

const column = z.string().min(1);

/** Which column of a ledger means what; explained for people in examples/README.md. */
export const ledgerMapping = z.strictObject({
  encoding: z.enum(encodings).optional(),
  delimiter: z.string().length(1).optional(),
  sheet: z.string().min(1).optional(),
  dateFormat: z.enum(dateFormats).default('YYYY-MM-DD'),
  decimal: z.enum(['.', ',']).default('.'),
  shift: z.boolean().default(true),
  yes: z.array(z.string()).default(['yes', 'y', 'true', '1', '是']),
  columns: z.strictObject({
    invoice: column,
    customer: column,
    issueDate: column,
    amount: column,
    dueDate: column.optional(),
    currency: column.optional(),
    instalment: column.optional(),
    settledOn: column.optional(),
    disputed: column.optional(),
    disputedOn: column.optional(),
    resolvedOn: column.optional(),
    customerName: column.optional(),
    customerType: column.optional(),
    region: column.optional(),
    email: column.optional(),
    mobile: column.optional(),
    kind: column.optional(),
    paidOn: column.optional(),
    paidAmount: column.optional(),
  }),
  payments: z.array(z.strictObject({ on: column, amount: column })).default([]),
  paymentKinds: z.array(z.string().min(1)).default([]),
  types: z.record(z.string(), z.enum(customerTypes)).default({}),
  defaults: z
    .strictObject({
      currency: z.string().refine(isCurrency, 'is no ISO 4217 currency').optional(),
      termsDays: z.int().min(0).max(720).default(30),
      customerType: z.enum(customerTypes).default('other'),
      region: z.string().min(1).default('-'),
      ladder: z.string().min(1).optional(),
      language: z.enum(['zh', 'en']).default('zh'),
      emailDomain: z.string().min(1).optional(),
    })
    .default({ termsDays: 30, customerType: 'other', region: '-', language: 'zh' }),
});
export type LedgerMapping = z.output<typeof ledgerMapping>;

/** Reads a mapping file. Throws StackError naming each place that does not fit. */
export function readMapping(file: string): LedgerMapping {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StackError(`The mapping ${file} cannot be read (${why}): examples/README.md shows one.`);
  }
  const parsed = ledgerMapping.safeParse(content);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the mapping'}: ${issue.message}`);
  throw new StackError(`The mapping ${file} does not fit (${places.join('; ')}): examples/README.md explains it.`);
}

/** Refuses a mapping that names columns the table does not have. Throws StackError naming them and those there are. */
export function requireColumns(mapping: LedgerMapping, columns: readonly string[], file: string): void {
  const named = [...Object.values(mapping.columns), ...mapping.payments.flatMap(({ on, amount }) => [on, amount])];
  const missing = [...new Set(named.filter((name) => name !== undefined && !columns.includes(name)))];
  if (missing.length === 0) return;
  throw new StackError(`${file} has no column ${missing.join(', ')}: its columns are ${columns.join(', ')}.`);
}

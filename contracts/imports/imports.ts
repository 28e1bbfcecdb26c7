import { z } from 'zod';
import { importKinds } from '../../domain/imports/fields.ts';
import { units } from '../../domain/imports/units.ts';
import { dateFormats } from '../../domain/imports/values.ts';
import { flag, idParams, instant, ourId, pageOf, pageQuery, reason, refused } from '../platform/common.ts';
import { fault } from '../platform/faults.ts';

/** Largest file of an import. */
export const maxFileBytes = 50 * 1024 * 1024;
/** A mapping is small: fields, a few words, no data. */
const MAX_MAPPING = 200_000;
const MAX_WORDS = 500;

const columnName = z.string().min(1).max(200);
const decimal = z.enum(['.', ',']);
const thousands = z.enum([',', '.', ' ', "'", '']);
const unit = z.literal(units);
const dateFormat = z.enum(dateFormats);
const words = z
  .record(z.string().max(200), z.string().max(200))
  .refine((map) => Object.keys(map).length <= MAX_WORDS, refused('too-large', { words: MAX_WORDS }));

const source = z.preprocess(
  (value) => (typeof value === 'string' ? { column: value } : value),
  z
    .strictObject({
      column: columnName.optional(),
      value: z.string().max(200).optional(),
      format: dateFormat.optional(),
      decimal: decimal.optional(),
      thousands: thousands.optional(),
      unit: unit.optional(),
      values: words.optional(),
      replace: words.optional(),
      default: z.string().max(200).optional(),
      sign: z
        .union([
          z.enum(['inverted', 'absolute']),
          z.strictObject({ column: columnName, negative: z.array(z.string().min(1).max(40)).min(1).max(20) }),
        ])
        .optional(),
    })
    .refine((one) => (one.column === undefined) !== (one.value === undefined), fault('one')),
);

/** Something that is true of a row; of `is`, `contains` and `empty` exactly one is told. */
const rowTest = z
  .strictObject({
    column: columnName,
    is: z.array(z.string().max(200)).min(1).max(100).optional(),
    contains: z.string().min(1).max(200).optional(),
    empty: z.boolean().optional(),
  })
  .refine((one) => [one.is, one.contains, one.empty].filter((told) => told !== undefined).length === 1, fault('one-test'));

/** How the columns of a file become fields; described for people in docs/imports.md. */
export const importMapping = z.strictObject({
  fields: z.record(z.string().max(60), source).optional(),
  dates: dateFormat.optional(),
  numbers: z.strictObject({ decimal: decimal.optional(), thousands: thousands.optional(), unit: unit.optional() }).optional(),
  parts: z
    .array(z.record(z.string().max(60), source))
    .min(1)
    .max(60)
    .optional(),
  skipRows: z.array(rowTest).max(50).optional(),
  onlyRows: z.array(rowTest).max(50).optional(),
  redLetter: z.enum(['skip', 'credit-note']).optional(),
  headerRow: z.int().min(1).max(1000).optional(),
  headerWith: z.array(columnName).min(1).max(50).optional(),
  encoding: z.enum(['utf-8', 'gb18030', 'utf-16le', 'utf-16be']).optional(),
  delimiter: z.enum([',', ';', '\t', '|']).optional(),
  sheet: z.string().min(1).max(60).optional(),
});

export const importKind = z.enum(importKinds).meta({
  description: 'What a row is. ledger: an open item, an invoice or instalment with what was paid on it so far.',
});

/** The settings of an import: parts of the form, or of the query beside a bare file. */
export const importSettings = z.strictObject({
  kind: importKind.optional(),
  mapping: z.string().max(MAX_MAPPING).optional().meta({
    description:
      'JSON: which column fills which field, and how dates and numbers are written. Without it columns are known by their field names.',
    example: '{"fields":{"externalId":"发票号","amount":{"column":"金额","decimal":","},"currency":{"value":"CNY"}}}',
  }),
  dryRun: flag.optional().meta({ description: 'Judge every row and write nothing.', example: 'true' }),
  fileName: z.string().min(1).max(200).optional().meta({ example: 'invoices-2026-09.csv' }),
  reason: reason.optional(),
});
export type ImportSettings = z.output<typeof importSettings>;

const rowError = z.strictObject({
  pointer: z.string().meta({ description: 'Field of the mapping, as a JSON pointer.', example: '/instalments/amount' }),
  column: z.string().nullable().meta({ description: 'Column of the file.', example: '金额' }),
  detail: z.string(),
});

const failedRow = z
  .strictObject({
    row: z.int().meta({ description: 'As people count rows: the header is row 1.' }),
    externalId: z.string().nullable(),
    errors: z.array(rowError),
  })
  .meta({ id: 'FailedRow' });

const rowStates = ['created', 'changed', 'unchanged', 'failed'] as const;

export const importRow = z.strictObject({ ...failedRow.shape, state: z.enum(rowStates) }).meta({ id: 'ImportRow' });
export const importRowPage = pageOf(importRow);
export const importRowQuery = z.strictObject({ ...pageQuery, state: z.enum(rowStates).optional() });

const count = z.int().min(0);

/** An import and what has become of its rows so far. */
export const importJob = z
  .strictObject({
    id: ourId,
    kind: importKind,
    state: z.enum(['queued', 'running', 'done', 'failed']),
    dryRun: z.boolean(),
    done: count.meta({ description: 'Rows with a result.' }),
    total: count.nullable().meta({ description: 'Rows of the file; null until it has been read once.' }),
    failures: count.meta({ description: 'Rows that were refused.' }),
    created: count.meta({ description: 'Documents, not rows: an invoice of three rows counts once.' }),
    changed: count,
    unchanged: count,
    file: z.strictObject({
      name: z.string().nullable(),
      bytes: count,
      sha256: z.string(),
      format: z.enum(['csv', 'xlsx']).nullable(),
      encoding: z.string().nullable(),
      delimiter: z.string().nullable(),
      sheet: z.string().nullable(),
      unusedColumns: z.array(z.string()).meta({ description: 'Columns nothing is read from.' }),
      skippedRows: count.meta({ description: 'Rows the mapping leaves out, such as totals.' }),
    }),
    error: z
      .strictObject({ detail: z.string(), errors: z.array(rowError) })
      .nullable()
      .meta({ description: 'Of a failed import: why the file or its mapping could not be used.' }),
    errors: z.array(failedRow).meta({ description: 'The first 100 failed rows; the rest under /rows?state=failed.' }),
    createdAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'Import' });

export const importParams = idParams;

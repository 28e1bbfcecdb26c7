import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { importMapping } from '../../contracts/imports/imports.ts';
import { bindTests } from '../../domain/imports/row-filter.ts';
import type { FieldType } from '../../domain/imports/values.ts';
import type { Reader } from '../../domain/imports/mapping.ts';
import { StackError } from '../error.ts';

/** More than one part payment in a row: paid and paidOn, paid2 and paidOn2, up to 9. */
export const paymentPairs = ['', ...Array.from({ length: 8 }, (_, index) => String(index + 2))].map((n) => ({
  paid: `paid${n}`,
  paidOn: `paidOn${n}`,
}));

/** What a column of a ledger can mean: the fields of an imported ledger, and what became of each invoice. */
const fieldTypes: Readonly<Record<string, FieldType>> = {
  record: 'text',
  externalId: 'text',
  number: 'text',
  customer: 'text',
  issueDate: 'date',
  currency: 'text',
  contract: 'text',
  ladder: 'text',
  'terms.days': 'integer',
  customerName: 'text',
  customerType: 'text',
  customerTier: 'text',
  customerRegion: 'text',
  customerTermsDays: 'integer',
  contactEmail: 'text',
  contactMobile: 'text',
  contactLanguage: 'text',
  instalment: 'integer',
  amount: 'amount',
  dueDate: 'date',
  kind: 'text',
  settledOn: 'date',
  open: 'amount',
  disputed: 'boolean',
  disputedOn: 'date',
  resolvedOn: 'date',
  ...Object.fromEntries(
    paymentPairs.flatMap(({ paid, paidOn }): [string, FieldType][] => [
      [paid, 'amount'],
      [paidOn, 'date'],
    ]),
  ),
};
const required = ['externalId', 'customer', 'issueDate', 'currency', 'amount'];

/** The mapping of an import, and how the ledger is told; explained for people in examples/README.md. */
export const ledgerMapping = importMapping.omit({ parts: true, redLetter: true }).extend({
  /** Move all dates by whole weeks so that the last invoice is of this week; without it they stay. */
  shift: z.boolean().default(true),
  /** Customers without an address get one of this domain: for examples only. */
  inventedDomain: z
    .string()
    .regex(/^(?:[a-z0-9-]+\.)*(?:example|test|invalid)$/, 'must end in .example, .test or .invalid')
    .optional(),
});
export type LedgerMapping = z.output<typeof ledgerMapping>;

/** Reads a mapping file. Throws StackError naming each place that does not fit. */
export function readMapping(file: string): LedgerMapping {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StackError(
      `The mapping ${file} cannot be read (${why}): examples/README.md shows one.`,
      `无法读取列映射 ${file}（${why}）：示例见 examples/README.md。`,
    );
  }
  const parsed = ledgerMapping.safeParse(content);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the mapping'}: ${issue.message}`);
  throw new StackError(
    `The mapping ${file} does not fit (${places.join('; ')}): examples/README.md explains it.`,
    `列映射 ${file} 不符合要求（${places.join(';')}）：说明见 examples/README.md。`,
  );
}

/** Binds the mapping to a table's header. Throws StackError naming fields there are not and columns the file has not. */
export function bindLedger(mapping: LedgerMapping, header: readonly string[], file: string, zone: string): Reader {
  const sources =
    mapping.fields ?? Object.fromEntries(header.filter((name) => fieldTypes[name]).map((name) => [name, { column: name }]));
  const unknown = Object.keys(sources).filter((name) => !Object.hasOwn(fieldTypes, name));
  const absent = required.filter((name) => !Object.hasOwn(sources, name));
  const named = Object.values(sources).flatMap(({ column, sign }) => [
    ...(column === undefined ? [] : [column]),
    ...(typeof sign === 'object' ? [sign.column] : []),
  ]);
  const tested = [...(mapping.skipRows ?? []), ...(mapping.onlyRows ?? [])].map(({ column }) => column);
  const columns = [...named, ...tested].filter((column) => !header.includes(column));
  const known = Object.keys(fieldTypes).join(', ');
  if (unknown.length > 0)
    throw new StackError(
      `The mapping names fields a ledger has not (${unknown.join(', ')}): it has ${known}.`,
      `列映射中有台账没有的字段（${unknown.join('、')}）：可用的字段为 ${known}。`,
    );
  if (absent.length > 0)
    throw new StackError(
      `The mapping must say which column or value is ${absent.join(', ')}.`,
      `列映射必须说明 ${absent.join('、')} 取自哪一列或哪个固定值。`,
    );
  if (columns.length > 0)
    throw new StackError(
      `${file} has no column ${columns.join(', ')}: its columns are ${header.join(', ')}.`,
      `${file} 没有列 ${columns.join('、')}：它的列为 ${header.join('、')}。`,
    );
  const fields = Object.entries(sources).flatMap(([name, source]) => {
    const type = fieldTypes[name];
    if (type === undefined) return [];
    const index = source.column === undefined ? null : header.indexOf(source.column);
    const signIndex = typeof source.sign === 'object' ? header.indexOf(source.sign.column) : undefined;
    const bound = { name, field: { type, part: false }, source, index };
    return [{ ...bound, ...(signIndex !== undefined && { signIndex }) }];
  });
  const numbers = mapping.numbers ?? {};
  const tests = bindTests(mapping, (column) => header.indexOf(column));
  const rest = { parts: [], redLetter: undefined, hasParts: false, unusedColumns: [], zone };
  return { kind: 'ledger', fields, tests, dates: mapping.dates ?? 'YYYY-MM-DD', numbers, ...rest };
}

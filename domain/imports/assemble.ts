import { formatAmount, parseAmount, sumMinor } from '../platform/money.ts';
import { shown } from './mapping.ts';
import type { MappedRow, Reader, RowFault } from './mapping.ts';
import type { ImportKind } from './fields.ts';
import { unsigned } from './values.ts';

type Value = string | number | boolean;
type Body = Record<string, unknown>;

/** One document of a file, in the shape of the API's body (with its `externalId`), not yet held against its contract. */
export interface Assembled {
  /** What it is: a red-letter row among invoices is a credit note. */
  kind: ImportKind;
  /** Rows it is made of, as people count them. */
  rows: readonly number[];
  externalId: string;
  body: Body;
  faults: readonly RowFault[];
  /** The row and field a place of the body comes from. */
  at(path: readonly PropertyKey[]): { row: number; field: string; part?: number };
}

/** Makes one document of the rows that share an id. Fields of the document must agree in all of them (or be empty); each row is a part. */
export function assemble(reader: Reader, rows: readonly MappedRow[]): Assembled {
  const [first, ...others] = rows;
  if (!first) throw new Error('a document needs a row');
  if (isRed(reader, rows)) return noteOf(reader, first, rows);
  if (reader.kind === 'ledger' && rows.length === 1 && isOpeningCredit(first)) return openingCredit(reader, first);
  const twice = reader.hasParts ? [] : repeats(first, others);
  const parts = reader.hasParts ? rows : [first];
  const head = headOf(reader, rows);
  const faults = [...rows.flatMap((row) => row.faults), ...(reader.hasParts ? head.faults : twice)];
  const shape = reader.kind === 'ledger' ? ledgerBody(head.values, parts, reader.hasParts) : listBody(reader, head.values, parts);
  const where = reader.kind === 'ledger' ? ledgerPlace : listPlace;
  return {
    kind: reader.kind,
    rows: rowsOf(rows),
    externalId: String(first.values['externalId'] ?? ''),
    body: shape.body,
    faults,
    at(path) {
      const place = where(path);
      const { row, part } = shape.parts[place.part] ?? first;
      return { row, field: place.field, ...(part !== undefined && { part }) };
    },
  };
}

/** Parts in columns come from one row. */
const rowsOf = (rows: readonly MappedRow[]): number[] => [...new Set(rows.map((row) => row.row))];

/** What rows of one document come to: what they say of the whole, else the sum of their parts; what cannot be added is no amount. */
function totalOf(rows: readonly MappedRow[], currency: string): Value | undefined {
  const whole = rows.find((row) => row.values['amount'] !== undefined)?.values['amount'];
  const parts = rows.flatMap((row) => row.values['instalments.amount'] ?? []);
  if (whole !== undefined || parts.length < 2) return whole ?? parts[0];
  return sumOf(parts, currency) ?? parts.join(' + ');
}

/** Whether rows among invoices are red-letter: their amount is negative, and the mapping says what that means. */
export function isRed({ redLetter }: Reader, rows: readonly MappedRow[]): boolean {
  return redLetter !== undefined && isNegative(totalOf(rows, String(rows[0]?.values['currency'] ?? '')));
}

const noteFields: Readonly<Record<string, string>> = { invoice: 'corrects', issuedOn: 'issueDate' };

/** Red-letter rows as a credit note on the invoice they name, or else on the one whose id they have; parts are added up, other rows must say the same. */
function noteOf(reader: Reader, first: MappedRow, rows: readonly MappedRow[]): Assembled {
  const head = reader.hasParts ? headOf(reader, rows) : { values: first.values, faults: repeats(first, rows.slice(1)) };
  const { externalId, customer, currency, corrects, issueDate } = head.values;
  const amount = totalOf(reader.hasParts ? rows : [first], String(currency ?? ''));
  const body: Body = {
    ...{ externalId, customer, currency, invoice: corrects ?? externalId, issuedOn: issueDate },
    ...{ amount: typeof amount === 'string' ? unsigned(amount) : amount, reason: '红字' },
  };
  return {
    kind: 'credit-notes',
    rows: rowsOf(rows),
    externalId: String(externalId ?? ''),
    body,
    faults: [...rows.flatMap((row) => row.faults), ...head.faults],
    at(path) {
      const { field } = listPlace(path);
      const own = noteFields[field] ?? field;
      return { row: first.row, field: own === 'corrects' && corrects === undefined ? 'externalId' : own };
    },
  };
}

const isNegative = (value: Value | undefined): boolean => typeof value === 'string' && value.startsWith('-');

/** A row of a ledger whose open amount is negative, or whose amount is and nothing says otherwise, is a credit of the customer. */
const isOpeningCredit = ({ values }: MappedRow): boolean =>
  values['settledOn'] === undefined &&
  values['paid'] === undefined &&
  (isNegative(values['open']) || (values['open'] === undefined && isNegative(values['amount'])));

/** A negative open item as a credit note on account. */
function openingCredit(reader: Reader, row: MappedRow): Assembled {
  const { externalId, customer, currency, issueDate, amount, open } = row.values;
  const field = open === undefined ? 'amount' : 'open';
  const credit = open ?? amount;
  const shape = ledgerBody(headOf(reader, [row]).values, [row], reader.hasParts);
  const note = {
    ...{ externalId, customer, currency, issuedOn: issueDate, onAccount: true, reason: '期初贷方余额 · opening credit' },
    amount: typeof credit === 'string' ? unsigned(credit) : credit,
  };
  return {
    kind: reader.kind,
    rows: rowsOf([row]),
    externalId: String(externalId ?? ''),
    body: { credit: note, customer: shape.body['customer'] },
    faults: row.faults,
    at(path) {
      const [top, name] = path.filter((step) => typeof step === 'string');
      if (top !== 'credit') return { row: row.row, field: ledgerPlace(path).field };
      return { row: row.row, field: name === 'issuedOn' ? 'issueDate' : name === 'amount' ? field : (name ?? field) };
    },
  };
}

/** The same row again says nothing new; another row under the same id contradicts the first. */
function repeats(first: MappedRow, others: readonly MappedRow[]): RowFault[] {
  const same = JSON.stringify(first.values);
  return others
    .filter((row) => JSON.stringify(row.values) !== same)
    .map((row) => ({ row: row.row, field: 'externalId', fault: 'same-id', params: { first: first.row } }));
}

function headOf(reader: Reader, rows: readonly MappedRow[]): { values: Record<string, Value>; faults: RowFault[] } {
  const values: Record<string, Value> = {};
  const origin: Record<string, number> = {};
  const faults: RowFault[] = [];
  for (const { name, field } of reader.fields) {
    if (field.part) continue;
    for (const row of rows) {
      const value = row.values[name];
      if (value === undefined) continue;
      const before = values[name];
      if (before === undefined) {
        values[name] = value;
        origin[name] = row.row;
      } else if (before !== value) {
        const params = { value: shown(String(value)), other: shown(String(before)), first: origin[name] ?? 0 };
        faults.push({ row: row.row, field: name, fault: 'differs', params });
      }
    }
  }
  return { values, faults };
}

/** Sets 'terms.days' as { terms: { days } }. */
function put(body: Body, name: string, value: Value): void {
  const [outer = '', inner] = name.split('.');
  if (inner === undefined) body[outer] = value;
  else body[outer] = { ...(body[outer] as Body | undefined), [inner]: value };
}

const listOf = {
  customers: 'contacts',
  invoices: 'instalments',
  payments: 'allocations',
  'credit-notes': '',
  ledger: '',
  orders: 'lines',
  limits: '',
  securities: '',
} as const;

function listBody(
  reader: Reader,
  head: Record<string, Value>,
  rows: readonly MappedRow[],
): { body: Body; parts: readonly MappedRow[] } {
  const list = listOf[reader.kind];
  const body: Body = {};
  for (const [name, value] of Object.entries(head)) if (name !== 'corrects') put(body, name, value);
  const parts = reader.hasParts ? rows.filter((row) => row.hasPart) : [];
  const items = parts.map((row, index) => {
    const own = Object.entries(row.values).filter(([name]) => name.startsWith(`${list}.`));
    return numbered(list, index, Object.fromEntries(own.map(([name, value]) => [name.slice(list.length + 1), value])));
  });
  if (items.length > 0) body[list] = items;
  if (reader.kind === 'invoices') completeInvoice(body);
  if (body['amount'] === undefined) withSum(body, items);
  return { body, parts };
}

/** Parts without a number or id of their own are counted in the order of their rows. */
function numbered(list: string, index: number, part: Body): Body {
  if (list === 'instalments') return { no: index + 1, ...part };
  if (list === 'lines') return { line: index + 1, ...part };
  return list === 'contacts' ? { id: `c${index + 1}`, ...part } : part;
}

function completeInvoice(body: Body): void {
  body['number'] ??= body['externalId'];
  const { dueDate, ...rest } = body;
  if (dueDate === undefined) return;
  delete body['dueDate'];
  body['instalments'] ??= [{ no: 1, amount: rest['amount'], dueDate }];
}

function withSum(body: Body, parts: readonly Body[]): void {
  const sum = sumOf(
    parts.map((part) => part['amount']),
    String(body['currency'] ?? ''),
  );
  if (sum !== undefined) body['amount'] = sum;
}

/** The sum of amounts as a decimal string; undefined when one of them is none. */
function sumOf(amounts: readonly unknown[], currency: string): string | undefined {
  const parsed = amounts.map((amount) => parseAmount(String(amount), currency));
  const minors = parsed.flatMap((one) => (one.ok ? [one.minor] : []));
  if (parsed.length === 0 || minors.length < parsed.length) return undefined;
  const most = minors.reduce((sum, minor) => sum + Math.abs(minor), 0);
  return Number.isSafeInteger(most) ? formatAmount(sumMinor(minors), currency) : undefined;
}

const customerFields = {
  customerName: 'name',
  customerType: 'type',
  customerTier: 'tier',
  customerRegion: 'region',
  customerTermsDays: 'termsDays',
} as const;
const ledgerParts = ['instalment', 'amount', 'dueDate', 'kind', 'settledOn', 'paid', 'open', 'paidOn'] as const;

/** { invoice, customer, settlements }: what `ledgerEntry` of contracts/imports/import-rows.ts takes. */
function ledgerBody(
  head: Record<string, Value>,
  parts: readonly MappedRow[],
  counted: boolean,
): { body: Body; parts: readonly MappedRow[] } {
  const invoice: Body = {};
  const customer: Body = {};
  for (const [name, value] of Object.entries(head)) {
    if (Object.hasOwn(customerFields, name)) customer[customerFields[name as keyof typeof customerFields]] = value;
    else if (!(ledgerParts as readonly string[]).includes(name)) put(invoice, name, value);
  }
  invoice['number'] ??= invoice['externalId'];
  const of = (row: MappedRow, name: (typeof ledgerParts)[number]) => row.values[name];
  const dated = counted || parts.some((row) => of(row, 'dueDate') !== undefined);
  if (dated) {
    invoice['instalments'] = parts.map((row, index) => ({
      no: of(row, 'instalment') ?? (counted ? undefined : index + 1),
      amount: of(row, 'amount'),
      dueDate: of(row, 'dueDate'),
      ...(of(row, 'kind') !== undefined && { kind: of(row, 'kind') }),
    }));
  }
  const amounts = parts.map((row) => of(row, 'amount'));
  invoice['amount'] = sumOf(amounts, String(head['currency'] ?? '')) ?? amounts[0];
  const settlements = parts.map((row) => ({
    no: counted ? of(row, 'instalment') : 1,
    settledOn: of(row, 'settledOn'),
    paid: of(row, 'paid'),
    open: of(row, 'open'),
    paidOn: of(row, 'paidOn'),
  }));
  return { body: { invoice, customer, settlements }, parts };
}

function listPlace(path: readonly PropertyKey[]): { part: number; field: string } {
  const index = path.find((step) => typeof step === 'number');
  return { part: typeof index === 'number' ? index : 0, field: path.filter((step) => typeof step === 'string').join('.') };
}

function ledgerPlace(path: readonly PropertyKey[]): { part: number; field: string } {
  const { part, field } = listPlace(path);
  const [top, ...rest] = field.split('.');
  const name = rest.at(-1) ?? '';
  switch (top) {
    case 'customer': {
      const known = Object.entries(customerFields).find(([, inner]) => inner === rest[0]);
      return { part: 0, field: known?.[0] ?? 'customer' };
    }
    case 'settlements':
      return { part, field: name === 'no' ? 'instalment' : name };
    default:
      if (rest[0] === 'instalments')
        return { part, field: name === 'no' ? 'instalment' : name === 'instalments' ? 'amount' : name };
      return { part: 0, field: rest.join('.') };
  }
}

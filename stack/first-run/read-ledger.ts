import { readFileSync } from 'node:fs';
import { DateColumns } from '../../domain/imports/agreed-dates.ts';
import { isTaken } from '../../domain/imports/row-filter.ts';
import { addDays } from '../../domain/platform/calendar.ts';
import { instalmentKinds } from '../../domain/ledger/documents.ts';
import { sayFault } from '../../contracts/imports/import-words.ts';
import { FileFault } from '../../worker/files/fault.ts';
import { openTable } from '../../worker/files/table.ts';
import { StackError } from '../error.ts';
import { invoiceOf } from './draft.ts';
import type { Draft, Part } from './draft.ts';
import { ledgerFaults } from './faults.ts';
import type { RowFault } from './faults.ts';
import type { Ledger, LedgerCustomer } from './ledger.ts';
import { bindLedger, readMapping } from './mapping.ts';
import type { LedgerMapping } from './mapping.ts';
import { Row } from './row.ts';
import type { FileRow } from '../../worker/files/raw-table.ts';
import { customerTypes } from '../../domain/customers/customer.ts';

/** A ledger as read: the good invoices, and every fault of the others. An invoice with a bad row is left out whole. */
export interface ReadLedger {
  readonly ledger: Ledger;
  readonly faults: readonly RowFault[];
  readonly rows: number;
  readonly mapping: LedgerMapping;
}

const TERMS_DAYS = 30;
const SELLER_ZONE = 'Asia/Shanghai';

/** Reads a CSV or XLSX ledger through its mapping. Throws StackError when file or mapping cannot be used at all. */
export async function readLedger(file: string, mappingFile: string): Promise<ReadLedger> {
  const mapping = readMapping(mappingFile);
  const rows = await readRows(file, mapping);
  const drafts = new Map<string, Draft>();
  const customers = new Map<string, LedgerCustomer>();
  const stray: Row[] = [];
  for (const row of rows.filter((one) => one.record() === 'invoice')) gather(drafts, customers, row, mapping, stray);
  for (const row of rows.filter((one) => one.record() === 'payment')) gatherPayment(drafts, row, stray);
  const read = [...drafts.values()].map((draft) => ({ draft, invoice: invoiceOf(draft) }));
  const isGood = ({ draft }: { draft: Draft }): boolean => draft.rows.every((row) => row.faults.length === 0);
  const invoices = read.filter(isGood).map(({ invoice }) => invoice);
  const known = new Set(invoices.map((invoice) => invoice.customer));
  const faults = [
    ...stray.flatMap((row) => row.faults),
    ...read.filter((one) => !isGood(one)).flatMap((one) => faultsOf(one.draft)),
  ];
  return {
    ledger: { customers: [...customers.values()].filter((customer) => known.has(customer.id)), invoices },
    faults: faults.sort((a, b) => a.row - b.row),
    rows: rows.length,
    mapping,
  };
}

async function readRows(file: string, mapping: LedgerMapping): Promise<Row[]> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new StackError(
      `${file} cannot be read: give the path of a CSV or XLSX file.`,
      `无法读取 ${file}：请给出 CSV 或 XLSX 文件的路径。`,
    );
  }
  try {
    const table = await openTable(bytes, mapping, 'ledger');
    const bound = bindLedger(mapping, table.header, file, SELLER_ZONE);
    const dates = new DateColumns(bound);
    const taken: FileRow[] = [];
    for await (const batch of table.rows()) taken.push(...batch.filter(({ cells }) => isTaken(bound.tests, cells)));
    for (const { cells } of taken) dates.see(cells);
    const reader = dates.agreed(bound);
    return taken.map(({ row, cells }) => new Row(reader, row, cells, table.header.length));
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    const stored = { fault: error.fault, params: error.params };
    throw new StackError(`${file}: ${sayFault(stored, 'en')}.`, `${file}：${sayFault(stored, 'zh')}。`);
  }
}

/** A bad row takes the invoice's other rows with it, and each says so. */
function faultsOf(draft: Draft): RowFault[] {
  const other = draft.rows.find((row) => row.faults.length > 0)?.row ?? 0;
  return draft.rows.flatMap((row): RowFault[] =>
    row.faults.length > 0 ? row.faults : [{ row: row.row, column: '', fault: { fault: 'with-others', params: { other } } }],
  );
}

function gather(
  drafts: Map<string, Draft>,
  customers: Map<string, LedgerCustomer>,
  row: Row,
  mapping: LedgerMapping,
  stray: Row[],
): void {
  const id = row.id('externalId');
  const customer = row.id('customer');
  const currency = row.currency();
  const issueDate = row.needed('issueDate');
  const standing = drafts.get(id);
  if (row.faults.length > 0 || currency === undefined) {
    if (standing) standing.rows.push(row);
    else stray.push(row);
    return;
  }
  const number = row.text('number') || id;
  const draft: Draft = standing ?? {
    ...{ id, number, customer, issueDate, currency, contract: row.text('contract') },
    ...{ parts: new Map<number, Part>(), money: [], rows: [] },
  };
  drafts.set(id, draft);
  draft.rows.push(row);
  if (!customers.has(customer)) customers.set(customer, customerOf(customer, row, currency, mapping));
  const agree = { customer, currency, issueDate };
  for (const [field, value] of Object.entries(agree)) {
    const first = draft[field as keyof typeof agree];
    if (first === value) continue;
    row.fault(field, { fault: 'differs', params: { value, other: first, first: draft.rows[0]?.row ?? 0 } });
  }
  gatherPart(draft, row);
}

/** One more instalment, or the same one again with more of its money. */
function gatherPart(draft: Draft, row: Row): void {
  const no = row.instalment() ?? 1;
  const standing = draft.parts.get(no);
  const { currency } = draft;
  const amountMinor = row.minor('amount', currency);
  const days = row.whole('terms.days') ?? row.whole('customerTermsDays') ?? TERMS_DAYS;
  const dueDate = row.date('dueDate') ?? standing?.dueDate ?? addDays(draft.issueDate, days);
  if (dueDate < draft.issueDate) row.fault('dueDate', ledgerFaults.dueBeforeIssue);
  if (!standing) row.needed('amount');
  else {
    if (amountMinor !== undefined && amountMinor !== standing.amountMinor) differs(row, 'amount', draft);
    if (dueDate !== standing.dueDate) differs(row, 'dueDate', draft);
  }
  const kind = instalmentKinds.find((one) => one === row.text('kind'));
  const part: Part = standing ?? {
    ...{ no, amountMinor: amountMinor ?? 0, dueDate, disputed: false, row },
    ...{ settledOn: undefined, disputedOn: undefined, resolvedOn: undefined },
    ...(kind && { kind }),
  };
  part.settledOn ??= row.date('settledOn');
  part.disputed ||= row.flag('disputed');
  part.disputedOn ??= row.date('disputedOn');
  part.resolvedOn ??= row.date('resolvedOn');
  draft.parts.set(no, part);
  const instalment = row.has('instalment') ? no : undefined;
  draft.money.push(...moneyOf(row, part, currency).map((paid) => ({ ...paid, instalment, row })));
}

function differs(row: Row, field: string, draft: Draft): void {
  row.fault(field, { fault: 'differs', params: { value: row.text(field), other: '…', first: draft.rows[0]?.row ?? 0 } });
}

/** What the row says was paid: by amounts, or by what is still open. */
function moneyOf(row: Row, part: Part, currency: string): { on: string; amountMinor: number }[] {
  const paid = row.payments(currency);
  const open = row.minor('open', currency, true);
  if (open === undefined || paid.length > 0 || open >= part.amountMinor) return paid;
  const on = row.date('paidOn') ?? row.date('settledOn');
  if (on !== undefined) return [{ on, amountMinor: part.amountMinor - open }];
  row.fault('paidOn', { fault: 'missing' });
  return [];
}

/** A row that is money: its day and amount stand in the payment columns, or in those of the invoice. */
function gatherPayment(drafts: Map<string, Draft>, row: Row, stray: Row[]): void {
  const draft = drafts.get(row.id('externalId'));
  if (!draft) {
    if (row.faults.length === 0) row.fault('externalId', ledgerFaults.noInvoice);
    stray.push(row);
    return;
  }
  draft.rows.push(row);
  const on = row.date('paidOn') ?? row.date('issueDate');
  const amountMinor = row.minor('paid', draft.currency) ?? row.minor('amount', draft.currency);
  if (on === undefined) row.fault(row.has('issueDate') ? 'issueDate' : 'paidOn', { fault: 'missing' });
  if (amountMinor === undefined) row.fault('amount', { fault: 'missing' });
  if (on !== undefined && amountMinor !== undefined) {
    draft.money.push({ on, amountMinor, instalment: row.instalment(), row });
  }
}

function customerOf(id: string, row: Row, currency: string, mapping: LedgerMapping): LedgerCustomer {
  const domain = mapping.inventedDomain;
  const invented = domain ? `ap@${id.toLowerCase().replace(/[^a-z0-9-]/g, '-')}.${domain}` : '';
  const email = row.text('contactEmail') || invented;
  const mobile = row.text('contactMobile').replace(/[\s-]/g, '');
  const language = row.text('contactLanguage') === 'en' ? ('en' as const) : ('zh' as const);
  const person = { id: 'ap', name: language === 'zh' ? '应付账款' : 'Accounts payable', role: 'finance' as const, language };
  const type = customerTypes.find((one) => one === row.text('customerType'));
  if (row.has('customerType') && !type)
    row.fault('customerType', { fault: 'not-text', params: { value: row.text('customerType') } });
  const tier = row.text('customerTier');
  return {
    id,
    name: row.text('customerName') || id,
    type: type ?? 'other',
    region: row.text('customerRegion') || '-',
    currency,
    termsDays: row.whole('customerTermsDays') ?? row.whole('terms.days') ?? TERMS_DAYS,
    ladder: row.text('ladder') || null,
    contacts: email !== '' || mobile !== '' ? [{ ...person, ...(email && { email }), ...(mobile && { mobile }) }] : [],
    ...(tier && { more: { tier } }),
  };
}

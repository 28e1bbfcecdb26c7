import type { BusinessDate } from '../../domain/kernel/calendar.ts';
import { sumMinor } from '../../domain/kernel/money.ts';
import { Cells } from './cells.ts';
import type { RowFault } from './faults.ts';
import type { Ledger, LedgerCustomer, LedgerDispute, LedgerInvoice, LedgerInstalment, LedgerPayment } from './ledger.ts';
import { readMapping, requireColumns } from './mapping.ts';
import type { LedgerMapping } from './mapping.ts';
import { disputeCategory, disputeDays } from './stable.ts';
import { readTable } from './table.ts';
import type { Table } from './table.ts';

/** A ledger as read: the good invoices, and every fault of the others. An invoice with a bad row is left out whole. */
export interface ReadLedger {
  readonly ledger: Ledger;
  readonly faults: readonly RowFault[];
  readonly rows: number;
}

export type ReadMappedLedger = ReadLedger & { readonly mapping: LedgerMapping };

interface Part extends LedgerInstalment {
  settledOn: BusinessDate | undefined;
  disputed: boolean;
  disputedOn: BusinessDate | undefined;
  resolvedOn: BusinessDate | undefined;
}

interface Money {
  on: BusinessDate;
  amountMinor: number;
  /** Undefined: over the invoice by due date. */
  instalment: number | undefined;
}

/** An invoice while its rows are gathered. */
interface Draft {
  id: string;
  number: string;
  customer: string;
  issueDate: BusinessDate;
  currency: string;
  parts: Map<number, Part>;
  money: Money[];
  rows: Cells[];
}

/** Reads a ledger through its mapping. Throws StackError when file or mapping cannot be used at all. */
export async function readLedger(file: string, mappingFile: string): Promise<ReadMappedLedger> {
  const mapping = readMapping(mappingFile);
  const table = await readTable(file, mapping);
  requireColumns(mapping, table.columns, file);
  return { ...ledgerOf(table, mapping), mapping };
}

/** Turns the rows of a table into a ledger; rows of one invoice are its instalments and its payments. */
export function ledgerOf(table: Table, mapping: LedgerMapping): ReadLedger {
  const lines = table.rows.map((line) => new Cells(line, mapping));
  const drafts = new Map<string, Draft>();
  const customers = new Map<string, LedgerCustomer>();
  const stray: Cells[] = [];
  for (const cells of lines.filter((one) => !one.isPayment)) gather(drafts, customers, cells, mapping, stray);
  for (const cells of lines.filter((one) => one.isPayment)) gatherPayment(drafts, cells, mapping, stray);
  const all = [...drafts.values()];
  const good = all.filter((draft) => draft.rows.every((cells) => cells.faults.length === 0));
  const invoices = good.map(invoiceOf);
  const known = new Set(invoices.map((invoice) => invoice.customer));
  const faults = [...stray.flatMap((cells) => cells.faults), ...all.filter((draft) => !good.includes(draft)).flatMap(faultsOf)];
  return {
    ledger: { customers: [...customers.values()].filter((customer) => known.has(customer.id)), invoices },
    faults: faults.sort((a, b) => a.row - b.row),
    rows: table.rows.length,
  };
}

/** A bad row takes the invoice's other rows with it, and each says so. */
function faultsOf(draft: Draft): RowFault[] {
  return draft.rows.flatMap((cells): RowFault[] =>
    cells.faults.length > 0
      ? cells.faults
      : [{ row: cells.row, column: cells.column('invoice'), code: 'other-row-bad', value: draft.number }],
  );
}

function gather(
  drafts: Map<string, Draft>,
  customers: Map<string, LedgerCustomer>,
  cells: Cells,
  mapping: LedgerMapping,
  stray: Cells[],
): void {
  const id = cells.id('invoice');
  const customer = cells.id('customer');
  const currency = cells.currency();
  const issueDate = cells.date('issueDate');
  if (issueDate === undefined && cells.text('issueDate') === '') cells.fault(cells.column('issueDate'), 'missing');
  if (id === '' || customer === '' || currency === undefined || issueDate === undefined) {
    const standing = drafts.get(id);
    if (standing) standing.rows.push(cells);
    else stray.push(cells);
    return;
  }
  const draft = drafts.get(id) ?? {
    ...{ id, number: cells.text('invoice'), customer, issueDate, currency },
    ...{ parts: new Map<number, Part>(), money: [], rows: [] },
  };
  drafts.set(id, draft);
  draft.rows.push(cells);
  if (!customers.has(customer)) customers.set(customer, customerOf(customer, cells, currency, mapping));
  if (draft.number !== cells.text('invoice')) cells.fault(cells.column('invoice'), 'contradicts');
  if (draft.customer !== customer) cells.fault(cells.column('customer'), 'contradicts');
  if (draft.currency !== currency) cells.fault(cells.column('currency'), 'contradicts');
  if (draft.issueDate !== issueDate) cells.fault(cells.column('issueDate'), 'contradicts');
  gatherPart(draft, cells, mapping);
}

/** One more instalment, or the same one again with more of its money. */
function gatherPart(draft: Draft, cells: Cells, mapping: LedgerMapping): void {
  const no = cells.instalment() ?? 1;
  const standing = draft.parts.get(no);
  const amountMinor = cells.amountIn(mapping.columns.amount, draft.currency);
  const dueDate = cells.dueDate(draft.issueDate);
  if (amountMinor === undefined && cells.text('amount') === '' && !standing) cells.fault(mapping.columns.amount, 'missing');
  if (dueDate < draft.issueDate) cells.fault(cells.column('dueDate'), 'due-before-issue');
  if (standing) {
    if (amountMinor !== undefined && amountMinor !== standing.amountMinor) cells.fault(mapping.columns.amount, 'contradicts');
    if (cells.text('dueDate') !== '' && dueDate !== standing.dueDate) cells.fault(cells.column('dueDate'), 'contradicts');
  }
  const part: Part = standing ?? {
    ...{ no, amountMinor: amountMinor ?? 0, dueDate, disputed: false },
    ...{ settledOn: undefined, disputedOn: undefined, resolvedOn: undefined },
  };
  part.settledOn ??= cells.date('settledOn');
  part.disputed ||= cells.saysYes('disputed');
  part.disputedOn ??= cells.date('disputedOn');
  part.resolvedOn ??= cells.date('resolvedOn');
  draft.parts.set(no, part);
  const instalment = cells.text('instalment') === '' ? undefined : no;
  draft.money.push(...cells.payments(draft.currency).map((paid) => ({ ...paid, instalment })));
}

/** A row that is money: its day and amount stand in the payment columns, or in those of the invoice. */
function gatherPayment(drafts: Map<string, Draft>, cells: Cells, mapping: LedgerMapping, stray: Cells[]): void {
  const draft = drafts.get(cells.id('invoice'));
  if (!draft) {
    if (cells.faults.length === 0) cells.fault(cells.column('invoice'), 'no-invoice');
    stray.push(cells);
    return;
  }
  draft.rows.push(cells);
  const [onColumn, amountColumn] = [
    mapping.columns.paidOn ?? mapping.columns.issueDate,
    mapping.columns.paidAmount ?? mapping.columns.amount,
  ];
  const on = cells.dateIn(onColumn);
  const amountMinor = cells.amountIn(amountColumn, draft.currency);
  if (on !== undefined && amountMinor !== undefined) {
    draft.money.push({ on, amountMinor, instalment: cells.instalment() });
  } else if (cells.faults.length === 0) cells.fault(on === undefined ? onColumn : amountColumn, 'missing');
}

function customerOf(id: string, cells: Cells, currency: string, mapping: LedgerMapping): LedgerCustomer {
  const { defaults, types } = mapping;
  const name = cells.text('customerName') || cells.text('customer');
  const domain = defaults.emailDomain;
  const email = cells.text('email') || (domain ? `ap@${id.toLowerCase().replace(/[^a-z0-9-]/g, '-')}.${domain}` : '');
  const mobile = cells.text('mobile').replace(/[\s-]/g, '');
  const { language } = defaults;
  const role = 'finance' as const;
  const person = { id: 'ap', name: language === 'zh' ? '应付账款' : 'Accounts payable', role, language };
  const contact = { ...person, ...(email && { email }), ...(mobile && { mobile }) };
  return {
    id,
    name,
    type: types[cells.text('customerType')] ?? defaults.customerType,
    region: cells.text('region') || defaults.region,
    currency,
    termsDays: defaults.termsDays,
    ladder: defaults.ladder ?? null,
    contacts: email !== '' || mobile !== '' ? [contact] : [],
  };
}

function invoiceOf(draft: Draft): LedgerInvoice {
  const { id, number, customer, issueDate, currency } = draft;
  const parts = [...draft.parts.values()].sort((a, b) => a.no - b.no);
  const payments = paymentsOf(draft, parts);
  return {
    ...{ id, number, customer, issueDate, currency, payments },
    instalments: parts.map(({ no, amountMinor, dueDate }) => ({ no, amountMinor, dueDate })),
    disputes: parts.flatMap((part) => disputeOf(draft, part, payments)),
  };
}

/** The named payments in order of their days, then for each settled instalment what was still missing, on the day it was settled. */
function paymentsOf(draft: Draft, parts: readonly Part[]): LedgerPayment[] {
  const open = new Map(parts.map((part) => [part.no, part.amountMinor]));
  const byDue = [...parts].sort((a, b) => (a.dueDate < b.dueDate ? -1 : a.dueDate > b.dueDate ? 1 : a.no - b.no));
  const take = (no: number, wanted: number): { instalment: number; amountMinor: number }[] => {
    const amountMinor = Math.min(wanted, open.get(no) ?? 0);
    open.set(no, (open.get(no) ?? 0) - amountMinor);
    return amountMinor > 0 ? [{ instalment: no, amountMinor }] : [];
  };
  const money = [...draft.money].sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
  const paid = money.map(({ on, amountMinor, instalment }) => {
    const order = instalment === undefined ? byDue.map((part) => part.no) : [instalment];
    let left = amountMinor;
    const shares = order.flatMap((no) => {
      const share = take(no, left);
      left -= sumMinor(share.map((one) => one.amountMinor));
      return share;
    });
    return { on, amountMinor, shares };
  });
  const settled = parts.flatMap((part) => {
    const shares = part.settledOn === undefined ? [] : take(part.no, part.amountMinor);
    return shares.map((share) => ({ on: part.settledOn ?? draft.issueDate, amountMinor: share.amountMinor, shares: [share] }));
  });
  return [...paid, ...settled]
    .sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0))
    .map((payment, index) => ({ id: `P-${draft.id}-${index + 1}`, ...payment }));
}

/** The dispute of an instalment, over what was still open when it was raised. */
function disputeOf(draft: Draft, part: Part, payments: readonly LedgerPayment[]): LedgerDispute[] {
  if (!part.disputed && part.disputedOn === undefined) return [];
  const key = `${draft.id}/${part.no}`;
  const derived = disputeDays(key, draft.issueDate, settlementOf(part, payments));
  const openedOn = part.disputedOn ?? derived.openedOn;
  const resolved = part.resolvedOn ?? (part.disputedOn === undefined ? derived.resolvedOn : null);
  const resolvedOn = resolved !== null && resolved < openedOn ? openedOn : resolved;
  const before = payments.filter((payment) => payment.on < openedOn).flatMap((payment) => payment.shares);
  const paid = sumMinor(before.filter((share) => share.instalment === part.no).map((share) => share.amountMinor));
  const amountMinor = part.amountMinor - paid;
  if (amountMinor <= 0) return [];
  return [{ openedOn, resolvedOn, category: disputeCategory(key), amountMinor, instalment: part.no }];
}

/** The day an instalment's money was complete; null: it is not. */
function settlementOf(part: Part, payments: readonly LedgerPayment[]): BusinessDate | null {
  let open = part.amountMinor;
  for (const payment of payments) {
    open -= sumMinor(payment.shares.filter((share) => share.instalment === part.no).map((share) => share.amountMinor));
    if (open <= 0) return payment.on;
  }
  return null;
}

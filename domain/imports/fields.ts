import type { FieldType } from './values.ts';

/** What a file can bring. `ledger`: open items, one row an instalment, with what was paid on it so far. */
export const importKinds = [
  'customers',
  'invoices',
  'payments',
  'credit-notes',
  'ledger',
  'orders',
  'limits',
  'securities',
] as const;
export type ImportKind = (typeof importKinds)[number];

/** A field a column can be mapped to; `part`: each row of a document has its own. */
export interface Field {
  type: FieldType;
  part: boolean;
}

const one = (type: FieldType): Field => ({ type, part: false });
const each = (type: FieldType): Field => ({ type, part: true });

const invoiceHead = {
  externalId: one('text'),
  customer: one('text'),
  number: one('text'),
  issueDate: one('date'),
  currency: one('text'),
  contract: one('text'),
  order: one('text'),
  ladder: one('text'),
};

const tables = {
  customers: {
    externalId: one('text'),
    name: one('text'),
    type: one('text'),
    tier: one('text'),
    region: one('text'),
    currency: one('text'),
    'terms.days': one('integer'),
    'terms.from': one('text'),
    'terms.months': one('integer'),
    'terms.day': one('integer'),
    'terms.discountPercent': one('text'),
    'terms.discountDays': one('integer'),
    taxId: one('text'),
    taxRate: one('rate'),
    group: one('text'),
    payer: one('text'),
    owner: one('text'),
    debtorClass: one('text'),
    creditorWasSme: one('boolean'),
    ladder: one('text'),
    'contacts.id': each('text'),
    'contacts.name': each('text'),
    'contacts.role': each('text'),
    'contacts.email': each('text'),
    'contacts.mobile': each('text'),
    'contacts.wecom': each('text'),
    'contacts.language': each('text'),
  },
  invoices: {
    ...invoiceHead,
    amount: one('amount'),
    corrects: one('text'),
    'tax.rate': one('rate'),
    'tax.amount': one('amount'),
    'terms.days': one('integer'),
    'terms.from': one('text'),
    'terms.months': one('integer'),
    'terms.day': one('integer'),
    'terms.discountPercent': one('text'),
    'terms.discountDays': one('integer'),
    deliveredOn: one('date'),
    dueDate: one('date'),
    'instalments.no': each('integer'),
    'instalments.amount': each('amount'),
    'instalments.dueDate': each('date'),
    'instalments.kind': each('text'),
  },
  payments: {
    externalId: one('text'),
    customer: one('text'),
    amount: one('amount'),
    currency: one('text'),
    receivedOn: one('date'),
    reference: one('text'),
    onAccount: one('boolean'),
    'allocations.invoice': each('text'),
    'allocations.instalment': each('integer'),
    'allocations.amount': each('amount'),
  },
  'credit-notes': {
    externalId: one('text'),
    customer: one('text'),
    invoice: one('text'),
    amount: one('amount'),
    currency: one('text'),
    issuedOn: one('date'),
    reason: one('text'),
  },
  ledger: {
    ...invoiceHead,
    'terms.days': one('integer'),
    'terms.from': one('text'),
    'terms.months': one('integer'),
    'terms.day': one('integer'),
    'terms.discountPercent': one('text'),
    'terms.discountDays': one('integer'),
    customerName: one('text'),
    customerType: one('text'),
    customerTier: one('text'),
    customerRegion: one('text'),
    customerTermsDays: one('integer'),
    instalment: each('integer'),
    amount: each('amount'),
    dueDate: each('date'),
    kind: each('text'),
    settledOn: each('date'),
    paid: each('amount'),
    open: each('amount'),
    paidOn: each('date'),
  },
  orders: {
    externalId: one('text'),
    customer: one('text'),
    currency: one('text'),
    requestedShipDate: one('date'),
    prepaid: one('boolean'),
    'lines.line': each('integer'),
    'lines.item': each('text'),
    'lines.productLine': each('text'),
    'lines.quantity': each('amount'),
    'lines.unitPrice': each('amount'),
  },
  limits: {
    externalId: one('text'),
    customer: one('text'),
    on: one('text'),
    kind: one('text'),
    amount: one('amount'),
    currency: one('text'),
    validFrom: one('date'),
    validUntil: one('date'),
    reason: one('text'),
  },
  securities: {
    externalId: one('text'),
    customer: one('text'),
    kind: one('text'),
    effect: one('text'),
    value: one('amount'),
    currency: one('text'),
    share: one('rate'),
    validFrom: one('date'),
    validUntil: one('date'),
    'evidence.document': one('text'),
    'evidence.note': one('text'),
  },
} satisfies Record<ImportKind, Record<string, Field>>;

/** The fields of a kind by name: those of the API's body, dotted; parts by the name of their list. */
export const fieldsOf = (kind: ImportKind): Readonly<Record<string, Field>> => tables[kind];

/** What must be mapped: of each group at least one. */
const required: Readonly<Record<ImportKind, readonly (readonly string[])[]>> = {
  customers: [['externalId'], ['name'], ['type'], ['region'], ['currency'], ['terms.days', 'terms.months', 'terms.day']],
  invoices: [['externalId'], ['customer'], ['issueDate'], ['currency'], ['amount', 'instalments.amount']],
  payments: [['externalId'], ['customer'], ['currency'], ['receivedOn'], ['amount', 'allocations.amount']],
  'credit-notes': [['externalId'], ['customer'], ['invoice'], ['amount'], ['currency'], ['issuedOn'], ['reason']],
  ledger: [['externalId'], ['customer'], ['issueDate'], ['currency'], ['amount']],
  orders: [
    ['externalId'],
    ['customer'],
    ['currency'],
    ['requestedShipDate'],
    ['lines.item'],
    ['lines.quantity'],
    ['lines.unitPrice'],
  ],
  limits: [['externalId'], ['customer'], ['amount'], ['currency'], ['reason']],
  securities: [['externalId'], ['customer'], ['kind'], ['effect'], ['value'], ['currency'], ['share'], ['validFrom']],
};

/** The fields that are missing: the first of each group none of which is given. */
export function missingFields(kind: ImportKind, given: ReadonlySet<string>): string[] {
  return required[kind].flatMap((group) => (group.some((name) => given.has(name)) ? [] : [group[0] ?? '']));
}

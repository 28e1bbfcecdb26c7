import { addDays, addMonths } from '../platform/calendar.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import { NO_END } from '../platform/date-bounds.ts';
import { taxIdFault } from '../customers/tax-id.ts';

/** Faults of master data and documents that a person mends. */
export const findingKinds = [
  'duplicate-tax-id',
  'duplicate-name',
  'duplicate-bank',
  'tax-id-missing',
  'tax-id-bad',
  'terms-conflict',
  'impossible-date',
  'contact-without-address',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** `key` is made of business facts: the same fault is found once. `detail` holds codes, ids and dates, never names or addresses. */
export interface Finding {
  key: string;
  customerId: string;
  kind: FindingKind;
  detail: Readonly<Record<string, string | number>>;
}

/** How an invoice's terms differ from its customer's: one row a contract (or none) and number of days. */
export interface ConflictingTerms {
  contract: string | null;
  days: number;
  invoices: number;
}

/** A document whose dates cannot all be true. */
export interface OddDate {
  invoice: string;
  what: 'due-before-issue' | 'due-far-off' | 'delivered-ahead' | 'issued-long-ago';
  date: BusinessDate;
}

/** What is looked at for one customer. */
export interface QualityFacts {
  customerId: string;
  code: string;
  /** Whether a Chinese tax id is to be expected: the customer trades in yuan. */
  domestic: boolean;
  taxId: string | null;
  termsDays: number;
  /** Customers that share a key with this one and came before it. */
  duplicates: readonly { by: 'tax-id' | 'name' | 'bank'; of: string }[];
  terms: readonly ConflictingTerms[];
  dates: readonly OddDate[];
  /** Facts whose dates contradict each other or the calendar. */
  told: { registeredOn: BusinessDate | null; licenceUntil: BusinessDate | null };
  reachable: boolean;
}

/** What is wrong with one customer's data today. */
export function judgeQuality(facts: QualityFacts, today: BusinessDate): Finding[] {
  const found = (kind: FindingKind, cause: string, detail: Finding['detail'] = {}): Finding => ({
    key: `${kind}/${facts.code}${cause === '' ? '' : `/${cause}`}`,
    customerId: facts.customerId,
    kind,
    detail: { customer: facts.code, ...detail },
  });
  return [
    ...facts.duplicates.map(({ by, of }) => found(`duplicate-${by}`, of, { of })),
    ...taxId(facts, found),
    ...facts.terms.map(({ contract, days, invoices }) =>
      found('terms-conflict', `${contract ?? '-'}/${days}`, {
        contract: contract ?? '',
        days,
        invoices,
        agreed: facts.termsDays,
      }),
    ),
    ...facts.dates.map(({ invoice, what, date }) => found('impossible-date', `${invoice}/${what}`, { invoice, what, date })),
    ...toldDates(facts, today).map(({ what, date }) => found('impossible-date', what, { what, date })),
    ...(facts.reachable ? [] : [found('contact-without-address', '')]),
  ];
}

type Found = (kind: FindingKind, cause: string, detail?: Finding['detail']) => Finding;

function taxId({ taxId: id, domestic }: QualityFacts, found: Found): Finding[] {
  if (!domestic) return [];
  if (id === null) return [found('tax-id-missing', '')];
  const fault = taxIdFault(id);
  return fault === null ? [] : [found('tax-id-bad', '', { fault })];
}

const oldestBusiness = '1900-01-01';
const longestLicenceYears = 30;

function toldDates({ told }: QualityFacts, today: BusinessDate): { what: string; date: BusinessDate }[] {
  const { registeredOn, licenceUntil } = told;
  const odd: { what: string; date: BusinessDate }[] = [];
  if (registeredOn !== null && registeredOn > today) odd.push({ what: 'registered-ahead', date: registeredOn });
  if (registeredOn !== null && registeredOn < oldestBusiness) odd.push({ what: 'registered-long-ago', date: registeredOn });
  if (licenceUntil !== null && registeredOn !== null && licenceUntil < registeredOn)
    odd.push({ what: 'licence-before-registration', date: licenceUntil });
  if (licenceUntil !== null && licenceUntil !== NO_END && licenceUntil > addMonths(today, longestLicenceYears * 12))
    odd.push({ what: 'licence-far-off', date: licenceUntil });
  return odd;
}

/** Bounds beyond which an invoice's dates are taken for typing errors. */
export function dateBounds(today: BusinessDate): { issuedFrom: BusinessDate; deliveredTo: BusinessDate; dueWithinDays: number } {
  return { issuedFrom: addMonths(today, -240), deliveredTo: addDays(today, 1), dueWithinDays: 3653 };
}

const legalForms =
  /(?:股份有限公司|有限责任公司|有限公司|公司|co\.?,?\s*ltd\.?|company limited|limited|ltd\.?|inc\.?|corp\.?|gmbh)$/u;

/** A name as duplicates are found by: width, case, spaces, brackets and the legal form do not tell two parties apart. */
export function normalName(name: string): string {
  const plain = name.normalize('NFKC').toLowerCase().trim();
  const bare = plain.replace(legalForms, '').replace(/[\s\p{P}\p{S}]/gu, '');
  return bare === '' ? plain.replace(/\s/g, '') : bare;
}

/** A bank account as duplicates are found by: its digits and letters. */
export const normalAccount = (account: string): string => account.toUpperCase().replace(/[^0-9A-Z]/g, '');

import { addDays } from '../platform/calendar.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import type { Bilingual, FirstContactRule } from '../ledger/policy.ts';

/** Who writes to customers: what letters say of us. */
export interface Seller {
  name: Bilingual;
  phone: string;
  email: string;
  /** Where customers pay to: the holder, the bank and the number. */
  account: { holder: string; bank: string; number: string } | null;
  /** Below a letter, by language. */
  signature: Bilingual | null;
}

/** How a ledger with a past goes live. */
export interface GoLive {
  /** Steps dated before it are not taken; null: there is no past. */
  collectFrom: BusinessDate | null;
  /** Whether the past that was taken over holds every invoice since a customer's first, or open items alone. */
  history: 'complete' | 'open-items';
  /** Null: taken-over customers know us, and are contacted as planned. */
  firstContact: FirstContactRule | null;
}

/** The longest a go-live window may be open, in calendar days; the first day from which we collect is no later either. */
export const GO_LIVE_DAYS = 90;

/** Whether we would collect from later than now: steps before that day are never taken. `before`: what is in force; null: nothing yet. */
export const collectsLater = (before: GoLive | null, { collectFrom }: GoLive, today: BusinessDate): boolean =>
  collectFrom !== null && collectFrom > (before ? (before.collectFrom ?? '') : addDays(today, GO_LIVE_DAYS));

/** What must be set before the first message leaves. */
export const goLiveParts = ['seller-name', 'seller-phone', 'seller-account', 'seller-signature', 'go-live'] as const;
export type GoLivePart = (typeof goLiveParts)[number];

/** What is still missing before anything may leave, in the order of the settings. */
export function missingForGoLive(seller: Partial<Seller> | null, goLive: GoLive | null): GoLivePart[] {
  const has: Readonly<Record<GoLivePart, boolean>> = {
    'seller-name': said(seller?.name),
    'seller-phone': (seller?.phone ?? '').trim() !== '',
    'seller-account': (seller?.account ?? null) !== null,
    'seller-signature': said(seller?.signature),
    'go-live': goLive !== null,
  };
  return goLiveParts.filter((part) => !has[part]);
}

const said = (words: Bilingual | null | undefined): boolean => Boolean(words?.zh.trim() && words.en.trim());

const partWords: Readonly<Record<GoLivePart, Bilingual>> = {
  'seller-name': { en: 'our name in letters, in both languages', zh: '信函中的我方名称（中英文）' },
  'seller-phone': { en: 'the telephone number customers call back', zh: '供客户回拨的电话' },
  'seller-account': { en: 'the bank account customers pay to', zh: '客户付款的银行账户' },
  'seller-signature': { en: 'the signature below letters, in both languages', zh: '信函落款（中英文）' },
  'go-live': {
    en: 'the day from which we collect, and how taken-over customers are first contacted',
    zh: '开始催收的日期，以及对导入客户的首次联系方式',
  },
};

/** What is missing, in words. */
export const sayGoLivePart = (part: GoLivePart, language: 'en' | 'zh'): string => partWords[part][language];

/** A taken-over customer nobody has written to yet. */
export interface FirstContactCandidate {
  customer: string;
  oldestDueDate: BusinessDate;
  /** The largest open amount of one currency, in its minor units: sums never mix currencies. */
  openMinor: number;
}

/**
 * Who of the waiting may be written to today for the first time: the oldest debt first, then the largest, then by id, so many a day less
 * those who were already.
 */
export function admittedToday(
  waiting: readonly FirstContactCandidate[],
  { perDay }: FirstContactRule,
  contactedToday: number,
): ReadonlySet<string> {
  const ranked = waiting.toSorted(
    (a, b) =>
      (a.oldestDueDate < b.oldestDueDate ? -1 : a.oldestDueDate > b.oldestDueDate ? 1 : 0) ||
      b.openMinor - a.openMinor ||
      (a.customer < b.customer ? -1 : 1),
  );
  return new Set(ranked.slice(0, Math.max(0, perDay - contactedToday)).map(({ customer }) => customer));
}

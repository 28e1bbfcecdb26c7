import { figuresOf, sayFigure } from './refusal-figures.ts';
import { refusalsEn } from './refusals-en.ts';
import { invalidSentence } from './refusals-invalid.ts';
import type { InvalidFault } from './refusals-invalid.ts';
import { refusalsZh } from './refusals-zh.ts';
import { closedUp } from './sentences.ts';

/** Everything the product refuses, by a code that never changes; the sentences stand in refusals-zh.ts and refusals-en.ts. */
export const refusalCodes = [
  'not-found',
  'forbidden',
  'unauthenticated',
  'invalid',
  'conflict',
  'other-customer',
  'waits-already',
  'already-exists',
  'amount-malformed',
  'amount-fraction',
  'amount-too-large',
  'amount-not-positive',
  'sum-too-large',
  'amount-exceeds-open',
  'amount-exceeds-payment',
  'currency-unknown',
  'currency-mismatch',
  'customer-unknown',
  'invoice-unknown',
  'receivable-unknown',
  'payment-unknown',
  'payment-bound',
  'instalments-sum',
  'discount-instalments',
  'date-in-future',
  'date-out-of-bounds',
  'idempotency-body',
  'idempotency-running',
  'receivable-closed',
  'instalment-has-money',
  'already-reversed',
  'reversal-before-payment',
  'reversal-before-document',
  'note-reversed',
  'refund-reversed',
  'has-refund',
  'nothing-unapplied',
  'amount-exceeds-unapplied',
  'credit-exceeds-invoice',
  'invoice-or-account',
  'already-decided',
  'unapprovable',
  'clock-fixed',
  'policy-unknown',
  'policy-invalid',
  'table-shape',
  'table-column',
  'table-cell',
  'table-row',
  'import-unreadable',
  'mapping-invalid',
  'task-closed',
  'dispute-closed',
  'promise-date-past',
  'promise-too-far',
  'promise-closed',
  'template-invalid',
  'reason-required',
  'rate-limited',
  'engine-down',
  'storage-full',
  'database-down',
  'unsupported-media',
  'too-large',
  'version-mismatch',
  'order-unknown',
  'order-closed',
  'quantity-exceeds',
  'return-exceeds',
  'not-approved',
  'line-unknown',
  'shipment-held',
  'request-required',
  'request-unknown',
  'answer-awaited',
  'sanctioned',
  'rate-missing',
  'own-request',
  'tier-exceeded',
  'same-eyes',
  'own-customer',
  'stale-exposure',
  'counter-not-lower',
  'not-open',
  'ground-missing',
  'limit-missing',
  'fact-value',
  'evidence-missing',
  'statement-sum',
  'adjustment-unfit',
  'act-pending',
  'customer-merged',
  'into-itself',
  'approver-missing',
  'go-live-closed',
  'task-role',
  'calendar-unfit',
  'decide-there',
  'payer-out-of-scope',
  'intent-missing',
  'intent-lapsed',
  'scope-unheeded',
  'scope-too-wide',
  'own-key',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** Figures a sentence may name; amounts as decimal strings. */
export type RefusalParams = Record<string, string | number>;

/** One of several faults of the same request; `pointer` is a JSON pointer into its body. */
export interface RefusalReason {
  code: RefusalCode;
  params?: RefusalParams;
  pointer?: string;
}

/** What a refusal says: `title` is the same for every occurrence of the code, `detail` tells how to mend it. */
export interface RefusalText {
  title: string;
  detail: string;
}

/** An expected "no", shown to the user. Faults of the world and bugs are ordinary errors. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly params: RefusalParams;
  readonly pointer: string | undefined;
  readonly reasons: readonly RefusalReason[] | undefined;

  constructor(
    code: RefusalCode,
    params: RefusalParams = {},
    more: { pointer?: string; reasons?: readonly RefusalReason[] } = {},
  ) {
    super(refusalText(code, params, 'en').detail);
    this.name = 'Refusal';
    this.code = code;
    this.params = params;
    this.pointer = more.pointer;
    this.reasons = more.reasons;
  }
}

export const isRefusalCode = (text: unknown): text is RefusalCode => (refusalCodes as readonly unknown[]).includes(text);

const clause = /\[([^\]]*)\]/g;
const placeholder = /\{(\w+)\}/g;

/** A clause in square brackets is said only when every figure it names is known. Figures are put in once, never read again. */
function fill(template: string, code: RefusalCode, params: RefusalParams, language: 'zh' | 'en'): string {
  const known = (name: string): boolean => Object.hasOwn(params, name);
  const put = (text: string): string =>
    text.replace(placeholder, (_, name: string) => (known(name) ? sayFigure(code, params, name, language) : ''));
  return template
    .split(clause)
    .map((text, place) =>
      place % 2 === 0 || [...text.matchAll(placeholder)].every(([, name = '']) => known(name)) ? put(text) : '',
    )
    .join('');
}

/** The refusal in words: what is wrong, with the figures known, and how to mend it. */
export function refusalText(code: RefusalCode, params: RefusalParams, language: 'zh' | 'en'): RefusalText {
  const { title, detail } = (language === 'zh' ? refusalsZh : refusalsEn)[code];
  const own = code === 'invalid' ? invalidSentence(params['fault'], language) : undefined;
  const said = fill(own ?? detail, code, figuresOf(code, params), language);
  return { title, detail: language === 'zh' ? closedUp(said) : said };
}

/** An input that does not fit at a place, with the sentence that says how to correct it. */
export const invalidAt = (pointer: string, fault: InvalidFault, figures: RefusalParams = {}): Refusal =>
  new Refusal('invalid', { fault, ...figures }, { pointer });

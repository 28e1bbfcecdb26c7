import { refusalsEn } from './refusals-en.ts';
import { refusalsZh } from './refusals-zh.ts';

/** Everything the product refuses, by a code that never changes; the sentences stand in refusals-zh.ts and refusals-en.ts. */
export const refusalCodes = [
  'not-found',
  'forbidden',
  'unauthenticated',
  'invalid',
  'conflict',
  'already-exists',
  'amount-malformed',
  'amount-fraction',
  'amount-too-large',
  'amount-not-positive',
  'amount-exceeds-open',
  'amount-exceeds-payment',
  'currency-unknown',
  'currency-mismatch',
  'customer-unknown',
  'invoice-unknown',
  'receivable-unknown',
  'payment-unknown',
  'instalments-sum',
  'date-in-future',
  'idempotency-body',
  'idempotency-running',
  'receivable-closed',
  'instalment-has-money',
  'already-reversed',
  'already-decided',
  'clock-fixed',
  'policy-unknown',
  'policy-invalid',
  'import-unreadable',
  'mapping-invalid',
  'task-closed',
  'dispute-closed',
  'promise-date-past',
  'promise-closed',
  'template-invalid',
  'reason-required',
  'rate-limited',
  'engine-down',
  'database-down',
  'unsupported-media',
  'too-large',
  'version-mismatch',
  'order-unknown',
  'order-closed',
  'quantity-exceeds',
  'not-approved',
  'line-unknown',
  'shipment-held',
  'request-required',
  'request-unknown',
  'answer-awaited',
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
function fill(template: string, params: RefusalParams): string {
  const known = new Map(Object.entries(params));
  return template.replace(clause, (_, text: string) => {
    const complete = [...text.matchAll(placeholder)].every(([, name = '']) => known.has(name));
    return complete ? text.replace(placeholder, (_token, name: string) => String(known.get(name))) : '';
  });
}

/** The refusal in words: what is wrong, with the figures known, and how to mend it. */
export function refusalText(code: RefusalCode, params: RefusalParams, language: 'zh' | 'en'): RefusalText {
  const text = (language === 'zh' ? refusalsZh : refusalsEn)[code];
  return { title: text.title, detail: fill(text.detail, params) };
}

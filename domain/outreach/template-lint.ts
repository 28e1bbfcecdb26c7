import { plainText } from './plain-text.ts';
import type { MessageClass } from './policy.ts';

type Language = 'zh' | 'en';
type Words = Readonly<Record<Language, string>>;

/** A family of phrases no letter may hold; its patterns are regular expressions, without regard to case. Loaded from policies. */
export interface LintRule extends Readonly<Record<Language, readonly string[]>> {
  kind: 'threat' | 'shame' | 'third-party' | 'untrue-legal' | 'legal-threat' | 'jargon';
  /** Classes of message in which the rule does not hold. */
  notIn?: readonly MessageClass[];
  /** What to write in its place. */
  instead: Words;
}

export interface LintPolicy {
  rules: readonly LintRule[];
  /** Invitations to answer, by one of which a letter offers a way out, and what to write where none does. */
  wayOut: Readonly<Record<Language, readonly string[]>> & { instead: Words };
  /** Names of the context whose values a neutral message must print. */
  neutral: { needs: readonly string[]; instead: Words };
}

export interface LintFinding {
  kind: LintRule['kind'] | 'no-way-out' | 'no-call-back' | 'account';
  /** What was found; empty where something is missing. */
  found: string;
  instead: Words;
}

/** Patterns become regular expressions once a list; both languages are looked at whatever the letter's own. */
const compiled = new WeakMap<readonly string[], RegExp>();
function matcher(patterns: readonly string[]): RegExp {
  const known = compiled.get(patterns);
  if (known) return known;
  const made = new RegExp(patterns.map((pattern) => `(?:${pattern})`).join('|'), 'iu');
  compiled.set(patterns, made);
  return made;
}

const figures = /[\p{Nd},.]+/gu;

/** A letter of many items says the same line again and again: each is looked at once beside each line it follows, whatever its figures. */
function withoutRepetition(text: string): string {
  const seen = new Set<string>();
  let before = '';
  const told = text.split('\n').filter((line) => {
    const shape = line.replace(figures, '0');
    const pair = `${before}\n${shape}`;
    before = shape;
    return !seen.has(pair) && seen.add(pair);
  });
  return told.join('\n');
}

/** What a text must not say, the first of each kind: threats, shame, third parties, untrue or premature legal claims, jargon. */
export function lintText(text: string, messageClass: MessageClass, { rules }: LintPolicy): LintFinding[] {
  const said = plainText(withoutRepetition(text));
  return rules.flatMap(({ kind, notIn, instead, ...patterns }) => {
    if (notIn?.includes(messageClass)) return [];
    const found = matcher(patterns.zh).exec(said) ?? matcher(patterns.en).exec(said);
    return found ? [{ kind, found: found[0], instead }] : [];
  });
}

/**
 * What a letter lacks as its reader gets it: an invitation to answer, or, where it is neutral, our name and a number to call back. A name that is
 * empty cannot be printed and is not missed.
 */
export function missingIn(
  written: string,
  messageClass: MessageClass,
  context: Readonly<Record<string, unknown>>,
  { wayOut, neutral }: LintPolicy,
): LintFinding[] {
  if (messageClass === 'neutral') {
    const printed = plainText(written);
    const missed = neutral.needs.some((name) => !printed.includes(plainText(valueOf(context, name))));
    return missed ? [{ kind: 'no-call-back', found: '', instead: neutral.instead }] : [];
  }
  const said = plainText(withoutRepetition(written));
  const invites = [wayOut.zh, wayOut.en].some((patterns) => matcher(patterns).test(said));
  return invites ? [] : [{ kind: 'no-way-out', found: '', instead: wayOut.instead }];
}

/** `seller.name` in a context; '' for what is no text. */
function valueOf(context: unknown, name: string): string {
  let found = context;
  for (const part of name.split('.'))
    found = typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>)[part] : undefined;
  return typeof found === 'string' ? found : '';
}

/** Longer than a telephone number with its area code; a country's own before it does not count. */
const digits = /\d(?:[\s\-.·/]*\d){11,}/;
const elsewhere: Words = {
  en: 'leave out what looks like a number of a bank account: it stands in the account alone',
  zh: '请勿填写类似银行账号的数字：收款账号只在账户一栏填写',
};

/** What our name or signature must not say in a letter: what no letter may, and where to pay to. */
export function lintOurWords(text: string, policy: LintPolicy): LintFinding[] {
  const found = digits.exec(plainText(text).replace(/(?:\+|\b00)86(?=[\s\-\d])/g, ''));
  const account: LintFinding[] = found ? [{ kind: 'account', found: found[0], instead: elsewhere }] : [];
  return [...lintText(text, 'reminder', policy), ...account];
}

/** A finding in both languages: what was found, and what to write instead. */
export const sayFindings = (findings: readonly LintFinding[]): { en: string; zh: string } => ({
  en: findings.map(({ found, instead }) => (found === '' ? instead.en : `"${found}": ${instead.en}`)).join('; '),
  zh: findings.map(({ found, instead }) => (found === '' ? instead.zh : `“${found}”：${instead.zh}`)).join('；'),
});

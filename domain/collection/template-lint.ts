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
  /** Words by one of which a letter offers a way out, and what to write where none does. */
  wayOut: Readonly<Record<Language, readonly string[]>> & { instead: Words };
  /** Names a neutral message must print. */
  neutral: { needs: readonly string[]; instead: Words };
}

export interface LintFinding {
  kind: LintRule['kind'] | 'no-way-out' | 'no-call-back';
  /** What was found; empty where something is missing. */
  found: string;
  instead: Words;
}

const invisible = /[\p{Cf}\p{Mn}]/gu;
/** Blanks and signs between Chinese characters hide a word from a list, not from its reader. */
const split = /(?<=\p{Script=Han})[\s*_.·•\-~/|、]+(?=\p{Script=Han})/gu;

const plain = (text: string): string => text.normalize('NFKC').replace(invisible, '').replace(split, '').replace(/[’‘]/g, "'");

/** Patterns become regular expressions once a list; both languages are looked at whatever the letter's own. */
const compiled = new WeakMap<readonly string[], RegExp>();
function matcher(patterns: readonly string[]): RegExp {
  const known = compiled.get(patterns);
  if (known) return known;
  const made = new RegExp(patterns.map((pattern) => `(?:${pattern})`).join('|'), 'iu');
  compiled.set(patterns, made);
  return made;
}

/** What a text must not say, the first of each kind: threats, shame, third parties, untrue or premature legal claims, jargon. */
export function lintText(text: string, messageClass: MessageClass, { rules }: LintPolicy): LintFinding[] {
  const said = plain(text);
  return rules.flatMap(({ kind, notIn, instead, ...patterns }) => {
    if (notIn?.includes(messageClass)) return [];
    const found = matcher(patterns.zh).exec(said) ?? matcher(patterns.en).exec(said);
    return found ? [{ kind, found: found[0], instead }] : [];
  });
}

/** A whole template: its sentences, and what it lacks: a way out, or, where it is neutral, our name and a number to call back. */
export function lintTemplate(
  template: { class: MessageClass; subject: string | null; body: string },
  policy: LintPolicy,
): LintFinding[] {
  const code = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
  const text = `${template.subject ?? ''}\n${template.body}`;
  const findings = lintText(text.replace(code, ''), template.class, policy);
  const { wayOut, neutral } = policy;
  if (template.class === 'neutral') {
    const printed = (template.body.match(code) ?? []).join(' ');
    if (!neutral.needs.every((name) => printed.includes(name)))
      findings.push({ kind: 'no-call-back', found: '', instead: neutral.instead });
  } else if (![wayOut.zh, wayOut.en].some((patterns) => matcher(patterns).test(plain(template.body.replace(code, ' ')))))
    findings.push({ kind: 'no-way-out', found: '', instead: wayOut.instead });
  return findings;
}

/** A finding in both languages: what was found, and what to write instead. */
export const sayFindings = (findings: readonly LintFinding[]): { en: string; zh: string } => ({
  en: findings.map(({ found, instead }) => (found === '' ? instead.en : `"${found}": ${instead.en}`)).join('; '),
  zh: findings.map(({ found, instead }) => (found === '' ? instead.zh : `“${found}”：${instead.zh}`)).join('；'),
});

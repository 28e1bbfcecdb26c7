import { lintText, missingIn, sayFindings } from '../../../domain/outreach/template-lint.ts';
import type { LintFinding, LintPolicy } from '../../../domain/outreach/template-lint.ts';
import { textFault } from '../../../domain/outreach/message.ts';
import type { TextFault } from '../../../domain/outreach/message.ts';
import { tones } from '../templates.ts';
import type { MessageTemplate, TemplateContext } from '../templates.ts';
import { checkLetter } from './check.ts';
import { faultWords } from './fault.ts';
import { kindOf } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { saidBy } from './said.ts';
import { renderTemplate } from './words.ts';
import type { Words } from '../../../domain/platform/words.ts';

/** What of a template is held against what letters may say. */
export type Judged = Pick<MessageTemplate, 'id' | 'channel' | 'class' | 'subject' | 'body'>;

/** Where a template cannot be used, and why, in both languages. */
export interface UnfitPart {
  pointer: string;
  what: Words;
}

class Unfit extends Error {
  readonly part: UnfitPart;
  constructor(pointer: string, what: Words) {
    super(what.en);
    this.part = { pointer, what };
  }
}
const invalid = (pointer: string, what: Words): Unfit => new Unfit(pointer, what);

const amounts = [
  { amount: '12,000.00', value: 12_000 },
  { amount: '0.01', value: 0.01 },
  { amount: '1,500,000.00', value: 1_500_000 },
] as const;
const moneyOf = (item: number) => amounts[item % amounts.length] ?? amounts[0];

const line = (daysOverdue: number, item: number) => ({
  ...{ invoice: `INV-${item}`, branch: item % 2 === 0 ? '' : 'Branch' },
  ...{ instalment: 1 + (item % 3), instalments: item % 3 === 0 ? 1 : 3 },
  ...{ dueDate: '2026-03-04', daysOverdue, currency: item % 4 === 3 ? 'JPY' : 'CNY', ...moneyOf(item) },
});

/** So many lines a letter may have: none, one, few, many. */
const sizes = [0, 1, 2, 5, 40] as const;

/** Letters as they come, from no item to many, short and long, each text there and empty. */
function samplesOf(): TemplateContext[] {
  const seller: TemplateContext['seller'] = { name: 'Seller', phone: '', email: '', account: '', signature: 'Seller' };
  const silent = Object.fromEntries(Object.keys(seller).map((name) => [name, ''])) as typeof seller;
  const spoken = Object.fromEntries(Object.keys(seller).map((name) => [name, `Some ${name}`])) as typeof seller;
  return sizes.flatMap((late, at) =>
    sizes.map((soon, no): TemplateContext => {
      const overdue = Array.from({ length: late }, (_, item) => line(item * item + 1, item));
      const upcoming = Array.from({ length: soon }, (_, item) => line(-item, item + 1));
      const currencies = ['CNY', 'USD', 'JPY'].slice(0, late + soon === 0 ? 0 : 1 + (no % 3));
      return {
        ...{ overdue, upcoming, today: '2026-03-12', count: late + soon },
        tone: tones[(at + no) % tones.length] ?? 'neutral',
        seller: (at + no) % 2 === 0 ? silent : spoken,
        customer: { name: no % 2 === 0 ? 'Customer' : '客户'.repeat(40) },
        contact: { name: at % 2 === 0 ? 'Contact' : '' },
        totals: currencies.map((currency, item) => ({ currency, ...moneyOf(item) })),
      };
    }),
  );
}
const samples = samplesOf();
const [alone, ...full] = samples as [TemplateContext, ...TemplateContext[]];

/** What notices are about, by the template that says it. */
const noticeSamples: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'shipment-held': {
    ...{ order: 'SO-1', request: 'SR-1', goods: '1: 2', amount: '12,000.00', currency: 'CNY', days: '7' },
    ...{ ground: 'Ground', law: '', remedy: 'Payment or security' },
  },
};

const textFaults: Readonly<Record<TextFault, Words>> = {
  class: { en: 'SMS carries the class neutral only', zh: '短信仅可使用 neutral 类模板' },
  url: { en: 'an SMS holds no address of a page', zh: '短信不得含网址' },
  amount: { en: 'an SMS holds no amount', zh: '短信不得含金额' },
  'debt-word': { en: 'an SMS says nothing of debt', zh: '短信不得提及债务' },
};

/** Each text of a notice left out in turn, as it may come. */
const emptyNotices = (notice: Readonly<Record<string, string>>): TemplateContext[] =>
  Object.keys(notice).map((name) => ({ ...alone, notice: { ...notice, [name]: '' } }));

/** Holds a part of a template against the names it may use, in every branch, without running it. */
function held(pointer: string, text: string, kinds: Kind): void {
  try {
    checkLetter(text, typeof kinds === 'object' && 'record' in kinds ? kinds.record : {});
  } catch (error) {
    throw invalid(pointer, faultWords(error));
  }
}

/** Throws Unfit at the part that threatens, shames, names third parties, claims what is not, or lacks a way out. */
function judgeWords(pointer: '/subject' | '/body', findings: readonly LintFinding[]): void {
  if (findings.length > 0) throw invalid(pointer, sayFindings(findings));
}

/** Puts the template into words as a customer might get it. Throws Unfit at the part that fails. */
function judgeText({ id, channel, class: messageClass, subject, body }: Judged, policy: LintPolicy): void {
  if (channel === 'sms' && subject !== null) throw invalid('/subject', { en: 'an SMS has no subject', zh: '短信没有主题' });
  if (channel !== 'sms' && subject === null) throw invalid('/subject', { en: 'it needs a subject', zh: '须有主题' });
  const notice = noticeSamples[id];
  const whole = full.find(({ overdue, upcoming, totals }) => overdue.length * upcoming.length * totals.length > 0);
  const kinds = kindOf({ ...whole, ...(notice && { notice }) });
  for (const [pointer, text] of [['/subject', subject ?? ''] as const, ['/body', body] as const]) held(pointer, text, kinds);
  // A digest is about something; only a notice stands alone.
  for (const sample of notice ? [alone, ...emptyNotices(notice), ...full] : full) {
    const context = notice ? { notice, ...sample } : sample;
    const say = (pointer: string, text: string): string => {
      try {
        return renderTemplate({ subject: null, body: text }, context).body;
      } catch (error) {
        throw invalid(pointer, faultWords(error));
      }
    };
    if (subject !== null) judgeWords('/subject', lintText(say('/subject', subject), messageClass, policy));
    const written = say('/body', body);
    judgeWords('/body', lintText(written, messageClass, policy));
    judgeSms(channel, messageClass, written);
    judgeWords('/body', missingIn(written, messageClass, { ...context }, policy));
  }
}

/** Throws Unfit for a text that may not go by this channel. */
function judgeSms(channel: Judged['channel'], messageClass: Judged['class'], text: string): void {
  const fault = textFault(channel, messageClass, text);
  if (fault !== null) throw invalid(fault === 'class' ? '/class' : '/body', textFaults[fault]);
}

/** What no sample reaches is held against the same words: every branch, and every text that stands in code. */
function judgeBranches({ channel, class: messageClass, subject, body }: Judged, policy: LintPolicy): void {
  for (const [pointer, text] of [['/subject', subject ?? ''] as const, ['/body', body] as const]) {
    const { texts, literals } = saidBy(text);
    for (const said of [...texts, ...literals]) judgeWords(pointer, lintText(said, messageClass, policy));
    for (const said of texts) judgeSms(channel, messageClass, said);
  }
}

/** Holds a whole template against what letters may say: the first part that cannot be used, or null. */
export function judgeLetter(template: Judged, policy: LintPolicy): UnfitPart | null {
  try {
    judgeText(template, policy);
    judgeBranches(template, policy);
    return null;
  } catch (error) {
    if (error instanceof Unfit) return error.part;
    throw error;
  }
}

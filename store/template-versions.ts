import type { Actor } from '../domain/kernel/actor.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import { textFault } from '../domain/collection/message.ts';
import type { TextFault } from '../domain/collection/message.ts';
import type { Channel } from '../domain/collection/governor.ts';
import type { MessageClass } from '../domain/collection/policy.ts';
import { LostRace } from './rows.ts';
import { refreshTemplates, renderTemplate, sha256 } from './templates.ts';
import type { Language, TemplateContext } from './templates.ts';
import { write } from './transaction.ts';
import type { Store } from './transaction.ts';

export interface NewTemplate {
  id: string;
  language: Language;
  channel: Channel;
  class: MessageClass;
  tone: string;
  subject: string | null;
  body: string;
  providerTemplate: string | null;
  reason: string;
  /** The version the author saw (If-Match); null: whatever it is. */
  seen: number | null;
}

type Written = Pick<NewTemplate, 'id' | 'language' | 'channel'> & { version: number };

const invalid = (pointer: string, what: string): Refusal => new Refusal('template-invalid', { what }, { pointer });

/** Who writes what: letters of legal class are legal's, all others are not. */
function judgeAuthor(actor: Actor, messageClass: MessageClass): void {
  const legalClass = messageClass === 'demand';
  if ((actor.role === 'legal') !== legalClass) throw new Refusal('forbidden', { verb: `template.write ${messageClass}` });
}

const line = (daysOverdue: number) => ({
  ...{
    invoice: 'INV-1',
    instalment: 1,
    instalments: 2,
    dueDate: '2026-03-04',
    daysOverdue,
    currency: 'CNY',
    amount: '12,000.00',
  },
});

/** Letters as they come: one item or several, overdue or not, so that no branch of a template is met for the first time by a customer. */
const samples: readonly TemplateContext[] = [
  { overdue: [line(8), line(1)], upcoming: [line(-3)] },
  { overdue: [line(8)], upcoming: [] },
  { overdue: [], upcoming: [line(-3)] },
].map(({ overdue, upcoming }, index) => ({
  ...{ overdue, upcoming, today: '2026-03-12', count: overdue.length + upcoming.length },
  tone: (['neutral', 'hospital', 'dealer'] as const)[index] ?? 'neutral',
  seller: { name: 'Seller', phone: '', email: '' },
  customer: { name: 'Customer' },
  contact: { name: 'Contact' },
  totals: [{ currency: 'CNY', amount: '12,000.00' }],
}));

/** What notices are about, by the template that says it. */
const noticeSamples: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'shipment-held': {
    ...{ order: 'SO-1', request: 'SR-1', goods: '1: 2', amount: '12,000.00', currency: 'CNY', days: '7' },
    ...{ ground: 'Ground', law: '', remedy: 'Payment or security' },
  },
};

const textFaults: Readonly<Record<TextFault, string>> = {
  class: 'SMS carries the class neutral only / 短信仅可使用 neutral 类模板',
  url: 'an SMS holds no address of a page / 短信不得含网址',
  amount: 'an SMS holds no amount / 短信不得含金额',
  'debt-word': 'an SMS says nothing of debt / 短信不得提及债务',
};

/** Puts the template into words as a customer might get it. Throws Refusal `template-invalid` at the part that fails. */
function judgeText({ id, channel, class: messageClass, subject, body }: NewTemplate): void {
  if (channel === 'sms' && subject !== null) throw invalid('/subject', 'an SMS has no subject / 短信没有主题');
  if (channel !== 'sms' && subject === null) throw invalid('/subject', 'it needs a subject / 须有主题');
  const notice = noticeSamples[id];
  for (const sample of samples) {
    const context = notice ? { ...sample, notice } : sample;
    const say = (pointer: string, text: string): string => {
      try {
        return renderTemplate({ subject: null, body: text }, context).body;
      } catch (error) {
        throw invalid(pointer, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
      }
    };
    if (subject !== null) say('/subject', subject);
    const fault = textFault(channel, messageClass, say('/body', body));
    if (fault !== null) throw invalid(fault === 'class' ? '/class' : '/body', textFaults[fault]);
  }
}

/**
 * Writes a new version of a template: it is in force for the next message made from it; what went out keeps its own. Throws Refusal
 * `template-invalid`, `version-mismatch`, or `forbidden` for the class.
 */
export async function addTemplateVersion(store: Store, actor: Actor, template: NewTemplate): Promise<Written> {
  judgeAuthor(actor, template.class);
  judgeText(template);
  const { id, language, channel, subject, body, tone, providerTemplate, reason, seen } = template;
  const written = await write(store, actor, async (tx, at) => {
    const known = await tx.selectFrom('template').select('class').where('id', '=', id).limit(1).executeTakeFirst();
    if (known && known.class !== template.class) throw invalid('/class', `${id}: ${known.class}`);
    const newest = await tx
      .selectFrom('template')
      .select(['version', 'content_hash'])
      .where('id', '=', id)
      .where('language', '=', language)
      .where('channel', '=', channel)
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst();
    const before = newest?.version ?? 0;
    if (seen !== null && seen !== before) throw new Refusal('version-mismatch', { given: seen, current: before });
    const contentHash = sha256(JSON.stringify([subject, body]));
    const version = before + 1;
    const row = {
      id,
      language,
      channel,
      version,
      class: template.class,
      tone,
      subject,
      body,
      author: actor.id,
      created_at: at.now,
    };
    const inserted = await tx
      .insertInto('template')
      .values({ ...row, provider_template: providerTemplate, content_hash: contentHash })
      .onConflict((conflict) => conflict.doNothing())
      .returning('version')
      .executeTakeFirst();
    if (!inserted) throw new LostRace('a template version was written meanwhile');
    const audit = {
      action: 'template.written',
      subjectKind: 'template',
      subjectId: `${id}/${language}/${channel}/${version}`,
      reason,
      before: newest ? { version: newest.version, contentHash: newest.content_hash } : null,
      after: { version, contentHash, class: template.class, tone },
    };
    return { value: { id, language, channel, version }, audit: [audit] };
  });
  refreshTemplates(store.db);
  return written;
}

import { readFile } from 'node:fs/promises';
import type { ExpressionBuilder } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import type { LintPolicy } from '../../domain/outreach/template-lint.ts';
import type { Channel } from '../../domain/outreach/governor.ts';
import { checks } from './letters/aside.ts';
import { doubtfulIn } from './letters/tone.ts';
import type { Judged } from './letters/judge.ts';
import { LostRace } from '../platform/rows.ts';
import { refuseOwn } from '../access/second-person.ts';
import type { DB } from '../platform/schema.ts';
import { refreshTemplates, sha256 } from './templates.ts';
import type { Language } from './templates.ts';
import { write, eventOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import type { Words } from '../../domain/platform/words.ts';
import type { MessageClass } from '../../domain/outreach/policy.ts';

export interface NewTemplate {
  id: string;
  language: Language;
  channel: Channel;
  class: MessageClass;
  tone: string;
  subject: string | null;
  body: string;
  providerTemplate: string | null;
  /** Null: today. */
  effectiveFrom: BusinessDate | null;
  reason: string;
  /** The version the author saw (If-Match); null: whatever it is. */
  seen: number | null;
}

type Written = Pick<NewTemplate, 'id' | 'language' | 'channel'> & { version: number };

const invalid = (pointer: string, { en, zh }: Words): Refusal =>
  new Refusal('template-invalid', { what: en, whatZh: zh }, { pointer });

/** Who writes what: letters of legal class are legal's, all others are not. */
function judgeAuthor(actor: Actor, messageClass: MessageClass): void {
  const legalClass = messageClass === 'demand';
  if ((actor.role === 'legal') !== legalClass)
    throw new Refusal(
      'forbidden',
      { verb: legalClass ? 'template.write demand' : 'template.write other' },
      { pointer: '/class' },
    );
}

let loaded: Promise<LintPolicy> | null = null;

/** What no letter may say, as policies/template-lint.json has it. */
export const lintPolicy = (): Promise<LintPolicy> =>
  (loaded ??= readFile(new URL('../../policies/template-lint.json', import.meta.url), 'utf8').then(
    (text) => JSON.parse(text) as LintPolicy,
  ));

/** Holds a template against what letters may say. Throws Refusal `template-invalid` at the part that fails. */
async function judgeTemplate(template: Judged): Promise<void> {
  const fault = await checks.judge(template, await lintPolicy());
  if (fault) throw invalid(fault.pointer, fault.what);
}

/**
 * Proposes a new version of a template: another person approves it. Throws Refusal `template-invalid`, `version-mismatch`, or `forbidden`
 * for the class.
 */
export async function addTemplateVersion(
  store: Store,
  actor: Actor,
  template: NewTemplate,
): Promise<Written & { doubtful: string[] }> {
  judgeAuthor(actor, template.class);
  await judgeTemplate(template);
  const { id, language, channel, subject, body, tone, providerTemplate, effectiveFrom, reason, seen } = template;
  const doubtful = await doubtfulIn(template);
  return write(store, actor, async ({ tx, at }) => {
    const from = effectiveFrom ?? at.today;
    if (from < at.today) throw invalidAt('/effectiveFrom', 'too-early', { date: from, earliest: at.today });
    const known = await tx.selectFrom('template').select('class').where('id', '=', id).limit(1).executeTakeFirst();
    if (known && known.class !== template.class)
      throw invalid('/class', { en: `${id} is of the class ${known.class}`, zh: `${id} 的类别为 ${known.class}` });
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
    if (seen !== null && seen !== before)
      throw new Refusal('version-mismatch', { given: seen, current: before }, { pointer: 'If-Match' });
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
      ...{ effective_from: from, author: actor.id, created_at: at.now },
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
      after: { version, contentHash, class: template.class, tone, effectiveFrom: from },
    };
    return { value: { id, language, channel, version, doubtful }, audit: [audit], events: [eventOf(audit)] };
  });
}

/** Who agrees to what: letters of legal class are agreed to by legal or the finance director, all others by whoever may approve. */
function judgeApprover(actor: Actor, messageClass: MessageClass): void {
  if (messageClass === 'demand' && actor.role === 'credit_manager')
    throw new Refusal('forbidden', { verb: 'template.approve demand' });
}

/** The letter is checked again: what was written when less was checked cannot be approved, and needs a new version. */
async function judgeAnew(template: Judged): Promise<void> {
  try {
    await judgeTemplate(template);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'template-invalid') throw error;
    throw new Refusal('unapprovable', { fault: error.params['what'] ?? '', faultZh: error.params['whatZh'] ?? '' });
  }
}

/**
 * Approves a version, once, by another person than its author: from its day on letters are made from it; what went out keeps its own.
 * Throws Refusal `not-found`, `already-decided`, `own-request`, `approver-missing`, or `unapprovable` when a newer version is approved or
 * the letter fails the check of today.
 */
export async function approveTemplateVersion(
  store: Store,
  actor: Actor,
  { id, language, channel, version }: Written,
  reason: string | null,
): Promise<Written & { effectiveFrom: BusinessDate; approvedBy: string }> {
  const name = `${id}/${language}/${channel}/${version}`;
  const key = (eb: ExpressionBuilder<DB, 'template'>) => eb.and({ id, language, channel });
  const row = await store.db.selectFrom('template').selectAll().where(key).where('version', '=', version).executeTakeFirst();
  if (!row) throw new Refusal('not-found', { id: name }, { pointer: '{version}' });
  const messageClass = row.class as MessageClass;
  judgeApprover(actor, messageClass);
  await refuseOwn(store.db, actor, row.author, 'template.approve', messageClass === 'demand' ? ['credit_manager'] : []);
  if (row.approved_by === null) await judgeAnew({ id, channel, class: messageClass, subject: row.subject, body: row.body });
  const value = await write(store, actor, async ({ tx }) => {
    const versions = await tx
      .selectFrom('template')
      .select(['version', 'approved_by'])
      .where(key)
      .where('version', '>=', version)
      .orderBy('version')
      .forUpdate()
      .execute();
    const [own, ...newer] = versions;
    if (own && own.approved_by !== null) throw new Refusal('already-decided', { by: own.approved_by });
    const passed = newer.find((one) => one.approved_by !== null);
    if (passed) throw new Refusal('unapprovable', { newer: passed.version });
    await tx.updateTable('template').set({ approved_by: actor.id }).where(key).where('version', '=', version).execute();
    const audit = {
      action: 'template.approved',
      subjectKind: 'template',
      subjectId: name,
      reason,
      before: { approvedBy: null },
      after: { approvedBy: actor.id, author: row.author, effectiveFrom: row.effective_from },
    };
    const approved = { id, language, channel, version, effectiveFrom: row.effective_from, approvedBy: actor.id };
    return { value: approved, audit: [audit], events: [eventOf(audit)] };
  });
  refreshTemplates(store.policies.db);
  return value;
}

import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Channel } from '../../domain/outreach/governor.ts';
import type { DropReason, Recipient } from '../../domain/outreach/recipient.ts';
import { outreachWorkflowId } from '../../domain/platform/subject.ts';
import type { Ask, Moment, Work } from '../platform/transaction.ts';
import type { ProcessKind } from '../../domain/platform/subject.ts';
import type { Tx } from '../platform/database.ts';
import type { Draft } from './digest.ts';
import { addressHash } from './opt-outs.ts';
import type { CustomerFacts, NoticeRow } from './outreach-facts.ts';
import { letterOf } from './letters/letter.ts';
import { oneLine } from './letters/words.ts';
import type { Language, TemplateBook } from './templates.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects } from '../platform/effects.ts';

/** A letter of its own: about no rung of a receivable, asked for by some process, which is rung when it went, failed or arrived. */
export interface NewNotice {
  /** Made of business facts. */
  key: string;
  customerId: string;
  template: string;
  /** What the template may name under `notice`. */
  context: Readonly<Record<Language, Readonly<Record<string, string>>>>;
  process: { subject: string; kind: ProcessKind };
}

/** Asks the customer's outreach for a notice; asked for before, nothing is asked again. */
export async function requestNotice({ tx, at }: Work, notice: NewNotice): Promise<Effects> {
  const { key, customerId, template, context, process } = notice;
  const { rows } = await sql<{ id: string }>`
    insert into notice (key, customer_id, template, context, process, requested_at)
    values (${key}, ${customerId}::uuid, ${template}, ${JSON.stringify(context)}::jsonb, ${process.subject}, ${at.now}::timestamptz)
    on conflict (key) do nothing returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) return noEffects();
  const about = { subjectKind: 'notice', subjectId: id, customerId };
  const outreach: Ask = { subject: outreachWorkflowId(customerId), kind: 'outreach' };
  return {
    ...noEffects(),
    audit: [{ ...about, action: 'notice.requested', after: { template, process: process.subject } }],
    asks: [outreach],
    events: [{ ...about, kind: 'notice.requested', data: { template } }],
  };
}

/** The notice went into a message, or nobody can be reached: its process looks. */
export async function settleNotice(
  { tx, at }: Work,
  notice: NoticeRow,
  outcome: { messageId: string } | { why: DropReason },
): Promise<Effects> {
  const taken = 'messageId' in outcome;
  await sql`
    update notice set state = ${taken ? 'taken' : 'dropped'}, reason = ${taken ? null : outcome.why}, message_id = ${taken ? outcome.messageId : null}::uuid,
      taken_at = ${taken ? at.now : null}::timestamptz where id = ${notice.id}::uuid`.execute(tx);
  const about = { subjectKind: 'notice', subjectId: notice.id, customerId: notice.customerId };
  const action = taken ? 'notice.taken' : 'notice.dropped';
  const after = taken ? { message: outcome.messageId } : undefined;
  return {
    ...noEffects(),
    audit: [{ ...about, action, reason: taken ? null : outcome.why, ...(after && { after }) }],
    asks: [{ subject: notice.process, kind: notice.kind, customerId: notice.customerId }],
    events: [{ ...about, kind: action }],
  };
}

/** Its message failed, or got no receipt in time: it is asked for again, by another channel. */
export async function retryNotice(tx: Tx, noticeId: string, failed: Channel): Promise<void> {
  await sql`
    update notice set state = 'requested', message_id = null, tried = tried || to_jsonb(${failed}::text) where id = ${noticeId}::uuid`.execute(
    tx,
  );
}

/** Writes the letter of a notice to one person. */
export async function draftNotice(
  templates: TemplateBook,
  customer: CustomerFacts,
  notice: NoticeRow,
  { person, channel }: Extract<Recipient, { verdict: 'send' }>,
  at: Moment,
): Promise<Draft> {
  const template = templates.find(notice.template, person.language, channel);
  const letter = await letterOf(templates, template, {
    today: at.today,
    tone: customer.type === 'hospital' ? 'hospital' : ['dealer', 'channel'].includes(customer.type) ? 'dealer' : 'neutral',
    seller: templates.seller(person.language),
    customer: { name: oneLine(customer.name) },
    contact: { name: oneLine(person.name, 60) },
    ...{ count: 0, overdue: [], upcoming: [], totals: [] },
    notice: Object.fromEntries(
      Object.entries(notice.context[person.language]).map(([name, value]) => [name, oneLine(value, 400)]),
    ),
  });
  const address = person.addresses[channel] ?? '';
  const contentHash = createHash('sha256')
    .update(JSON.stringify([channel, address, letter.subject, letter.body]))
    .digest('hex');
  return { ...letter, address, addressHash: addressHash(channel, address), contentHash };
}

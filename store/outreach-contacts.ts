import { receivableWorkflowId } from '../domain/kernel/subject.ts';
import type { Channel } from '../domain/collection/governor.ts';
import { chooseRecipient, leadingRung, recipientOfNotice } from '../domain/collection/outreach.ts';
import type { OutreachTerms, Recipient } from '../domain/collection/outreach.ts';
import type { Tx } from './database.ts';
import { contactKey, draftMessage, fallbackStands, insertMessage, readLines, requestStands, settleRungs } from './digest.ts';
import type { Line } from './digest.ts';
import { draftNotice, retryNotice, settleNotice } from './notices.ts';
import { readCustomer } from './outreach-facts.ts';
import type { CustomerFacts, NoticeRow, OutreachRow } from './outreach-facts.ts';
import { append, messageTraces, rungTraces, stageTraces } from './outreach-traces.ts';
import type { TemplateBook } from './templates.ts';
import type { Moment, Store } from './transaction.ts';
import { noTraces, openWorkOrder } from './work-orders.ts';
import type { WorkOrderTraces } from './work-orders.ts';

/** All that one look at a customer's contacts works with. */
export interface OutreachDesk {
  store: Store;
  tx: Tx;
  at: Moment;
  row: OutreachRow;
  templates: TemplateBook;
  terms: OutreachTerms;
  /** Channels with a provider; the others are in outbox mode. */
  live: ReadonlySet<Channel>;
}

/** What a contact leaves: its traces, and the facts as they stand after it. */
export interface Done {
  traces: WorkOrderTraces;
  facts: CustomerFacts;
  /** Requests that are no longer called for and wait for their receivable to record it. */
  withdrawing: boolean;
}

/** Other channels for what did not arrive come first, then the digest of what is asked. */
export async function contactNow(desk: OutreachDesk, facts: CustomerFacts): Promise<Done> {
  const { terms, at } = desk;
  for (const followUp of facts.followUps.filter((f) => f.dueAt <= at.now)) {
    if (followUp.noticeId !== null) return retryNow(desk, facts, followUp, followUp.noticeId);
    const recipient = chooseRecipient(facts.people, followUp.class, followUp.tried, terms, at.now);
    if (recipient.verdict !== 'defer') return followUpNow(desk, facts, followUp, recipient);
  }
  for (const notice of facts.notices) {
    const recipient = recipientOfNotice(facts.people, notice, terms, at.now);
    if (recipient.verdict !== 'defer') return noticeNow(desk, facts, notice, recipient);
  }
  return facts.requested.length > 0 ? digestNow(desk, facts) : { traces: noTraces(), facts, withdrawing: false };
}

/** A notice goes as a letter of its own; when nobody can be reached, its process has a person give it another way. */
async function noticeNow(
  desk: OutreachDesk,
  facts: CustomerFacts,
  notice: NoticeRow,
  recipient: Exclude<Recipient, { verdict: 'defer' }>,
): Promise<Done> {
  const { tx, at, templates, live } = desk;
  const rest: CustomerFacts = { ...facts, notices: facts.notices.filter(({ id }) => id !== notice.id) };
  if (recipient.verdict === 'drop') {
    const traces = await settleNotice(tx, at, notice, { why: recipient.why });
    if (recipient.why === 'no-address') append(traces, await mendAddress(desk, facts, recipient.why));
    return { traces, facts: rest, withdrawing: false };
  }
  const draft = draftNotice(templates, facts, notice, recipient, at);
  const outbox = !live.has(recipient.channel);
  const attempt = notice.tried.length;
  const key = `notice/${notice.key}/${attempt}`;
  const message = { key, customer: facts, recipient, draft, lines: [], outbox, fallbackOf: null, attempt };
  const messageId = await insertMessage(tx, at, message);
  const traces = await settleNotice(tx, at, notice, { messageId });
  append(traces, messageTraces(facts, messageId, recipient, draft.template, [], outbox));
  return { traces, facts: contacted(rest, at, outbox ? null : messageId), withdrawing: false };
}

/** A notice that failed, or got no receipt, is asked for again without the channels that failed. */
async function retryNow(desk: OutreachDesk, facts: CustomerFacts, followUp: FollowUpFacts, noticeId: string): Promise<Done> {
  const { tx, at, store, templates } = desk;
  await tx.updateTable('message').set({ followed_at: at.now }).where('id', '=', followUp.messageId).execute();
  for (const channel of followUp.tried) await retryNotice(tx, noticeId, channel);
  const audit = [
    {
      ...{ subjectKind: 'message', subjectId: followUp.messageId, customerId: facts.id },
      ...{ action: 'message.followed-up', reason: 'next-channel' },
    },
  ];
  const again = await readCustomer(tx, store, templates, facts.id, at);
  return { traces: { ...noTraces(), audit }, facts: again, withdrawing: false };
}

async function digestNow(desk: OutreachDesk, facts: CustomerFacts): Promise<Done> {
  const { store, tx, at, terms, templates, live } = desk;
  const { standing, fallen } = await readLines(tx, store, at, facts.requested, requestStands);
  const traces = noTraces();
  for (const id of fallen) {
    traces.asks.push({ subject: receivableWorkflowId(id), kind: 'receivable' });
    traces.audit.push({ action: 'contact.withdrawn', subjectKind: 'receivable', subjectId: id, customerId: facts.id });
  }
  const kept: CustomerFacts = { ...facts, requested: standing.map((line) => line.rung) };
  const leading = leadingRung(kept.requested);
  if (!leading) return { traces, facts: kept, withdrawing: true };
  const recipient = chooseRecipient(facts.people, leading.class, [], terms, at.now);
  if (recipient.verdict === 'defer') return { traces, facts: kept, withdrawing: fallen.length > 0 };
  const nothingAsked: CustomerFacts = { ...kept, requested: [] };
  if (recipient.verdict === 'drop') {
    append(traces, await skip(desk, facts, standing, recipient.why));
    return { traces, facts: nothingAsked, withdrawing: fallen.length > 0 };
  }
  const draft = draftMessage(templates, facts, leading.template, recipient, standing, at);
  const outbox = !live.has(recipient.channel);
  const messageId = await insertMessage(tx, at, {
    key: contactKey(standing),
    customer: facts,
    recipient,
    draft,
    lines: standing,
    outbox,
    fallbackOf: null,
    attempt: 0,
  });
  append(traces, messageTraces(facts, messageId, recipient, draft.template, standing, outbox));
  for (const { line, stage, differs } of await settleRungs(tx, at, standing, 'taken', null)) {
    append(traces, rungTraces(line, 'rung.taken', null, messageId));
    if (stage !== line.found.facts.stage) append(traces, stageTraces(line, stage));
    if (differs) traces.asks.push({ subject: receivableWorkflowId(line.found.id), kind: 'receivable' });
  }
  return { traces, facts: contacted(nothingAsked, at, outbox ? null : messageId), withdrawing: fallen.length > 0 };
}

/** Nobody can be reached: the rungs are skipped with that reason, and a wrong address becomes a task, never a silent queue. */
async function skip(
  desk: OutreachDesk,
  facts: CustomerFacts,
  lines: readonly Line[],
  why: 'opted-out' | 'no-address',
): Promise<WorkOrderTraces> {
  const traces = noTraces();
  await settleRungs(desk.tx, desk.at, lines, 'skipped', why);
  for (const line of lines) {
    append(traces, rungTraces(line, 'rung.skipped', why, null));
    traces.asks.push({ subject: receivableWorkflowId(line.found.id), kind: 'receivable' });
  }
  if (why === 'no-address') append(traces, await mendAddress(desk, facts, why));
  return traces;
}

type FollowUpFacts = CustomerFacts['followUps'][number];

/** A message that failed or got no receipt: what is still owed is asked for again, by the next channel. */
async function followUpNow(
  desk: OutreachDesk,
  facts: CustomerFacts,
  followUp: FollowUpFacts,
  recipient: Exclude<Recipient, { verdict: 'defer' }>,
): Promise<Done> {
  const { store, tx, at, templates, live } = desk;
  const { standing } = await readLines(tx, store, at, followUp.rungs, fallbackStands);
  await tx.updateTable('message').set({ followed_at: at.now }).where('id', '=', followUp.messageId).execute();
  const rest: CustomerFacts = { ...facts, followUps: facts.followUps.filter((f) => f.messageId !== followUp.messageId) };
  const about = { subjectKind: 'message', subjectId: followUp.messageId, customerId: facts.id };
  const outcome = standing.length === 0 ? 'nothing-owed' : recipient.verdict === 'drop' ? recipient.why : 'next-channel';
  const traces: WorkOrderTraces = { ...noTraces(), audit: [{ ...about, action: 'message.followed-up', reason: outcome }] };
  if (standing.length === 0) return { traces, facts: rest, withdrawing: false };
  if (recipient.verdict === 'drop') {
    append(traces, await mendAddress(desk, facts, followUp.failed ? 'failed' : 'no-receipt'));
    return { traces, facts: rest, withdrawing: false };
  }
  const draft = draftMessage(templates, facts, followUp.template, recipient, standing, at);
  const outbox = !live.has(recipient.channel);
  const messageId = await insertMessage(tx, at, {
    key: `${followUp.key.split('/fallback/')[0]}/fallback/${recipient.channel}`,
    customer: facts,
    recipient,
    draft,
    lines: standing,
    outbox,
    fallbackOf: followUp.messageId,
    attempt: followUp.attempts + 1,
  });
  append(traces, messageTraces(facts, messageId, recipient, draft.template, standing, outbox));
  return { traces, facts: contacted(rest, at, outbox ? null : messageId), withdrawing: false };
}

/** One open task a customer is enough: whoever mends the address sees all that waits for it. */
async function mendAddress(desk: OutreachDesk, facts: CustomerFacts, why: string): Promise<WorkOrderTraces> {
  const open = await desk.tx
    .selectFrom('work_order')
    .select('id')
    .where('customer_id', '=', facts.id)
    .where('kind', '=', 'mend-address')
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  if (open) return noTraces();
  return openWorkOrder(desk.tx, desk.store, desk.at, {
    key: `mend-address/${facts.customerCode}/${desk.at.now}`,
    kind: 'mend-address',
    customerId: facts.id,
    subject: `customer ${facts.customerCode}`,
    reason: { why },
  });
}

const contacted = (facts: CustomerFacts, at: Moment, sending: string | null): CustomerFacts => ({
  ...facts,
  sending,
  people: facts.people.map((person) => ({ ...person, history: [...person.history, at.now] })),
});

import { sql } from 'kysely';
import type { Instant } from '../../domain/platform/calendar.ts';
import { contactSlot } from '../../domain/outreach/governor.ts';
import type { Channel, DeferReason } from '../../domain/outreach/governor.ts';
import { leadingRung } from '../../domain/outreach/outreach.ts';
import { outreachWorkflowId, subjectOf } from '../../domain/platform/subject.ts';
import type { ProcessKind } from '../../domain/platform/subject.ts';
import type { Tx } from '../platform/database.ts';
import type { Departures } from '../platform/departures.ts';
import { isContact, readPeople } from './outreach-people.ts';
import type { PersonJson } from './outreach-people.ts';
import { firstLetter } from './templates.ts';
import type { Language, TemplateBook } from './templates.ts';
import type { Moment, Store } from '../platform/transaction.ts';
import type {
  FollowUp,
  OutreachFacts,
  OutreachTerms,
  RequestedNotice,
  RequestedRung,
} from '../../domain/outreach/outreach-facts.ts';

/** The stored plan of a customer's contacts, under its lock. `asked` is read before the facts. */
export interface OutreachRow {
  customerId: string;
  seq: number;
  asked: number;
  step: string;
  at: Instant | null;
  why: unknown;
  messageId: string | null;
}

/** A rung in a message, with what a letter says of its receivable. */
export interface ContactRung extends RequestedRung {
  invoice: string;
  /** Whose invoice it is, where that is not who is written to; else empty. */
  branch: string;
  instalments: number;
}

/** A notice that waits for its message. */
export interface NoticeRow extends RequestedNotice {
  customerId: string;
  key: string;
  template: string;
  context: Readonly<Record<Language, Readonly<Record<string, string>>>>;
  /** Workflow id of the process that asked for it, and its kind. */
  process: string;
  kind: ProcessKind;
}

export interface CustomerFacts extends OutreachFacts {
  id: string;
  name: string;
  type: string;
  requested: readonly ContactRung[];
  notices: readonly NoticeRow[];
  copies: readonly ContactRung[];
  /** An insurance fund is never dunned. */
  neverDunned: boolean;
  followUps: readonly (FollowUp & { key: string; attempts: number; rungs: readonly ContactRung[] })[];
}

/** Locks the outreach of a customer, making its row when it is the first; undefined: Postgres does not know the customer. */
export async function lockOutreach(tx: Tx, customerId: string): Promise<OutreachRow | undefined> {
  const look = async (): Promise<OutreachRow | undefined> => {
    const { rows } = await sql<OutreachRow>`
      select o.customer_id as "customerId", o.seq, coalesce(w.asked, 0) as asked, o.plan_step as step, o.plan_at as at, o.plan_why as why,
        o.plan_message as "messageId"
      from outreach o left join wake w on w.subject = ${outreachWorkflowId(customerId)} where o.customer_id = ${customerId}::uuid for update of o`.execute(
      tx,
    );
    return rows[0];
  };
  const known = await look();
  if (known) return known;
  await sql`insert into outreach (customer_id, plan_step, plan_why) select id, 'wait', '{"code":"nothing-pending","params":{}}' from customer
    where id = ${customerId}::uuid on conflict do nothing`.execute(tx);
  return look();
}

interface RungJson {
  receivableId: string;
  rung: string;
  at: string;
  ladder: string;
  policyVersion: number;
  invoice: string;
  branch: string;
  instalments: number;
}
interface FollowJson {
  messageId: string;
  key: string;
  template: string;
  state: string;
  receiptBy: string | null;
  tried: Channel[];
  attempts: number;
  noticeId: string | null;
  rungs: RungJson[];
}
type NoticeJson = Omit<NoticeRow, 'class' | 'customerId' | 'kind'>;

/** What one rung of a receivable looks like in JSON; the aliases g (rung id and instant), r (receivable), i (invoice), c (who is written to) stand for its rows. */
const rungJson = (
  id: string,
  instant: string,
) => sql`jsonb_build_object('receivableId', r.id, 'rung', ${sql.ref(id)}, 'at', ${sql.ref(instant)},
  'ladder', r.ladder, 'policyVersion', r.policy_version, 'invoice', i.number,
  'branch', case when r.customer_id = c.id then '' else (select k.name from customer k where k.id = r.customer_id) end,
  'instalments', (select count(*) from receivable s where s.invoice_id = r.invoice_id))`;

interface CustomerJson {
  code: string;
  name: string;
  type: string;
  sending: string | null;
  deferred: { messageId: string; until: string; why: DeferReason } | null;
  people: PersonJson[] | null;
  requested: RungJson[] | null;
  notices: NoticeJson[] | null;
  copies: RungJson[] | null;
  neverDunned: boolean;
  follow: FollowJson[] | null;
  fallbacks: string[] | null;
}

/** Reads what a customer's contacts depend on, as of now. */
export async function readCustomer(
  tx: Tx,
  store: Store,
  { live, templates }: Pick<Departures, 'live'> & { templates: TemplateBook },
  id: string,
  at: Moment,
): Promise<CustomerFacts> {
  const { rows } = await sql<CustomerJson>`
    select c.external_id as code, c.name, c.type, c.debtor_class is not distinct from 'insurance-fund' as "neverDunned",
      (select jsonb_agg(${rungJson('g.rung', 'g.requested_at')} order by g.requested_at, i.external_id, r.instalment, g.rung)
        from payer_copy g join receivable r on r.id = g.receivable_id join invoice i on i.id = r.invoice_id
        where g.payer_id = c.id and g.state = 'requested') as copies,
      (select m.id from message m where m.customer_id = c.id and m.state = 'sending' order by m.sending_at, m.key limit 1) as sending,
      (select jsonb_build_object('messageId', m.id, 'until', m.wait_until, 'why', m.reason) from message m
        where m.customer_id = c.id and m.state = 'deferred' order by m.wait_until, m.key limit 1) as deferred,
      (select jsonb_agg(jsonb_build_object('id', p.external_id, 'name', p.name, 'role', p.role, 'language', p.language, 'position', p.position,
        'email', p.email, 'sms', p.mobile, 'wecom', p.wecom) order by p.position, p.external_id)
        from contact p where p.customer_id = c.id and p.active) as people,
      (select jsonb_agg(${rungJson('g.rung', 'g.at')} order by g.at, i.external_id, r.instalment, g.position)
        from receivable r join rung g on g.receivable_id = r.id and g.state = 'requested' join invoice i on i.id = r.invoice_id
        where r.customer_id = c.id and r.stage <> 'closed') as requested,
      (select jsonb_agg(jsonb_build_object('id', n.id, 'key', n.key, 'template', n.template, 'context', n.context, 'process', n.process, 'tried', n.tried)
        order by n.requested_at, n.key) from notice n where n.customer_id = c.id and n.state = 'requested') as notices,
      (select jsonb_agg(jsonb_build_object('messageId', m.id, 'noticeId', (select n.id from notice n where n.message_id = m.id), 'key', m.key, 'template', m.template, 'state', m.state, 'receiptBy', m.receipt_by,
        'tried', (select jsonb_agg(distinct t.channel) from message t where t.customer_id = c.id
          and split_part(t.key, '/fallback/', 1) = split_part(m.key, '/fallback/', 1)),
        'attempts', coalesce((select max(x.attempt) from message_rung x where x.message_id = m.id), 0),
        'rungs', coalesce((select jsonb_agg(${rungJson('x.rung', 'm.sending_at')} order by i.external_id, r.instalment)
          from message_rung x join receivable r on r.id = x.receivable_id join invoice i on i.id = r.invoice_id where x.message_id = m.id), '[]'))
        order by m.sending_at, m.key)
        from message m where m.customer_id = c.id and m.followed_at is null
          and (m.state in ('failed', 'dropped') or m.state = 'sent' and m.receipt_by is not null)) as follow,
      (select jsonb_agg(m.sending_at) from message m where m.customer_id = c.id and m.fallback and ${isContact({ live })}
        and m.sending_at > ${at.now}::timestamptz - interval '7 days') as fallbacks
    from customer c where c.id = ${id}::uuid`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error('the outreach of a customer that does not exist');
  const withLadder = (json: RungJson) => contactRung(store, templates, json);
  const { name, type, code: customerCode, sending } = row;
  return {
    ...{ id, name, type, customerCode, sending },
    deferred: row.deferred && { ...row.deferred, until: new Date(row.deferred.until).toISOString() },
    people: await readPeople(tx, id, row.people ?? [], at, { live }),
    requested: await Promise.all((row.requested ?? []).map(withLadder)),
    copies: await Promise.all((row.copies ?? []).map(withLadder)),
    neverDunned: row.neverDunned,
    notices: (row.notices ?? []).map((json) => noticeRow(templates, id, json)),
    followUps: await Promise.all((row.follow ?? []).map((json) => followUpOf(store, templates, json, at))),
    fallbacks: (row.fallbacks ?? []).map((instant) => new Date(instant).toISOString()),
  };
}

async function followUpOf(store: Store, templates: TemplateBook, json: FollowJson, at: Moment) {
  const rungs = await Promise.all(json.rungs.map((rung) => contactRung(store, templates, rung)));
  const leading = leadingRung(rungs);
  const failed = json.state === 'failed' || json.state === 'dropped';
  return {
    messageId: json.messageId,
    noticeId: json.noticeId,
    key: json.key,
    attempts: json.attempts,
    rungs,
    ...(json.template === firstLetter
      ? { template: firstLetter, class: templates.classOf(firstLetter) }
      : { template: leading?.template ?? json.template, class: leading?.class ?? ('reminder' as const) }),
    stage: leading?.stage ?? ('reminder' as const),
    tried: json.tried,
    failed,
    dueAt: failed || json.receiptBy === null ? at.now : new Date(json.receiptBy).toISOString(),
  };
}

/** The steps that a message is about, and what it asks for them. */
export async function rungsIn(
  tx: Tx,
  store: Store,
  templates: TemplateBook,
  messageId: string,
): Promise<(ContactRung & { askedMinor: number })[]> {
  const { rows } = await sql<{ json: RungJson; askedMinor: number }>`
    select ${rungJson('x.rung', 'm.sending_at')} as json, x.asked_minor as "askedMinor"
    from message m join customer c on c.id = m.customer_id join message_rung x on x.message_id = m.id
      join receivable r on r.id = x.receivable_id join invoice i on i.id = r.invoice_id
    where m.id = ${messageId}::uuid order by i.external_id, r.instalment`.execute(tx);
  return Promise.all(rows.map(async ({ json, askedMinor }) => ({ ...(await contactRung(store, templates, json)), askedMinor })));
}

/** The notice that a message is; null: it is a digest. */
export async function noticeIn(
  tx: Tx,
  templates: TemplateBook,
  customerId: string,
  messageId: string,
): Promise<NoticeRow | null> {
  const { rows } = await sql<NoticeJson>`
    select id, key, template, context, process, tried from notice where message_id = ${messageId}::uuid`.execute(tx);
  return rows[0] ? noticeRow(templates, customerId, rows[0]) : null;
}

function noticeRow(templates: TemplateBook, customerId: string, json: NoticeJson): NoticeRow {
  const process = subjectOf(json.process);
  if (!process) throw new Error(`a notice of ${json.process}, which is no process`);
  return { ...json, customerId, class: templates.classOf(json.template), kind: process.kind };
}

async function contactRung(store: Store, templates: TemplateBook, json: RungJson): Promise<ContactRung> {
  const ladder = await store.policies.ladder(json.ladder, json.policyVersion);
  const position = ladder.rungs.findIndex((rung) => rung.id === json.rung);
  const rung = ladder.rungs[position];
  if (!rung?.template)
    throw new Error(`dunning procedure ${json.ladder} version ${json.policyVersion} has no contact step ${json.rung}`);
  return {
    receivableId: json.receivableId,
    rung: json.rung,
    at: new Date(json.at).toISOString(),
    template: rung.template,
    class: templates.classOf(rung.template),
    stage: rung.stage,
    position,
    invoice: json.invoice,
    branch: json.branch,
    instalments: json.instalments,
  };
}

/** Whether a letter of a language can name us and a number to call back. */
const speaks = (templates: TemplateBook | null, language: Language): boolean => {
  const { name, phone } = templates?.seller(language) ?? { name: '', phone: '' };
  return name.trim() !== '' && phone.trim() !== '';
};

/** Policy and calendar as they bind this customer's contacts. At speed 0, and where a second is longer than the gathering, none gathers. */
export async function outreachTerms(
  store: Store,
  customerCode: string,
  at: Moment,
  { live, templates }: Pick<Departures, 'live'> & { templates: TemplateBook | null },
  heldBack: OutreachTerms['heldBack'] = null,
): Promise<OutreachTerms> {
  const { current, calendar } = await store.policies.current();
  const rules = current['contact-rules'].content;
  const { speed } = at.clock;
  const gathers = speed > 0 && speed <= rules.gatherSeconds;
  return {
    rules,
    calendar,
    slotMinute: contactSlot(customerCode, rules),
    live,
    callBack: { zh: speaks(templates, 'zh'), en: speaks(templates, 'en') },
    heldBack,
    gatherMs: gathers ? rules.gatherSeconds * 1000 : 0,
  };
}

import { sql } from 'kysely';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import type { Channel } from '../../domain/outreach/governor.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { doubtfulIn } from './letters/tone.ts';
import type { MessageClass } from '../../domain/outreach/policy.ts';

/** A version of a template for a channel and language. It never changes; only its approval is added, once. */
export interface TemplateView {
  id: string;
  language: 'zh' | 'en';
  channel: Channel;
  version: number;
  class: MessageClass;
  tone: string;
  subject: string | null;
  body: string;
  providerTemplate: string | null;
  /** In force today: the newest approved version whose day has come. */
  current: boolean;
  effectiveFrom: BusinessDate;
  author: string;
  approvedBy: string | null;
  createdAt: Instant;
  /** Sentences that whoever approves it should look at. */
  doubtful: string[];
}

export interface TemplateFilter {
  id?: string | undefined;
  language?: string | undefined;
  channel?: string | undefined;
  /** Those that wait for a second person, in the place of those in force. */
  proposed?: boolean | undefined;
  /** Id, language and channel of the last row of the page before. */
  after?: readonly [string, string, string] | undefined;
}

type Row = Omit<TemplateView, 'doubtful'>;
const told = (rows: readonly Row[]): Promise<TemplateView[]> =>
  Promise.all(rows.map(async (row) => ({ ...row, doubtful: await doubtfulIn(row) })));

const view = (
  today: BusinessDate,
) => sql`t.id, t.language, t.channel, t.version, t.class, t.tone, t.subject, t.body, t.provider_template as "providerTemplate", t.author,
  t.created_at as "createdAt", t.effective_from as "effectiveFrom", t.approved_by as "approvedBy",
  t.version is not distinct from (select max(q.version) from template q where (q.id, q.language, q.channel) = (t.id, t.language, t.channel)
    and q.approved_by is not null and q.effective_from <= ${today}::date) as current`;

/** The versions in force, else the newest, by id, language and channel; one more than `limit` when there are more. */
export async function listTemplates(store: Store, filter: TemplateFilter, limit: number): Promise<TemplateView[]> {
  const { id, language, channel, proposed = false, after } = filter;
  const { today } = await momentOf(store.db, store);
  const conditions = [
    proposed ? sql<boolean>`t.approved_by is null` : sql<boolean>`true`,
    ...(id === undefined ? [] : [sql<boolean>`t.id = ${id}`]),
    ...(language === undefined ? [] : [sql<boolean>`t.language = ${language}`]),
    ...(channel === undefined ? [] : [sql<boolean>`t.channel = ${channel}`]),
    ...(after === undefined ? [] : [sql<boolean>`(t.id, t.language, t.channel) > (${after[0]}, ${after[1]}, ${after[2]})`]),
  ];
  const { rows } = await sql<Row>`
    select distinct on (t.id, t.language, t.channel) * from (select ${view(today)} from template t where ${sql.join(conditions, sql` and `)}) t
    order by t.id, t.language, t.channel, t.current desc, t.version desc limit ${limit + 1}`.execute(store.db);
  return told(rows);
}

/** Every version of a template for a channel and language, the newest first. */
export async function templateVersions(
  store: Store,
  of: Pick<TemplateView, 'id' | 'language' | 'channel'>,
): Promise<TemplateView[]> {
  const { today } = await momentOf(store.db, store);
  const { rows } = await sql<Row>`
    select ${view(today)} from template t where t.id = ${of.id} and t.language = ${of.language} and t.channel = ${of.channel}
    order by t.version desc`.execute(store.db);
  return told(rows);
}

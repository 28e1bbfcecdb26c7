import { sql } from 'kysely';
import type { Instant } from '../domain/kernel/calendar.ts';
import type { Channel } from '../domain/collection/governor.ts';
import type { MessageClass } from '../domain/collection/policy.ts';
import type { Store } from './transaction.ts';

/** The newest version of a template for a channel and language. */
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
  author: string;
  createdAt: Instant;
}

export interface TemplateFilter {
  id?: string | undefined;
  language?: string | undefined;
  channel?: string | undefined;
  /** Id, language and channel of the last row of the page before. */
  after?: readonly [string, string, string] | undefined;
}

const view = sql`t.id, t.language, t.channel, t.version, t.class, t.tone, t.subject, t.body, t.provider_template as "providerTemplate", t.author,
  t.created_at as "createdAt"`;

/** The newest versions, by id, language and channel; one more than `limit` when there are more. */
export async function listTemplates(store: Store, filter: TemplateFilter, limit: number): Promise<TemplateView[]> {
  const { id, language, channel, after } = filter;
  const conditions = [
    sql<boolean>`true`,
    ...(id === undefined ? [] : [sql<boolean>`t.id = ${id}`]),
    ...(language === undefined ? [] : [sql<boolean>`t.language = ${language}`]),
    ...(channel === undefined ? [] : [sql<boolean>`t.channel = ${channel}`]),
    ...(after === undefined ? [] : [sql<boolean>`(t.id, t.language, t.channel) > (${after[0]}, ${after[1]}, ${after[2]})`]),
  ];
  const { rows } = await sql<TemplateView>`
    select distinct on (t.id, t.language, t.channel) ${view} from template t where ${sql.join(conditions, sql` and `)}
    order by t.id, t.language, t.channel, t.version desc limit ${limit + 1}`.execute(store.db);
  return rows;
}

/** Every version of a template for a channel and language, the newest first. */
export async function templateVersions(
  store: Store,
  of: Pick<TemplateView, 'id' | 'language' | 'channel'>,
): Promise<TemplateView[]> {
  const { rows } = await sql<TemplateView>`
    select ${view} from template t where t.id = ${of.id} and t.language = ${of.language} and t.channel = ${of.channel}
    order by t.version desc`.execute(store.db);
  return rows;
}

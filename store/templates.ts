import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Liquid } from 'liquidjs';
import type { Template } from 'liquidjs';
import { sql } from 'kysely';
import type { Channel } from '../domain/collection/governor.ts';
import type { MessageClass } from '../domain/collection/policy.ts';
import type { Database } from './database.ts';

const FOLDER = new URL('../policies/templates/', import.meta.url);
const FRESH_MS = 5_000;
/** What an SMS says, whatever the rung: never what it is about. */
export const neutralTemplate = 'please-contact-us';

export type Language = 'zh' | 'en';

export interface MessageTemplate {
  id: string;
  language: Language;
  channel: Channel;
  version: number;
  class: MessageClass;
  subject: string | null;
  body: string;
}

/** What a template may name; a name that is not here is an error, not an empty string. Amounts are formatted text. */
export interface TemplateContext {
  today: string;
  tone: 'hospital' | 'dealer' | 'neutral';
  seller: { name: string; phone: string; email: string };
  customer: { name: string };
  contact: { name: string };
  count: number;
  overdue: readonly TemplateLine[];
  upcoming: readonly TemplateLine[];
  totals: readonly { currency: string; amount: string }[];
  /** What a notice is about; digests have none. */
  notice?: Readonly<Record<string, string>>;
}

export interface TemplateLine {
  invoice: string;
  instalment: number;
  instalments: number;
  dueDate: string;
  daysOverdue: number;
  currency: string;
  amount: string;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Manifest {
  seller: { name: Record<Language, string>; phone: string; email: string };
  templates: { id: string; class: MessageClass; channels: Channel[]; subject: Record<Language, string> | null }[];
}

/** No files, no includes, nothing undefined: a template sees its context and nothing else. */
const engine = new Liquid({
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  templates: {},
  parseLimit: 100_000,
  renderLimit: 1_000,
  memoryLimit: 50_000_000,
});

/** Loads the default templates as version 1 and the seller's default name; what is there already stays. */
export async function seedTemplates(db: Database): Promise<void> {
  const manifest = JSON.parse(await readFile(new URL('manifest.json', FOLDER), 'utf8')) as Manifest;
  await db
    .insertInto('setting')
    .values({ key: 'seller', value: JSON.stringify(manifest.seller) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  for (const entry of manifest.templates) {
    for (const language of ['zh', 'en'] as const) {
      const body = (await readFile(new URL(`${entry.id}.${language}.liquid`, FOLDER), 'utf8')).trimEnd();
      const subject = entry.subject?.[language] ?? null;
      const row = {
        id: entry.id,
        language,
        version: 1,
        class: entry.class,
        subject,
        body,
        content_hash: sha256(JSON.stringify([subject, body])),
      };
      await db
        .insertInto('template')
        .values(
          entry.channels.map((channel) => ({ ...row, channel, author: 'default', created_at: sql<string>`clock_timestamp()` })),
        )
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }
}

export interface TemplateBook {
  /** The newest version of a template. Throws when there is none. */
  find(id: string, language: Language, channel: Channel): MessageTemplate;
  /** The class of messages made from a template, whatever the channel. */
  classOf(id: string): MessageClass;
  seller(language: Language): TemplateContext['seller'];
}

const books = new WeakMap<Database, { at: number; book: Promise<TemplateBook> }>();

/** The newest templates as this process sees them, read again every five seconds. */
export async function templatesOf(db: Database): Promise<TemplateBook> {
  const known = books.get(db);
  if (known && Date.now() - known.at < FRESH_MS) return known.book;
  const book = loadTemplates(db);
  books.set(db, { at: Date.now(), book });
  book.catch(() => books.delete(db));
  return book;
}

/** Forgets what this process knows of the templates: a version was written. */
export const refreshTemplates = (db: Database): void => void books.delete(db);

async function loadTemplates(db: Database): Promise<TemplateBook> {
  const rows = await db
    .selectFrom('template')
    .selectAll()
    .distinctOn(['id', 'language', 'channel'])
    .orderBy('id')
    .orderBy('language')
    .orderBy('channel')
    .orderBy('version', 'desc')
    .execute();
  const setting = await db.selectFrom('setting').select('value').where('key', '=', 'seller').executeTakeFirst();
  const seller = setting?.value as Manifest['seller'] | undefined;
  const templates = new Map(rows.map((row) => [`${row.id}/${row.language}/${row.channel}`, row as MessageTemplate]));
  const classes = new Map(rows.map((row) => [row.id, row.class as MessageClass]));
  return {
    find(id, language, channel) {
      const template = templates.get(`${id}/${language}/${channel}`);
      if (!template) throw new Error(`no template ${id} for ${channel} in ${language}`);
      return template;
    },
    classOf(id) {
      const found = classes.get(id);
      if (!found) throw new Error(`no template ${id}`);
      return found;
    },
    seller: (language) => ({ name: seller?.name[language] ?? '', phone: seller?.phone ?? '', email: seller?.email ?? '' }),
  };
}

const parsed = new Map<string, Template[]>();
const MOST_PARSED = 500;

function parse(text: string): Template[] {
  const known = parsed.get(text);
  if (known) return known;
  if (parsed.size >= MOST_PARSED) parsed.clear();
  const made = engine.parse(text);
  parsed.set(text, made);
  return made;
}

/** A template put into words. Names in the context are data: they are never read as template code. The subject is one line. */
export function renderTemplate(
  template: Pick<MessageTemplate, 'subject' | 'body'>,
  context: TemplateContext,
): { subject: string | null; body: string } {
  const say = (text: string): string => String(engine.renderSync(parse(text), context));
  return { subject: template.subject === null ? null : oneLine(say(template.subject), 200), body: say(template.body).trim() };
}

/**
 * A name or number as it may stand in a letter: one line, without control and direction marks, links broken so that no mail reader
 * makes one, at most `most` characters.
 */
export function oneLine(text: string, most = 120): string {
  const clean = text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .replace(/:\/\//g, ': // ')
    .replace(/\bwww\./gi, 'www. ')
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...clean];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : clean;
}

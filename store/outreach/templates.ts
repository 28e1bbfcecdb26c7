import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { Channel } from '../../domain/outreach/governor.ts';
import type { Seller } from '../../domain/outreach/going-live.ts';
import type { Database } from '../platform/database.ts';
import type { MessageClass } from '../../domain/outreach/policy.ts';

const FOLDER = new URL('../../policies/templates/', import.meta.url);
const FRESH_MS = 5_000;
/** What an SMS says, whatever the rung: never what it is about. */
export const neutralTemplate = 'please-contact-us';

/** What a customer that was taken over gets first, in the place of a reminder or demand. */
export const firstLetter = 'due-statement';

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

/** To whom a letter speaks. */
export const tones = ['hospital', 'dealer', 'neutral'] as const;

/**
 * What a template may name; a name that is not here is an error, not an empty string. `amount` is formatted text, `value` the same as a plain
 * number of whole units to reckon and compare with.
 */
export interface TemplateContext {
  today: string;
  tone: (typeof tones)[number];
  /** Names, numbers and the signature are data of settings; texts that are not set are empty. */
  seller: { name: string; phone: string; email: string; account: string; signature: string };
  customer: { name: string };
  contact: { name: string };
  count: number;
  overdue: readonly TemplateLine[];
  upcoming: readonly TemplateLine[];
  totals: readonly { currency: string; amount: string; value: number }[];
  /** What a notice is about; digests have none. */
  notice?: Readonly<Record<string, string>>;
}

export interface TemplateLine {
  invoice: string;
  /** Of an invoice that the reader pays for somebody: whose it is; empty where it is the reader's own. */
  branch: string;
  instalment: number;
  instalments: number;
  dueDate: string;
  daysOverdue: number;
  currency: string;
  amount: string;
  value: number;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Manifest {
  seller: { name: Record<Language, string>; phone: string; email: string };
  templates: { id: string; class: MessageClass; channels: Channel[]; subject: Record<Language, string> | null }[];
}

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
        ...{ effective_from: '1970-01-01', author: 'default', approved_by: 'default' },
      };
      await db
        .insertInto('template')
        .values(entry.channels.map((channel) => ({ ...row, channel, created_at: sql<string>`clock_timestamp()` })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }
}

export interface TemplateBook {
  /** The version of a template that is in force. Throws when there is none. */
  find(id: string, language: Language, channel: Channel): MessageTemplate;
  /** The version before this one, to fall back to; null: there is none, or it is older than those that are kept at hand. */
  before(template: MessageTemplate): MessageTemplate | null;
  /** The class of messages made from a template, whatever the channel. */
  classOf(id: string): MessageClass;
  seller(language: Language): TemplateContext['seller'];
}

/** The seller as a letter of a language says it. */
const sellerWords =
  (seller: Partial<Seller> | null) =>
  (language: Language): TemplateContext['seller'] => {
    const name = seller?.name?.[language] ?? '';
    const { holder, bank, number } = seller?.account ?? { holder: '', bank: '', number: '' };
    const account = [holder, bank, number].filter((part) => part !== '').join(language === 'zh' ? '，' : ', ');
    const signature = seller?.signature?.[language] ?? name;
    return { name, phone: seller?.phone ?? '', email: seller?.email ?? '', account, signature };
  };

/** The book with the seller as one transaction sees it: a letter must not leave without the account that was just set. */
export const withSeller = (book: TemplateBook, seller: Partial<Seller> | null): TemplateBook => ({
  ...book,
  seller: sellerWords(seller),
});

const books = new WeakMap<Database, { at: number; today: BusinessDate; book: Promise<TemplateBook> }>();

/** The templates in force on a day as this process sees them, read again every five seconds. */
export async function templatesOf(db: Database, today: BusinessDate): Promise<TemplateBook> {
  const known = books.get(db);
  if (known && known.today === today && Date.now() - known.at < FRESH_MS) return known.book;
  const book = loadTemplates(db, today);
  books.set(db, { at: Date.now(), today, book });
  book.catch(() => books.delete(db));
  return book;
}

/** Forgets what this process knows of the templates: a version came into force. */
export const refreshTemplates = (db: Database): void => void books.delete(db);

/** The version in force and those it may fall back to. */
const VERSIONS_AT_HAND = 4;
const keyOf = ({ id, language, channel }: Pick<MessageTemplate, 'id' | 'language' | 'channel'>): string =>
  `${id}/${language}/${channel}`;

async function loadTemplates(db: Database, today: BusinessDate): Promise<TemplateBook> {
  const { rows: known } = await sql<MessageTemplate>`
    select id, language, channel, version, class, subject, body from (
      select t.*, row_number() over (partition by id, language, channel order by version desc) as age from template t
      where t.approved_by is not null and t.effective_from <= ${today}::date) t
    where age <= ${VERSIONS_AT_HAND} order by age, id, language, channel`.execute(db);
  const rows = known.filter((row, index) => known.findIndex((one) => keyOf(one) === keyOf(row)) === index);
  const setting = await db.selectFrom('setting').select('value').where('key', '=', 'seller').executeTakeFirst();
  const seller = setting?.value as Partial<Seller> | undefined;
  const templates = new Map(rows.map((row) => [keyOf(row), row]));
  const classes = new Map(rows.map((row) => [row.id, row.class]));
  return {
    find(id, language, channel) {
      const template = templates.get(`${id}/${language}/${channel}`);
      if (!template) throw new Error(`no template ${id} for ${channel} in ${language}`);
      return template;
    },
    before: (template) => known.find((one) => keyOf(one) === keyOf(template) && one.version < template.version) ?? null,
    classOf(id) {
      const found = classes.get(id);
      if (!found) throw new Error(`no template ${id}`);
      return found;
    },
    seller: sellerWords(seller ?? null),
  };
}

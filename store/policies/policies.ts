import { sql } from 'kysely';
import type { BusinessDate, Calendar } from '../../domain/platform/calendar.ts';
import { parseAmount } from '../../domain/platform/money.ts';
import { contactSlot } from '../../domain/outreach/governor.ts';
import type { Ladder } from '../../domain/dunning/ladder.ts';
import type { PolicyContents, PolicyKind } from '../../domain/policy.ts';
import type { WorkOrderPolicy } from '../../domain/tasks/policy.ts';
import type { CollectionTerms } from '../../domain/dunning/receivable.ts';
import { readCalendar } from './calendar-rows.ts';
import { defaultPolicy } from './default-policies.ts';
import type { Database } from '../platform/database.ts';

declare module '../platform/transaction.ts' {
  interface Store {
    policies: PolicyBook;
  }
}

const FRESH_MS = 5_000;

interface Loaded {
  at: number;
  /** A version waits for its day on a clock that may leap to it at any moment: every look asks again. */
  leaps: boolean;
  current: { [K in PolicyKind]: { version: number; content: PolicyContents[K] } };
  calendar: Calendar;
  calendarVersion: number;
  /** The business day when it was read: good for what years decide, never for what days do. */
  today: BusinessDate;
}

/**
 * Policies and calendar as this process sees them: versions never change, so only *which* is current is asked again, every five
 * seconds. A new version takes effect at a date, so processes that learn of it a moment apart agree.
 */
export class PolicyBook {
  /** A pool of its own: a transaction that looks up a policy must never wait for a connection that other such transactions hold. */
  readonly db: Database;
  readonly #ladders = new Map<number, ReadonlyMap<string, Ladder>>();
  #loaded: Loaded | null = null;
  #loading: Promise<Loaded> | null = null;
  readonly zone: string;

  constructor(db: Database, zone = 'Asia/Shanghai') {
    this.db = db;
    this.zone = zone;
  }

  /** The policies in force, with the calendar. Throws when the database was not set up. */
  async current(): Promise<Loaded> {
    const known = this.#loaded;
    if (known && !known.leaps && Date.now() - known.at < FRESH_MS) return known;
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  /** The business day as this process last saw it, without a round trip: for bounds of years, never for judging. */
  async today(): Promise<BusinessDate> {
    return (this.#loaded ?? (await this.current())).today;
  }

  /** A transaction saw this version of the calendar: what is remembered of another one is read again. */
  sawCalendar(version: number): void {
    if (this.#loaded && this.#loaded.calendarVersion !== version) this.#loaded = null;
  }

  /** Forgets what was read, so that the next look sees a version just written. */
  refresh(): void {
    this.#loaded = null;
  }

  /** The ladder `id` of a policy version; a receivable keeps the version it started with. */
  async ladder(id: string, version: number): Promise<Ladder> {
    let ladders = this.#ladders.get(version);
    if (!ladders) {
      const row = await this.db
        .selectFrom('policy')
        .select('content')
        .where('kind', '=', 'ladders')
        .where('version', '=', version)
        .executeTakeFirstOrThrow();
      ladders = new Map((row.content as PolicyContents['ladders']).ladders.map((ladder) => [ladder.id, ladder]));
      this.#ladders.set(version, ladders);
    }
    const ladder = ladders.get(id);
    if (!ladder) throw new Error(`version ${version} of the collection policy has no dunning procedure ${id}`);
    return ladder;
  }

  /** What policy and calendar say of one receivable. */
  async terms(of: { ladder: string; policyVersion: number; currency: string; customerCode: string }): Promise<CollectionTerms> {
    const { current, calendar } = await this.current();
    const collection = current.collection.content;
    return {
      ladder: await this.ladder(of.ladder, of.policyVersion),
      calendar,
      slotMinute: contactSlot(of.customerCode, current['contact-rules'].content),
      slotZone: current['contact-rules'].content.zone,
      minBalanceMinor: minimum(collection.minBalance[of.currency], of.currency),
      promiseGraceDays: collection.promiseGraceDays,
      broughtForward: collection.promiseBringsForward ?? ['due', 'reminder', 'escalation'],
      creditNoteDays: collection.creditNoteDays ?? 30,
    };
  }

  async #load(): Promise<Loaded> {
    const { rows } = await sql<{ kind: PolicyKind; version: number; content: unknown }>`
      select distinct on (kind) kind, version, content from policy
      where approved_by is not null and effective_from <= (select (business_anchor + (clock_timestamp() - real_anchor) * speed) at time zone ${this.zone} from clock)::date
      order by kind, version desc`.execute(this.db);
    const { rows: ahead } = await sql<{ leaps: boolean; today: BusinessDate; version: number }>`
      select calendar_version as version, speed <> 1 and exists (select from policy where approved_by is not null
        and effective_from > ((business_anchor + (clock_timestamp() - real_anchor) * speed) at time zone ${this.zone})::date) as leaps,
        ((business_anchor + (clock_timestamp() - real_anchor) * speed) at time zone ${this.zone})::date as today from clock`.execute(
      this.db,
    );
    const current = Object.fromEntries(rows.map((row) => [row.kind, { version: row.version, content: row.content }]));
    const loaded = current as Loaded['current'];
    const tasks = loaded['work-orders'];
    loaded['work-orders'] = { ...tasks, content: await completeTasks(tasks.content) };
    const calendar = await readCalendar(this.db, this.zone);
    const [seen] = ahead;
    if (!seen) throw new Error('the clock row is missing: the database was not set up');
    this.#loaded = {
      at: Date.now(),
      leaps: seen.leaps,
      today: seen.today,
      calendarVersion: seen.version,
      current: loaded,
      calendar,
    };
    return this.#loaded;
  }
}

/** A stored version that is older than a kind of task, or than what it does, says nothing of it: until one does, the product's row counts. */
export async function completeTasks(stored: WorkOrderPolicy): Promise<WorkOrderPolicy> {
  const { kinds } = await defaultPolicy('work-orders');
  const known = Object.fromEntries(Object.entries(stored.kinds).map(([name, kind]) => [name, { ...kinds[name], ...kind }]));
  return { ...stored, kinds: { ...kinds, ...known } };
}

function minimum(text: string | undefined, currency: string): number {
  if (text === undefined) return 0;
  const parsed = parseAmount(text, currency);
  if (!parsed.ok) throw new Error(`policy collection: minBalance of ${currency} is not an amount`);
  return parsed.minor;
}

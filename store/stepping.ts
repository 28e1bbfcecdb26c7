import { sql } from 'kysely';
import type { Actor } from '../domain/kernel/actor.ts';
import type { Instant } from '../domain/kernel/calendar.ts';
import { readClock, standAt } from './clock.ts';
import { processKinds } from '../domain/kernel/subject.ts';
import type { ProcessKind } from '../domain/kernel/subject.ts';
import type { Store } from './transaction.ts';
import { askDue } from './wakes.ts';

const HOUR_MS = 3_600_000;
const POLL_MS = 8;
/** Real time after which a world that does not come to rest is an error. */
const QUIET_MS = 60_000;

/** Documents that arrive while time is stepped: at which hour the next come, and their posting, one by one in file order. */
export interface Incoming {
  nextHour(): Instant | null;
  post(hour: Instant): Promise<void>;
}

export interface StepResult {
  businessNow: Instant;
  /** Bells rung because something fell due, and hours visited. */
  bells: number;
  visits: number;
}

export interface StepOptions {
  incoming?: Incoming;
  progress?: (at: Instant) => void | Promise<void>;
  signal?: AbortSignal;
}

/** The world does not come to rest: names the subjects that have not answered. */
export class NotQuiet extends Error {
  readonly subjects: readonly string[];

  constructor(subjects: readonly string[]) {
    super(`not quiet after ${QUIET_MS / 1000} s; these have not answered: ${subjects.slice(0, 10).join(', ')}`);
    this.name = 'NotQuiet';
    this.subjects = subjects;
  }
}

/**
 * Moves a standing clock to `until`, stopping at every hour in which a process is due or documents arrive. Each visit goes on until the
 * world is quiet and nothing more is due: documents, then receivables, then other processes, then outreach, so that the same facts give
 * the same result on every machine.
 */
export async function stepTo(store: Store, actor: Actor, until: Instant, options: StepOptions = {}): Promise<StepResult> {
  const begun = (await readClock(store)).businessNow;
  await standAt(store, actor, begun);
  // Whoever stepped before may have been killed in the middle of this hour: it is lived to its end as it would have been.
  await openContacts(store, false);
  let bells = await visit(store, begun, options.incoming);
  let visits = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const { businessNow } = await readClock(store);
    const hour = await nextEventfulHour(store, businessNow, until, options.incoming);
    if (hour === null) break;
    await standAt(store, actor, hour);
    bells += await visit(store, hour, options.incoming);
    visits += 1;
    await options.progress?.(hour);
  }
  await standAt(store, actor, until);
  bells += await visit(store, until, undefined);
  return { businessNow: until, bells, visits };
}

/** The next hour (rounded up) with a wake or an incoming document, if it comes before `until`. */
async function nextEventfulHour(
  store: Store,
  now: Instant,
  until: Instant,
  incoming: Incoming | undefined,
): Promise<Instant | null> {
  const { rows } = await sql<{ at: Instant | null }>`select min(at) as at from wake where at > ${now}::timestamptz`.execute(
    store.db,
  );
  const wake = rows[0]?.at ?? null;
  const hours = [wake && roundUp(wake), incoming?.nextHour() ?? null].filter(
    (hour): hour is Instant => hour !== null && hour <= until,
  );
  const next = hours.sort()[0] ?? null;
  return next !== null && (next > now || incoming?.nextHour() === next) ? next : null;
}

const roundUp = (at: Instant): Instant => new Date(Math.ceil(Date.parse(at) / HOUR_MS) * HOUR_MS).toISOString();

async function visit(store: Store, hour: Instant, incoming: Incoming | undefined): Promise<number> {
  let bells = 0;
  if (incoming && (incoming.nextHour() ?? '~') <= hour) await incoming.post(hour);
  await quiet(store, hour, []);
  for (;;) {
    const rung =
      (await ringAndRest(store, hour, ['receivable'], ['receivable'])) +
      (await ringAndRest(store, hour, others, ['receivable', ...others])) +
      (await contact(store, hour));
    if (rung === 0) return bells;
    bells += rung;
  }
}

/** Between receivables and outreach. */
const others = processKinds.filter((kind) => kind !== 'receivable' && kind !== 'outreach');

/**
 * Rings what is due of some kinds, and rests until all that was rung in this visit has looked and acted; also what a visit that was
 * interrupted had rung, which is not rung again.
 */
async function ringAndRest(
  store: Store,
  hour: Instant,
  kinds: readonly ProcessKind[],
  rung: readonly ProcessKind[],
): Promise<number> {
  const count = await askDue(store, hour, kinds);
  await quiet(store, hour, rung);
  return count;
}

/** Outreach comes last, when every receivable has asked for what it wants to say. */
async function contact(store: Store, hour: Instant): Promise<number> {
  const rung = await askDue(store, hour, ['outreach']);
  const { rows } = await sql<{ pending: number }>`
    select count(*)::int as pending from wake where kind = 'outreach' and (asked > answered or at <= ${hour}::timestamptz)`.execute(
    store.db,
  );
  const waiting = Math.max(rung, rows[0]?.pending ?? 0);
  if (waiting === 0) return 0;
  await openContacts(store, true);
  try {
    await quiet(store, hour, processKinds);
  } finally {
    await openContacts(store, false);
  }
  return waiting;
}

async function openContacts(store: Store, open: boolean): Promise<void> {
  await sql`update clock set contacts_open = ${open}`.execute(store.db);
  if (open) await sql`select pg_notify('duecourse', 'wake')`.execute(store.db);
}

/**
 * Waits until nothing is pending on the board and no message is being sent. Of the kinds already `rung` in this visit none may still be
 * due: their processes are about to take what they found. Outreach that waits for its turn does not count.
 */
async function quiet(store: Store, hour: Instant, rung: readonly ProcessKind[]): Promise<void> {
  const deadline = Date.now() + QUIET_MS;
  const contacts = rung.includes('outreach');
  for (;;) {
    const { rows } = await sql<{ pending: boolean }>`
      select exists (select from wake where asked > answered and (${contacts} or kind <> 'outreach'))
        or exists (select from wake where at <= ${hour}::timestamptz and kind = any(${[...rung]}))
        or exists (select from message where state = 'sending') as pending`.execute(store.db);
    if (rows[0]?.pending === false) return;
    if (Date.now() > deadline) throw new NotQuiet(await unanswered(store, hour));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function unanswered(store: Store, hour: Instant): Promise<string[]> {
  const { rows } = await sql<{ subject: string }>`
    select subject from wake where asked > answered or at <= ${hour}::timestamptz order by subject limit 50`.execute(store.db);
  return rows.map((row) => row.subject);
}

/** Waits until every process that was posted has been started too. */
export async function boardEmpty(store: Store): Promise<void> {
  for (;;) {
    const { rows } = await sql<{
      left: number;
    }>`select count(*)::int as left from wake where started_at is null or asked > rang`.execute(store.db);
    if (rows[0]?.left === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

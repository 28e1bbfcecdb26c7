import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { processKinds } from '../../domain/platform/subject.ts';
import type { ProcessKind } from '../../domain/platform/subject.ts';
import { readClock, standAt } from './clock.ts';
import { startListener } from './listener.ts';
import type { Sleeper } from './listener.ts';
import type { Store } from './transaction.ts';
import { askAgain, askDue } from './wakes.ts';

const HOUR_MS = 3_600_000;
/** Whoever waits is told of each answer; this long it waits for the rest: a message that is sent, a process that ends. */
const LOOK_MS = 40;
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
  const listener = startListener(store.url);
  try {
    return await walk({ store, sleeper: listener.sleeper('answer') }, actor, until, options);
  } finally {
    await listener.close();
  }
}

/** The world that is stepped, and a wait that ends when somebody has answered. */
interface Watch {
  store: Store;
  sleeper: Sleeper;
}

async function walk(watch: Watch, actor: Actor, until: Instant, options: StepOptions): Promise<StepResult> {
  const { store } = watch;
  let now = (await readClock(store)).businessNow;
  await standAt(store, actor, now);
  // Whoever stepped before may have been killed in the middle of this hour: it is lived to its end as it would have been.
  await openContacts(store, false);
  let { bells, next } = await visit(watch, now, options.incoming);
  let visits = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const hour = eventfulHour(now, until, next, options.incoming);
    if (hour === null) break;
    await standAt(store, actor, hour);
    now = hour;
    const done = await visit(watch, hour, options.incoming);
    bells += done.bells;
    next = done.next;
    visits += 1;
    await options.progress?.(hour);
  }
  await standAt(store, actor, until);
  bells += (await visit(watch, until, undefined)).bells;
  return { businessNow: until, bells, visits };
}

/** The next hour (rounded up) with a wake or an incoming document, if it comes before `until`. */
function eventfulHour(now: Instant, until: Instant, wake: Instant | null, incoming: Incoming | undefined): Instant | null {
  const arrival = incoming?.nextHour() ?? null;
  const hours = [wake && roundUp(wake), arrival].filter((hour): hour is Instant => hour !== null && hour <= until);
  const next = hours.sort()[0] ?? null;
  return next !== null && (next > now || arrival === next) ? next : null;
}

const roundUp = (at: Instant): Instant => new Date(Math.ceil(Date.parse(at) / HOUR_MS) * HOUR_MS).toISOString();

/** The kinds a visit rings one after another; each rests with those before it. Outreach is last, when all have asked for what they want to say. */
const turns: readonly (readonly ProcessKind[])[] = [
  ['receivable'],
  processKinds.filter((kind) => kind !== 'receivable' && kind !== 'outreach'),
  ['outreach'],
];

/**
 * Posts what arrives, then rings what is due until nothing is; answers how many bells, and the next moment on the board. What an
 * interrupted visit had rung is not rung again, but rested for.
 */
async function visit(
  watch: Watch,
  hour: Instant,
  incoming: Incoming | undefined,
): Promise<{ bells: number; next: Instant | null }> {
  if (incoming && (incoming.nextHour() ?? '~') <= hour) await incoming.post(hour);
  let board = await rest(watch, hour, []);
  for (let bells = 0; ;) {
    const before = bells;
    for (const [place, kinds] of turns.entries()) {
      const late = kinds.some((kind) => board.late.includes(kind));
      const contact = kinds.includes('outreach') && (late || board.outreachAsked);
      if (!late && !contact) continue;
      const rung = late ? await askDue(watch.store, hour, kinds) : 0;
      bells += Math.max(rung, contact ? 1 : 0);
      board = await restOf(watch, hour, turns.slice(0, place + 1).flat());
    }
    if (bells === before) return { bells, next: board.next };
  }
}

/** Rests until those rung have looked and acted; outreach may send only now. */
async function restOf(watch: Watch, hour: Instant, rung: readonly ProcessKind[]): Promise<Board> {
  if (!rung.includes('outreach')) return rest(watch, hour, rung);
  await openContacts(watch.store, true);
  try {
    return await rest(watch, hour, rung);
  } finally {
    await openContacts(watch.store, false);
  }
}

async function openContacts({ db }: Store, open: boolean): Promise<void> {
  if (!open) await sql`update clock set contacts_open = false`.execute(db);
  else await sql`with c as (update clock set contacts_open = true) select pg_notify('duecourse', 'wake')`.execute(db);
}

/** The doorbell board at one look. */
interface Board {
  /** Somebody has not answered, or a message is being sent; outreach that waits for its turn is told apart. */
  busy: boolean;
  outreachAsked: boolean;
  /** Kinds that are due at the hour and have not acted. */
  late: ProcessKind[];
  /** The first moment after the hour. */
  next: Instant | null;
}

async function look({ db }: Store, hour: Instant): Promise<Board> {
  const { rows } = await sql<Board>`
    select exists (select from wake where asked > answered and kind <> 'outreach') or exists (select from message where state = 'sending') as busy,
      exists (select from wake where asked > answered and kind = 'outreach') as "outreachAsked",
      array(select distinct kind from wake where at <= ${hour}::timestamptz) as late,
      (select min(at) from wake where at > ${hour}::timestamptz) as next`.execute(db);
  const [board] = rows;
  if (!board) throw new Error('a look at the board has one row');
  return board;
}

/**
 * Waits until nothing is pending on the board and no message is being sent. Of the kinds already `rung` in this visit none may still be
 * due: their processes are about to take what they found. Outreach that waits for its turn does not count.
 */
async function rest({ store, sleeper }: Watch, hour: Instant, rung: readonly ProcessKind[]): Promise<Board> {
  const deadline = Date.now() + QUIET_MS;
  for (;;) {
    const board = await look(store, hour);
    const contacts = rung.includes('outreach') && board.outreachAsked;
    const late = board.late.filter((kind) => rung.includes(kind));
    if (!board.busy && !contacts && late.length === 0) return board;
    if (!board.busy && late.length > 0) await askAgain(store, hour);
    if (Date.now() > deadline) throw new NotQuiet(await unanswered(store, hour));
    await sleeper.sleep(LOOK_MS);
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

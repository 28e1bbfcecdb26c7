import { sql } from 'kysely';
import type { NightPlan, NightStep } from '../../domain/credit/watch.ts';
import { addDays, instantAt } from '../../domain/platform/calendar.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { realWaitMs } from '../../domain/platform/clock.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import type { Tx } from '../platform/database.ts';
import { readDepartures } from '../platform/departures.ts';
import type { Deployment } from '../platform/departures.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Moment, Post, Store, Work } from '../platform/transaction.ts';
import { nightEnds } from './events.ts';
import { askForNotices } from '../tasks/notice-tasks.ts';
import { refreshProfiles } from './refresh.ts';
import { askStale } from './refresh-requests.ts';
import { addEffects } from '../platform/effects.ts';

/** Customers of one step, whose documents wait for it: few, so that nobody waits long. */
const BATCH = 200;
/** 02:00, when the books of the day before are in. */
const NIGHT_MINUTE = 120;

const actor = systemActor('nightly');

interface Night {
  id: string;
  onDate: BusinessDate;
  reached: string;
  customers: number;
  warnings: number;
  findings: number;
  endedAt: Instant | null;
  seq: number;
  step: NightStep;
  at: Instant | null;
  asked: number;
}

type Input = { id: string; seq: number | null };

/** Plans a night, unless one is planned or under way: the very first begins at once, the others follow from each other. */
export async function beginNights(store: Store): Promise<void> {
  await write(store, actor, async (work) => {
    const { tx, at } = work;
    const { rows } = await sql<{ held: boolean }>`select exists (select from night) as held`.execute(tx);
    const planned = rows[0]?.held ? await planNight(work, at.today) : await insertNight(tx, at.today, at.now);
    return planned ? { value: undefined, audit: [planned.audit], posts: [planned.post] } : { value: undefined, audit: null };
  });
}

/** The night after `after`; null: one is planned already. */
async function planNight({ tx, at, store }: Work, after: BusinessDate) {
  const onDate = addDays(after > at.today ? after : at.today, 1);
  return insertNight(tx, onDate, instantAt(onDate, NIGHT_MINUTE, store.zone));
}

async function insertNight(tx: Tx, onDate: BusinessDate, begins: Instant) {
  const { rows } = await sql<{ id: string }>`
    insert into night (on_date, plan_at) select ${onDate}::date, ${begins}::timestamptz
    where not exists (select from night where ended_at is null) on conflict do nothing returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) return null;
  const post: Post = { subject: workflowId('nightly', id), kind: 'nightly', at: begins };
  return { post, audit: { subjectKind: 'nightly', subjectId: id, action: 'night.planned', after: { onDate, at: begins } } };
}

/** Answers where the night is. */
export async function reassessNight(store: Store, input: Input): Promise<NightPlan> {
  return write(store, actor, async ({ tx, at }) => {
    const night = await lockNight(tx, input.id);
    return night
      ? { value: planOf(night, at), audit: null, answer: answerOf(night) }
      : { value: unknownNight(input.seq), audit: null };
  });
}

/** Looks at the next customers, only if the stored plan is the one asked for and its moment has come; the last of them end the night. */
export async function takeNightStep(
  store: Store,
  input: { id: string; seq: number },
  deployment: Deployment,
): Promise<NightPlan> {
  return write(store, actor, async (work) => {
    const { tx, at } = work;
    const night = await lockNight(tx, input.id);
    if (!night) return { value: unknownNight(input.seq), audit: null };
    if (input.seq < night.seq || night.endedAt !== null || night.at === null || night.at > at.now)
      return { value: planOf(night, at), audit: null, answer: answerOf(night) };
    const batch = await nextCustomers(tx, night.reached);
    const refreshed = await refreshProfiles(
      work,
      batch.map((one) => one.id),
    );
    const { effects } = refreshed;
    const { providers } = await readDepartures(tx, store, deployment);
    addEffects(
      effects,
      await askStale(
        work,
        batch.map((one) => one.id),
        providers,
      ),
    );
    const ended = batch.length < BATCH;
    if (ended) {
      addEffects(effects, await askForNotices(work));
      addEffects(effects, await nightEnds.tell(work));
    }
    const moved: Night = {
      ...night,
      reached: batch.at(-1)?.code ?? night.reached,
      customers: night.customers + batch.length,
      warnings: night.warnings + refreshed.warnings,
      findings: night.findings + refreshed.findings,
      seq: night.seq + 1,
      step: ended ? 'close' : 'watch',
      at: ended ? null : night.at,
      endedAt: ended ? at.now : null,
    };
    await storeNight(work, moved);
    const next = ended ? await planNight(work, night.onDate) : null;
    const { customers, warnings, findings } = moved;
    const about = { subjectKind: 'nightly', subjectId: night.id };
    const action = ended ? 'night.ended' : 'night.watched';
    return {
      value: planOf(moved, at),
      audit: [{ ...about, action, after: { customers, warnings, findings } }, ...effects.audit, ...(next ? [next.audit] : [])],
      asks: effects.asks,
      posts: [...effects.posts, ...(next ? [next.post] : [])],
      events: [...(ended ? [{ ...about, kind: action, data: { customers, warnings, findings } }] : []), ...effects.events],
      answer: answerOf(moved),
    };
  });
}

async function lockNight(tx: Tx, id: string): Promise<Night | null> {
  const { rows } = await sql<Night>`
    select n.id, n.on_date as "onDate", n.reached, n.customers, n.warnings, n.findings, n.ended_at as "endedAt", n.seq, n.plan_step as step,
      n.plan_at as at, coalesce(w.asked, 0) as asked
    from night n left join wake w on w.subject = ${workflowId('nightly', id)} where n.id = ${id}::uuid for update of n`.execute(
    tx,
  );
  return rows[0] ?? null;
}

async function nextCustomers(tx: Tx, after: string): Promise<{ id: string; code: string }[]> {
  const { rows } = await sql<{ id: string; code: string }>`
    select id, external_id as code from customer where external_id > ${after} and merged_into is null order by external_id limit ${BATCH}`.execute(
    tx,
  );
  return rows;
}

async function storeNight({ tx, at }: Work, night: Night): Promise<void> {
  await sql`
    update night set reached = ${night.reached}, customers = ${night.customers}, warnings = ${night.warnings}, findings = ${night.findings},
      began_at = coalesce(began_at, ${at.now}::timestamptz), ended_at = ${night.endedAt}::timestamptz, seq = ${night.seq},
      plan_step = ${night.step}, plan_at = ${night.at}::timestamptz where id = ${night.id}::uuid`.execute(tx);
}

const answerOf = (night: Night) => ({ subject: workflowId('nightly', night.id), asked: night.asked, at: night.at });

function planOf({ seq, step, at: due, customers, onDate }: Night, at: Moment): NightPlan {
  const why =
    step === 'close'
      ? `all ${customers} customers were looked at`
      : customers === 0
        ? `the night of ${onDate} begins`
        : `${customers} customers were looked at; the next follow`;
  return { seq, step, at: due, waitMs: realWaitMs(at.clock, due, at.now), why };
}

const unknownNight = (seq: number | null): NightPlan => ({
  seq: seq ?? 0,
  step: 'close',
  at: null,
  waitMs: null,
  why: 'the database does not know this night',
});

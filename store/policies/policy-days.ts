import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { laddersNamedBy } from '../../domain/credit/policy-faults.ts';
import { noticeTemplates } from '../../domain/outreach/message.ts';
import type { Naming, PolicyContext, PolicyDay } from '../../domain/platform/policy-fault.ts';
import { policyKinds } from '../../domain/policy.ts';
import type { PolicyContents, PolicyKind } from '../../domain/policy.ts';
import { rolesFilled } from '../access/roles-filled.ts';
import type { Database, Tx } from '../platform/database.ts';
import { completeTasks } from './policies.ts';

/** A version as it is judged; `version` null: not written yet, and newer than all there are. */
interface Judged {
  kind: PolicyKind;
  version: number | null;
  from: BusinessDate;
}
interface Approved {
  kind: PolicyKind;
  version: number;
  from: BusinessDate;
}
type Contents = { [K in PolicyKind]: PolicyContents[K] };

/**
 * What stands beside a version on its first day (today, when that has passed), then anew on each day on which that changes while the
 * version counts, all as far as it is approved by now.
 */
export async function daysOf(db: Database | Tx, judged: Judged, today: BusinessDate): Promise<PolicyDay[]> {
  const { rows: approved } = await sql<Approved>`
    select kind, version, effective_from as "from" from policy where approved_by is not null`.execute(db);
  const first = judged.from > today ? judged.from : today;
  const days = [first, ...changesAfter(first, judged, approved)];
  const on = days.map((day) => ({ day, versions: inForceOn(approved, day) }));
  const inUse = inForceOn(
    approved.filter(({ from }) => from <= today || from < first),
    first,
  );
  const read = await readContents(db, [...on.map(({ versions }) => versions), inUse]);
  const still = await whatStays(db, first);
  const kindsInUse = Object.keys(read(inUse)['work-orders'].kinds);
  return on.map(({ day, versions }) => {
    const context = contextOn(day, read(versions), still);
    return { day, context: judged.kind === 'work-orders' ? { ...context, kinds: kindsInUse } : context };
  });
}

/** Days after the first on which another policy changes, until a newer version takes the place of the one judged. */
function changesAfter(first: BusinessDate, { kind, version }: Judged, approved: readonly Approved[]): BusinessDate[] {
  const later = approved.filter(({ from }) => from > first);
  const ends = later.filter((one) => one.kind === kind && version !== null && one.version > version).map(({ from }) => from);
  const changes = later
    .filter((one) => one.kind !== kind && inForceOn(approved, one.from).get(one.kind) === one.version)
    .map(({ from }) => from)
    .filter((day) => ends.every((end) => day < end));
  return [...new Set(changes)].sort();
}

/** By kind the version in force on a day: the newest approved one whose day has come. */
function inForceOn(approved: readonly Approved[], day: BusinessDate): ReadonlyMap<PolicyKind, number> {
  const found = new Map<PolicyKind, number>();
  for (const { kind, version, from } of approved) if (from <= day && version > (found.get(kind) ?? 0)) found.set(kind, version);
  return found;
}

/** Reads the versions named, each once. */
async function readContents(
  db: Database | Tx,
  wanted: readonly ReadonlyMap<PolicyKind, number>[],
): Promise<(versions: ReadonlyMap<PolicyKind, number>) => Contents> {
  const named = wanted.flatMap((versions) => [...versions]);
  const { rows } = await sql<{ kind: PolicyKind; version: number; content: unknown }>`
    select kind, version, content from policy where (kind, version) in (select * from unnest(
      ${named.map(([kind]) => kind)}::text[], ${named.map(([, version]) => version)}::int[]))`.execute(db);
  const contents = new Map<string, unknown>();
  for (const { kind, version, content } of rows)
    contents.set(
      `${kind}/${version}`,
      kind === 'work-orders' ? await completeTasks(content as PolicyContents['work-orders']) : content,
    );
  return (versions) =>
    Object.fromEntries(policyKinds.map((kind) => [kind, contents.get(`${kind}/${versions.get(kind)}`)])) as unknown as Contents;
}

/** What no version of a policy changes. Credentials count as they are now: they are renewed. */
async function whatStays(db: Database | Tx, first: BusinessDate) {
  const letters = await db
    .selectFrom('template')
    .select((of) => ['id', 'class', 'language', 'channel', of.fn.min('effective_from').as('from')])
    .where('approved_by', 'is not', null)
    .groupBy(['id', 'class', 'language', 'channel'])
    .execute();
  const own = await db.selectFrom('customer').select('ladder').distinct().where('ladder', 'is not', null).execute();
  return {
    letters,
    ownLadders: own.flatMap(({ ladder }) => ladder ?? []),
    from: first,
    filled: [...(await rolesFilled(db, { today: first }, null))],
  };
}

function contextOn(
  day: BusinessDate,
  policies: Contents,
  { letters: all, ...still }: Awaited<ReturnType<typeof whatStays>>,
): PolicyContext {
  const { ladders } = policies.ladders;
  const letters = all.filter(({ from }) => from <= day);
  const ofSteps = ladders.flatMap(({ rungs }) => rungs.flatMap(({ template }) => template ?? []));
  return {
    ...still,
    kinds: Object.keys(policies['work-orders'].kinds),
    templates: [...new Set(letters.map(({ id }) => id))],
    letters: {
      letters,
      channels: policies['contact-rules'].channels,
      ofSteps: [...new Set(ofSteps)],
      ofNotices: noticeTemplates,
    },
    ladders: ladders.map((ladder) => ladder.id),
    grades: policies.grades.grades.map((row) => row.grade),
    gradesNamed: gradesNamedBy(policies),
    laddersNamed: laddersNamedBy(policies.grades),
    kindsNamed: kindsNamedBy(policies),
  };
}

const gradesNamedBy = (policies: Contents): Naming[] => [
  { by: 'credit-rules', names: policies['credit-rules'].checks.grade?.held ?? [] },
  ...policies['approval-matrix'].rows.map(({ id, when }) => ({ by: `approval-matrix, row ${id}`, names: when.grades ?? [] })),
  ...policies.ladders.strategy.map(({ when }, at) => ({ by: `strategy, row ${at + 1}`, names: when.grades ?? [] })),
];

const kindsNamedBy = (policies: Contents): Naming[] => [
  ...policies.ladders.ladders.map(({ id, rungs }) => ({
    by: `procedures, row ${id}`,
    names: [...new Set(rungs.flatMap(({ workOrder }) => workOrder ?? []))],
  })),
  { by: 'reconciliation', names: [...new Set(Object.values(policies.reconciliation.workOrders).flatMap((kind) => kind ?? []))] },
];

import { sql } from 'kysely';
import type { Config } from '../config/env.ts';
import { dateOf } from '../domain/platform/calendar.ts';
import { sayInstant } from '../domain/platform/said-time.ts';
import { businessNow } from '../domain/platform/clock.ts';
import { openDatabase } from '../store/platform/database.ts';
import type { Database } from '../store/platform/database.ts';
import { faultyCounts } from '../store/ledger/faulty.ts';
import { boardFigures, messageCounts } from '../store/platform/figures.ts';
import { APP_LOGIN, AUDITOR_LOGIN } from '../store/platform/logins.ts';
import { pendingSteps } from '../store/platform/migrate.ts';
import { PolicyBook } from '../store/policies/policies.ts';
import { overPolicies } from '../store/open.ts';
import type { Finding } from './doctor-words.ts';

const OLDEST_POSTGRES = 180_000;
const MOST_SKEW_SECONDS = 5;
const MOST_LAG_SECONDS = 60;
/** From this month on next year's holidays should be known; the notice comes in November. */
const NOTICE_MONTH = 12;

async function server(db: Database): Promise<Finding> {
  const { rows } = await sql<{ version: string; number: number }>`
    select split_part(current_setting('server_version'), ' ', 1) as version, current_setting('server_version_num')::int as number`.execute(
    db,
  );
  const { version = '?', number = 0 } = rows[0] ?? {};
  return number >= OLDEST_POSTGRES
    ? { state: 'ok', code: 'postgres-ok', params: { version } }
    : { state: 'bad', code: 'postgres-old', params: { version } };
}

async function roles(db: Database, config: Config): Promise<Finding> {
  const { rows } = await sql<{ name: string; there: boolean; mine: boolean }>`
    select n.name, r.oid is not null as there, coalesce(pg_has_role(session_user, r.oid, 'member'), false) as mine
    from unnest(array[${APP_LOGIN}, ${AUDITOR_LOGIN}]) as n(name) left join pg_roles r on r.rolname = n.name`.execute(db);
  const missing = rows.filter((row) => !row.there || (row.name === APP_LOGIN && !row.mine)).map((row) => row.name);
  if (missing.length > 0) return { state: 'bad', code: 'roles-missing', params: { roles: missing.join(', ') } };
  const { rows: open } = await sql<{ open: boolean }>`
    select has_table_privilege('duecourse_app', 'audit', 'UPDATE') or has_table_privilege('duecourse_app', 'audit', 'DELETE')
      or has_table_privilege('duecourse_app', 'audit', 'TRUNCATE') as open`.execute(db);
  if (open[0]?.open) return { state: 'bad', code: 'audit-open' };
  const { rows: owning } = await sql<{ login: string; owns: boolean }>`
    select session_user as login, pg_has_role(session_user, relowner, 'member') as owns from pg_class where oid = 'audit'::regclass`.execute(
    db,
  );
  const { login = '?', owns = false } = owning[0] ?? {};
  if (owns) return { state: config.mode === 'production' ? 'bad' : 'note', code: 'login-owns', params: { login } };
  return { state: 'ok', code: 'roles-ok', params: { login } };
}

async function clockAndCalendar(db: Database, config: Config): Promise<Finding[]> {
  const { rows } = await sql<{ realAnchor: string; businessAnchor: string; speed: number; pinned: boolean; now: string }>`
    select real_anchor as "realAnchor", business_anchor as "businessAnchor", speed, pinned, clock_timestamp() as now from clock`.execute(
    db,
  );
  const clock = rows[0];
  if (!clock) return [{ state: 'bad', code: 'clock-missing' }];
  const shown = businessNow(clock, clock.now);
  const drift = Math.round((Date.parse(shown) - Date.parse(clock.now)) / 1000);
  const loose = config.mode === 'production' && (!clock.pinned || clock.speed !== 1 || Math.abs(drift) > 1);
  const skew = Math.round(Math.abs(Date.parse(clock.now) - Date.now()) / 1000);
  const found: Finding[] = [
    loose
      ? { state: 'bad', code: 'clock-loose', params: { speed: clock.speed, drift } }
      : { state: 'ok', code: 'clock-ok', params: { now: sayInstant(shown, 'en', config.zone), speed: clock.speed } },
  ];
  if (skew > MOST_SKEW_SECONDS) found.push({ state: 'bad', code: 'clock-skew', params: { seconds: skew } });
  const today = dateOf(shown, config.zone);
  const year = Number(today.slice(0, 4));
  const needed = Number(today.slice(5, 7)) >= NOTICE_MONTH ? [year, year + 1] : [year];
  const published = await db.selectFrom('calendar_year').select('year').where('published', '=', true).execute();
  const known = new Set(published.map((row) => row.year));
  for (const one of needed) {
    const there = known.has(one);
    found.push({
      state: there ? 'ok' : one === year ? 'bad' : 'note',
      code: there ? 'calendar-ok' : 'calendar-missing',
      params: { year: one },
    });
  }
  return found;
}

async function board(db: Database, config: Config): Promise<Finding[]> {
  const { lagSeconds, pending, overdue, unstarted } = await boardFigures({
    url: config.databaseUrl,
    db,
    ...overPolicies(new PolicyBook(db, config.zone)),
  });
  const lag = Math.round(lagSeconds);
  const found: Finding[] = [
    lag > MOST_LAG_SECONDS
      ? { state: 'bad', code: 'relay-late', params: { lag, pending, queue: config.temporal.taskQueue } }
      : { state: 'ok', code: 'relay-ok', params: { pending, overdue } },
  ];
  if (unstarted > 0) found.push({ state: 'note', code: 'unstarted', params: { count: unstarted } });
  return found;
}

async function messages(db: Database): Promise<Finding> {
  const counts = await messageCounts(db);
  const unknown = counts.filter((row) => row.state === 'unknown').reduce((sum, row) => sum + row.count, 0);
  return unknown > 0
    ? { state: 'bad', code: 'messages-unknown', params: { count: unknown } }
    : { state: 'ok', code: 'messages-ok' };
}

async function faultyRows(db: Database): Promise<Finding[]> {
  const counts = await faultyCounts(db);
  const count = counts.reduce((sum, row) => sum + row.count, 0);
  return count > 0 ? [{ state: 'bad', code: 'rows-faulty', params: { count } }] : [];
}

async function keys(db: Database): Promise<Finding[]> {
  const { rows } = await sql<{ usable: number; admins: number }>`
    select count(*)::int as usable, (count(*) filter (where role = 'admin'))::int as admins from api_key
    where revoked_at is null and (expires_at is null or expires_at > clock_timestamp())`.execute(db);
  const { usable = 0, admins = 0 } = rows[0] ?? {};
  if (usable === 0) return [{ state: 'note', code: 'keys-none' }];
  return admins < 2 ? [{ state: 'note', code: 'admins-few', params: { count: admins } }] : [];
}

/** Everything that can be asked of the database; stops at the first thing the rest needs. */
export async function databaseFindings(config: Config): Promise<Finding[]> {
  const db = openDatabase({ url: config.databaseUrl, max: 1, role: null, applicationName: 'duecourse-doctor' });
  const found: Finding[] = [];
  try {
    found.push(await server(db));
    const { migrations, functions } = await pendingSteps(config.databaseUrl);
    const pending = [...migrations, ...functions];
    if (pending.length > 0)
      return [...found, { state: 'bad', code: 'migrations-pending', params: { names: pending.join(', ') } }];
    found.push({ state: 'ok', code: 'migrations-ok' }, await roles(db, config), ...(await clockAndCalendar(db, config)));
    found.push(...(await board(db, config)), await messages(db), ...(await faultyRows(db)), ...(await keys(db)));
    return found;
  } catch (error) {
    // The book of migrations may not be read where "prisma migrate" alone made it.
    if ((error as { code?: string }).code === '42501')
      return [...found, { state: 'bad', code: 'migrations-pending', params: { names: '_prisma_migrations' } }];
    const said = error instanceof Error ? ((error as { code?: string }).code ?? error.message) : String(error);
    return [...found, { state: 'bad', code: 'postgres-down', params: { error: said } }];
  } finally {
    await db.destroy();
  }
}

/** Temporal's namespace as the processes of this database last knew it. */
export interface KnownEngine {
  readonly id: string | null;
  readonly namespace: string | null;
}

/** What the database remembers of its engine; nulls when it never knew one, or cannot be asked. */
export async function knownEngine(config: Config): Promise<KnownEngine> {
  const db = openDatabase({ url: config.databaseUrl, max: 1, role: null, applicationName: 'duecourse-doctor' });
  try {
    const rows = await db
      .selectFrom('setting')
      .select(['key', 'value'])
      .where('key', 'in', ['temporalNamespaceId', 'temporalNamespace'])
      .execute();
    const of = (key: string): string | null => {
      const value = rows.find((row) => row.key === key)?.value;
      return typeof value === 'string' ? value : null;
    };
    return { id: of('temporalNamespaceId'), namespace: of('temporalNamespace') };
  } catch {
    return { id: null, namespace: null };
  } finally {
    await db.destroy();
  }
}

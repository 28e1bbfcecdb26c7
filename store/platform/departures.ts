import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { mayLeave, outlets } from '../../domain/platform/departure.ts';
import type { NamedInstallation, Outlet, StayReason } from '../../domain/platform/departure.ts';
import { invalidAt } from '../../domain/platform/refusal.ts';
import { channels } from '../../domain/outreach/governor.ts';
import type { Channel } from '../../domain/outreach/governor.ts';
import { connectorNames } from '../../domain/credit/facts.ts';
import type { ConnectorName } from '../../domain/credit/facts.ts';
import type { Database, Tx } from './database.ts';
import { clockColumns, momentFrom, write } from './transaction.ts';
import type { ClockRow, Store } from './transaction.ts';

/** What a deployment brings along: outlets with credentials, and the id it means by "this installation". */
export interface Deployment {
  connected: ReadonlySet<Outlet>;
  installation: string | null;
}

/** A deployment that reaches nobody. */
export const reachesNobody: Deployment = { connected: new Set(), installation: null };

/** What the settings of a process connect. */
export function deploymentOf(config: {
  smtp: object | null;
  twilio: object | null;
  connectors: Readonly<Record<'bureau' | 'licences' | 'courtList', object | null>>;
  installation: string | null;
}): Deployment {
  const { smtp, twilio, connectors, installation } = config;
  const all: [Outlet, object | null][] = [
    ['email', smtp],
    ['sms', twilio],
    ['bureau', connectors.bureau],
    ['licences', connectors.licences],
    ['court-list', connectors.courtList],
  ];
  return { connected: new Set(all.filter(([, one]) => one !== null).map(([outlet]) => outlet)), installation };
}

/** The recorded word that an outlet may speak although business time is not real time. */
export interface OutletSwitch {
  reason: string;
  by: string;
  at: Instant;
  /** Its last business day; null: until it is closed. */
  until: BusinessDate | null;
}

export const INSTALLATION_KEY = 'installation';
/** Set while the database is a backup put back in its own place that nobody has claimed. */
export const RESTORED_KEY = 'restored';
const OUTLETS_KEY = 'outlets';

interface Row extends ClockRow {
  pinned: boolean;
  home: string;
  named: NamedInstallation | null;
  switches: Partial<Record<Outlet, OutletSwitch>> | null;
  restored: boolean;
  replaying: boolean;
}

/** Server and database: a copy or a restore is somewhere else, or is another database there. */
export const home = sql`(select (select system_identifier from pg_control_system()) || '/' || d.oid from pg_database d where d.datname = current_database())`;

/** What may leave now, as one transaction sees it. */
export interface Departures {
  /** Why nothing leaves by an outlet; empty: it may. */
  reasons(outlet: Outlet): readonly StayReason[];
  /** Channels that reach their provider; null: none does, and every channel keeps its messages here. */
  live: ReadonlySet<Channel> | null;
  /** Data providers that may be asked. */
  providers: readonly ConnectorName[];
  switchOf(outlet: Outlet): OutletSwitch | null;
  named: NamedInstallation | null;
  home: string;
}

/** Judges every outlet by the facts of this transaction. */
export async function readDepartures(
  db: Database | Tx,
  store: Store,
  { connected, installation }: Deployment,
): Promise<Departures> {
  const { rows } = await sql<Row>`
    select ${clockColumns}, c.pinned, ${home} as home, (select value from setting where key = ${INSTALLATION_KEY}) as named,
      (select value from setting where key = ${OUTLETS_KEY}) as switches,
      exists (select from setting where key = ${RESTORED_KEY}) as restored,
      exists (select from setting where key = 'firstRun' and value ->> 'kind' = 'first-run' and value ->> 'done' <> 'true') as replaying from clock c`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error('the clock row is missing: the database was not set up');
  const { realNow, named, home: place, restored, replaying, switches, ...clock } = row;
  const { today } = momentFrom(row, store);
  const switchOf = (outlet: Outlet): OutletSwitch | null => {
    const one = switches?.[outlet] ?? null;
    return one && (one.until === null || one.until >= today) ? one : null;
  };
  const reasons = (outlet: Outlet): readonly StayReason[] =>
    mayLeave({
      ...{ connected: connected.has(outlet), configured: installation, named, home: place, restored, replaying, clock, realNow },
      opened: switchOf(outlet) !== null,
    });
  const live = new Set(channels.filter((channel) => reasons(channel).length === 0));
  const providers = connectorNames.filter((name) => reasons(name).length === 0);
  return { reasons, live: live.size > 0 ? live : null, providers, switchOf, named, home: place };
}

/** One outlet as an operator sees it. */
export interface OutletView {
  outlet: Outlet;
  connected: boolean;
  reasons: readonly StayReason[];
  switch: OutletSwitch | null;
}

/** Every outlet: whether it is connected, speaks, and if not, why. */
export async function readOutlets(store: Store, deployment: Deployment): Promise<OutletView[]> {
  const departures = await readDepartures(store.db, store, deployment);
  return outlets.map((outlet) => ({
    outlet,
    connected: deployment.connected.has(outlet),
    reasons: departures.reasons(outlet),
    switch: departures.switchOf(outlet),
  }));
}

/** Lets an outlet speak although business time is not real time, or takes that back (`null`). The same again changes nothing. */
export async function switchOutlet(
  store: Store,
  actor: Actor,
  outlet: Outlet,
  open: { until: BusinessDate | null } | null,
  reason: string,
): Promise<void> {
  await write(store, actor, async ({ tx, at }) => {
    const row = await tx.selectFrom('setting').select('value').where('key', '=', OUTLETS_KEY).forUpdate().executeTakeFirst();
    const before = (row?.value ?? {}) as Partial<Record<Outlet, OutletSwitch>>;
    const known = before[outlet] ?? null;
    if (!open && !known) return { value: undefined, audit: null };
    if (open && open.until !== null && open.until < at.today)
      throw invalidAt('/until', 'too-early', { date: open.until, earliest: at.today });
    const made = { reason, by: actor.id, at: at.now, until: open?.until ?? null };
    const others = Object.entries(before).filter(([name]) => name !== outlet);
    const next = Object.fromEntries(open ? [...others, [outlet, made]] : others);
    await tx
      .insertInto('setting')
      .values({ key: OUTLETS_KEY, value: JSON.stringify(next) })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: JSON.stringify(next) }))
      .execute();
    const about = { subjectKind: 'setting', subjectId: `outlet ${outlet}`, reason };
    const after = { outlet, until: open?.until ?? null };
    return { value: undefined, audit: [{ ...about, action: open ? 'outlet.opened' : 'outlet.closed', before: known, after }] };
  });
}

/**
 * Says that this database, where it stands now, is the installation `id` (a new id when null): from now on its messages leave. A copy or a
 * restored backup stays silent until an operator says so.
 */
export async function claimInstallation(
  store: Store,
  actor: Actor,
  id: string | null,
  reason: string,
): Promise<NamedInstallation> {
  return write(store, actor, async ({ tx }) => {
    const { rows } = await sql<{ home: string; named: NamedInstallation | null; restored: object | null }>`
      select ${home} as home, (select value from setting where key = ${INSTALLATION_KEY}) as named,
        (select value from setting where key = ${RESTORED_KEY}) as restored`.execute(tx);
    const [row] = rows;
    if (!row) throw new Error('the database does not tell where it stands');
    const named = { id: id ?? row.named?.id ?? randomUUID(), home: row.home };
    if (row.named?.id === named.id && row.named.home === named.home && !row.restored) return { value: named, audit: null };
    await tx.deleteFrom('setting').where('key', '=', RESTORED_KEY).execute();
    await tx
      .insertInto('setting')
      .values({ key: INSTALLATION_KEY, value: JSON.stringify(named) })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: JSON.stringify(named) }))
      .execute();
    const about = { subjectKind: 'setting', subjectId: INSTALLATION_KEY, reason };
    return {
      value: named,
      audit: [
        {
          ...about,
          action: 'installation.claimed',
          before: row.restored ? { ...row.named, restored: row.restored } : row.named,
          after: named,
        },
      ],
    };
  });
}

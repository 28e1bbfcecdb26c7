import { sql } from 'kysely';
import { GO_LIVE_DAYS } from '../../../domain/outreach/going-live.ts';
import type { Actor } from '../../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../../domain/platform/calendar.ts';
import { daysBetween } from '../../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../../domain/platform/refusal.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { isOurId, LostRace } from '../../platform/rows.ts';
import { write } from '../../platform/transaction.ts';
import type { Store, Work } from '../../platform/transaction.ts';
import { answerOfAsking, proposeAct } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind } from '../../approvals/pending.ts';

/** Days in which opening limits may be brought in by one person alone. */
export interface GoLiveWindow {
  id: string;
  state: 'open' | 'closing' | 'closed';
  validFrom: BusinessDate;
  validUntil: BusinessDate;
  requestedBy: string;
  openedBy: string;
  openedAt: Instant;
  closeRequestedBy: string | null;
  closedBy: string | null;
  closedAt: Instant | null;
}

interface Opening {
  validFrom: BusinessDate;
  validUntil: BusinessDate;
}

/** Opens the window that somebody else asked for. */
export const openWindowAct: ActKind<Opening> = {
  kind: 'go-live-open',
  async carryOut({ tx, at, actor, act }, { validFrom, validUntil }) {
    if (await notClosed(tx)) throw new Refusal('waits-already', { what: 'go-live-window' });
    const { rows } = await sql<{ id: string }>`
      insert into go_live_window (valid_from, valid_until, requested_by, opened_by, opened_at)
      values (${validFrom}::date, ${validUntil}::date, ${act.requestedBy}, ${actor.id}, ${at.now}::timestamptz)
      on conflict do nothing returning id`.execute(tx);
    const id = rows[0]?.id;
    if (id === undefined) throw new LostRace('a go-live window was opened meanwhile');
    return { window: id, validFrom, validUntil };
  },
};

/** Closes the window for good; declined, it is open again. */
export const closeWindowAct: ActKind<{ id: string }> = {
  kind: 'go-live-close',
  async carryOut({ tx, at, actor }, { id }) {
    await sql`
      update go_live_window set state = 'closed', closed_by = ${actor.id}, closed_at = ${at.now}::timestamptz
      where id = ${id}::uuid and state = 'closing'`.execute(tx);
    return { window: id };
  },
  async drop({ tx }, { id }) {
    await sql`
      update go_live_window set state = 'open', close_requested_by = null where id = ${id}::uuid and state = 'closing'`.execute(
      tx,
    );
  },
};

/** Asks for a window; another person opens it. Throws Refusal `invalid` for dates that cannot be, `waits-already` while one is open. */
export async function askForWindow(
  store: Store,
  actor: Actor,
  { validFrom, validUntil, reason }: Opening & { reason: string },
): Promise<ActAnswer> {
  return write<ActAnswer>(store, actor, async (work) => {
    const { tx, at } = work;
    const earliest = validFrom < at.today ? at.today : validFrom;
    if (validUntil < earliest) throw invalidAt('/validUntil', 'too-early', { date: validUntil, earliest });
    if (daysBetween(validFrom, validUntil) >= GO_LIVE_DAYS)
      throw invalidAt('/validUntil', 'window-too-long', { days: GO_LIVE_DAYS });
    if (await notClosed(tx)) throw new Refusal('waits-already', { what: 'go-live-window' });
    const asked = await proposeAct(work, openWindowAct, {
      customerId: null,
      subject: { kind: 'go-live-window', id: 'house' },
      about: `go-live window ${validFrom} to ${validUntil}`,
      given: null,
      days: daysBetween(validFrom, validUntil) + 1,
      what: { validFrom, validUntil },
      payload: { validFrom, validUntil },
      reason,
    });
    return answerOfAsking(asked);
  });
}

/** Asks for the end of the window: it takes nothing any more, and another person closes it. Throws Refusal `not-found`, `not-open`. */
export async function askForClosing(store: Store, actor: Actor, id: string, reason: string): Promise<ActAnswer> {
  return write<ActAnswer>(store, actor, async (work) => {
    const { tx } = work;
    const { rows } = await sql<{ id: string; state: string; by: string | null }>`
      select id, state, close_requested_by as by from go_live_window where id = ${isOurId(id) ? id : null}::uuid for update`.execute(
      tx,
    );
    const found = rows[0];
    if (!found) throw new Refusal('not-found', { id });
    if (found.state === 'closed') throw new Refusal('not-open', { state: found.state });
    const asked = await proposeAct(work, closeWindowAct, {
      customerId: null,
      subject: { kind: 'go-live-window', id: found.id },
      about: 'end of the go-live window',
      given: null,
      what: { window: found.id },
      payload: { id: found.id },
      reason,
    });
    await sql`
      update go_live_window set state = 'closing', close_requested_by = ${actor.id} where id = ${found.id}::uuid and state = 'open'`.execute(
      tx,
    );
    return answerOfAsking(asked);
  });
}

async function notClosed(tx: Tx): Promise<boolean> {
  const { rows } = await sql`select from go_live_window where state <> 'closed'`.execute(tx);
  return rows.length > 0;
}

/** The window in which opening limits are taken today, held until the end of the transaction; null when there is none. */
export async function windowToday({ tx, at }: Work): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from go_live_window where state = 'open' and ${at.today}::date between valid_from and valid_until for share`.execute(
    tx,
  );
  return rows[0]?.id ?? null;
}

/** All windows there were, the newest first. */
export async function listWindows(db: Database): Promise<GoLiveWindow[]> {
  const { rows } = await sql<GoLiveWindow>`
    select id, state, valid_from as "validFrom", valid_until as "validUntil", requested_by as "requestedBy", opened_by as "openedBy",
      opened_at as "openedAt", close_requested_by as "closeRequestedBy", closed_by as "closedBy", closed_at as "closedAt"
    from go_live_window order by id desc limit 100`.execute(db);
  return rows;
}

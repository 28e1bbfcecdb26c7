import { sql } from 'kysely';
import type { Actor } from '../../../domain/platform/actor.ts';
import { daysBetween } from '../../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../../domain/platform/calendar.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import type { LaterDate } from '../../../domain/ledger/re-dating.ts';
import type { Tx } from '../../platform/database.ts';
import { lockReceivables } from '../receivable-facts.ts';
import { write, asksOf, eventOf } from '../../platform/transaction.ts';
import type { Store, Work } from '../../platform/transaction.ts';
import { overtakeAct, proposeAct } from '../../approvals/pending.ts';
import type { ActCase, ActKind } from '../../approvals/pending.ts';
import type { Effects } from '../../platform/effects.ts';
import { addEffects, noEffects } from '../../platform/effects.ts';

interface Payload {
  receivable: string;
  dueDate: BusinessDate;
}

/** Moves a due date to the later day; limitation stays where it was. */
export const reDatingAct: ActKind<Payload> = {
  kind: 're-dating',
  carryOut: ({ store, actor, act }, payload) => moveDueDate(store, actor, act, payload),
};

/** Moves the due date that two people agreed to; later moves count from it. */
export async function moveDueDate(
  store: Store,
  actor: Actor,
  act: Pick<ActCase, 'customerId' | 'reason'>,
  { receivable, dueDate }: Payload,
): Promise<{ dueDate: BusinessDate }> {
  return write(store, actor, async ({ tx }) => {
    await lockReceivables(tx, [receivable]);
    const { rows } = await sql<{ before: BusinessDate }>`
      with o as (select id, due_date as before from receivable where id = ${receivable}::uuid)
      update receivable r set due_date = ${dueDate}::date, agreed_due_date = ${dueDate}::date from o where r.id = o.id returning o.before`.execute(
      tx,
    );
    const audit = {
      action: 'receivable.re-dated',
      subjectKind: 'receivable',
      subjectId: receivable,
      customerId: act.customerId,
      reason: act.reason,
      before: { dueDate: rows[0]?.before },
      after: { dueDate },
    };
    return { value: { dueDate }, audit: [audit], asks: asksOf([receivable]), events: [eventOf(audit)] };
  });
}

/** The invoice of which an ERP has moved dates. */
export interface ReDated {
  customerId: string;
  externalId: string;
  currency: string;
  later: readonly LaterDate[];
  /** All its instalments that stood before: what waits on them for another day is overtaken. */
  receivables: readonly string[];
}

/**
 * Asks for the later dates an ERP has booked already: until they are decided the items are not asked for, while exposure, overdue and
 * limitation keep the old day. What waited for another day is overtaken.
 */
export async function askForReDating(work: Work, of: ReDated): Promise<Effects> {
  const { tx } = work;
  const effects = noEffects();
  const wanted = new Map(of.later.map((one) => [one.id, one.to]));
  const waiting = await waitingFor(tx, of.receivables);
  for (const { id, dueDate } of waiting) {
    if (wanted.get(id) === dueDate) continue;
    const subject = { kind: 'receivable', id };
    addEffects(effects, await overtakeAct(work, { kind: 're-dating', subject, reason: 'sent-again' }));
  }
  for (const { id, no, amountMinor, openMinor, from, to } of of.later) {
    if (waiting.some((one) => one.id === id && one.dueDate === to)) continue;
    const asked = await proposeAct<Payload>(work, reDatingAct, {
      customerId: of.customerId,
      subject: { kind: 'receivable', id },
      about: `invoice ${of.externalId}/${no}`,
      given: { amountMinor: openMinor, currency: of.currency },
      days: daysBetween(from, to),
      what: { dueDate: to, before: from, amount: formatAmount(openMinor, of.currency), currency: of.currency },
      payload: { receivable: id, dueDate: to },
      reason: 'booked-by-sender',
      booked: true,
      withholds: [{ receivableId: id, amountMinor }],
    });
    addEffects(effects, asked.effects);
  }
  return effects;
}

async function waitingFor(tx: Tx, receivables: readonly string[]): Promise<{ id: string; dueDate: BusinessDate }[]> {
  const { rows } = await sql<{ id: string; dueDate: BusinessDate }>`
    select subject_id as id, payload ->> 'dueDate' as "dueDate" from pending_act
    where kind = 're-dating' and subject_kind = 'receivable' and state = 'pending' and subject_id = any(${[...receivables]}::text[])`.execute(
    tx,
  );
  return rows;
}

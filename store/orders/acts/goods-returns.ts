import { sql } from 'kysely';
import type { Actor } from '../../../domain/platform/actor.ts';
import type { AuditFact } from '../../../domain/platform/audit.ts';
import type { Instant } from '../../../domain/platform/calendar.ts';
import { formatAmount, sumMinor } from '../../../domain/platform/money.ts';
import { Refusal } from '../../../domain/platform/refusal.ts';
import { askedAbout, bookedAloneMinor } from '../../../domain/ledger/booked.ts';
import type { Tx } from '../../platform/database.ts';
import { readOrderCase } from '../orders.ts';
import type { OrderCase } from '../orders.ts';
import { bookReturn, knownReturn, lockReturn, returnInstead, unbookReturn } from '../returns.ts';
import type { ReturnCase, ReturnDocument } from '../returns.ts';
import type { CorrectedReturn } from '../../ledger/events.ts';
import {
  concede,
  concededAlone,
  concededBeyond,
  concededShares,
  leaveConceded,
  leftOfReturn,
  returnsOf,
  setCredit,
  waitingReturns,
} from '../returns-credit.ts';
import type { ConcededShare } from '../returns-credit.ts';
import { settleDeposits } from '../../ledger/deposits.ts';
import { expectLess, followInvoices, followMoney } from '../../ledger/expected-credits.ts';
import { askAboutOrders } from '../invoiced-beyond.ts';
import { coverMoved } from '../../ledger/unapplied.ts';
import { write, asksOf, eventOf } from '../../platform/transaction.ts';
import type { Store, Work } from '../../platform/transaction.ts';
import { endDelivered } from '../delivered-tasks.ts';
import { deliveredOf } from './not-invoiced.ts';
import { overtakeAct, proposeAct, told, withholdAnew } from '../../approvals/pending.ts';
import type { ActKind } from '../../approvals/pending.ts';
import type { Effects } from '../../platform/effects.ts';
import { addEffects, noEffects } from '../../platform/effects.ts';
import { lockRequested } from '../order-locks.ts';

/** The credit note of returned goods is expected from now on, or was declined: then all of the invoice is asked for. */
export const goodsReturnAct: ActKind<{ id: string }> = {
  kind: 'goods-return',
  async carryOut({ store, actor }, { id }) {
    return write(store, actor, async (work) => {
      const { tx, at } = work;
      const found = await lockReturn(tx, { ...actor, role: 'system' }, id);
      const order = await readOrderCase(tx, found.orderId);
      const shares = await concededShares(tx, at.now, found.id);
      const effects = await conceding(work, order, found, shares);
      const amount = formatAmount(sumOf(shares), order.currency);
      return { value: { return: found.externalId, conceded: amount, currency: order.currency }, ...told(effects) };
    });
  },
  async drop({ tx }, { id }) {
    await setCredit(tx, id, 'declined');
  },
};

/**
 * Posts goods that came back. What was delivered and not invoiced falls at once. Of what was invoiced a credit note is expected: neither asked
 * for nor overdue, in the exposure until it comes; above what one alone may book a second person is asked first. The same again changes nothing.
 * Throws Refusal `order-unknown`, `line-unknown`, `return-exceeds`, `already-exists`, `date-in-future`.
 */
export async function postReturn(
  store: Store,
  actor: Actor,
  document: ReturnDocument,
): Promise<{ id: string; created: boolean }> {
  return write<{ id: string; created: boolean }>(store, actor, async (work) => {
    const { tx, at } = work;
    const { returnedOn: date } = document;
    if (date > at.today) throw new Refusal('date-in-future', { date, today: at.today }, { pointer: '/returnedOn' });
    const order = await lockRequested(tx, actor, document.order);
    const known = await knownReturn(tx, document);
    if (known) return { value: { id: known.id, created: false }, audit: null };
    const id = await bookReturn(work, order, document);
    const effects = effectsOf(about(id, order, 'return.posted', document.reason, { ...document }));
    const after = await readOrderCase(tx, order.id);
    if (deliveredOf(after) === 0) {
      addEffects(effects, await endDelivered(work, [order.id], 'returned'));
      if (after.state !== 'open') addEffects(effects, await settleDeposits(work, [order.id]));
    }
    addEffects(effects, await settleInvoiced(work, order, await lockReturn(tx, actor, id)));
    return { value: { id, created: true }, ...told(effects) };
  });
}

/**
 * More is open of items, or less of it in dispute: what returns take of their invoices beyond what they left out is left out now, alone or when
 * a second person agrees. The caller holds the customers.
 */
export async function concedeAgain(work: Work, receivables: readonly string[]): Promise<Effects> {
  const { tx, actor } = work;
  const effects = await followMoney(work, receivables);
  for (const id of receivables.length === 0 ? [] : await returnsOf(tx, receivables)) {
    const found = await lockReturn(tx, { ...actor, role: 'system', scope: {} }, id);
    addEffects(effects, await settleInvoiced(work, await readOrderCase(tx, found.orderId), found));
  }
  return effects;
}

/**
 * Invoices were corrected, or taken out: what that took for returned goods leaves their orders, what is expected on them follows, and so does
 * what waits. The caller holds the customers.
 */
export async function followCorrections(
  work: Work,
  invoices: readonly string[],
  corrected: readonly CorrectedReturn[],
): Promise<Effects> {
  const { at } = work;
  await returnInstead(work, corrected);
  const effects = await followInvoices(work, invoices);
  const taken = corrected.map(({ returnId }) => returnId);
  addEffects(
    effects,
    await followWaiting(work, { invoices, among: taken, notesBefore: at.now, reason: 'nothing-left-after-correction' }),
  );
  return effects;
}

/** A note on an invoice was posted just now: returns that wait ask for what it leaves. */
export async function followNote(work: Work, invoice: string): Promise<Effects> {
  const { at } = work;
  const notesBefore = new Date(Date.parse(at.now) + 1).toISOString();
  return followWaiting(work, { invoices: [invoice], among: [], notesBefore, reason: 'nothing-left-after-note' });
}

/** A return that waits withholds what it would concede now; one that would concede nothing any more is asked about no longer. */
async function followWaiting(
  work: Work,
  of: { invoices: readonly string[]; among: readonly string[]; notesBefore: Instant; reason: string },
): Promise<Effects> {
  const { tx, actor } = work;
  const effects = noEffects();
  if (of.invoices.length === 0) return effects;
  for (const id of await waitingReturns(tx, of.invoices, of.among)) {
    await lockReturn(tx, { ...actor, role: 'system' }, id);
    const act = { kind: goodsReturnAct.kind, subject: { kind: 'goods-return', id } };
    const shares = await concededShares(tx, of.notesBefore, id);
    if (shares.length > 0) {
      addEffects(effects, await withholdAnew(tx, actor, act, shares));
      continue;
    }
    await leaveConceded(tx, id);
    addEffects(effects, await overtakeAct(work, { ...act, reason: of.reason }));
  }
  return effects;
}

/** What of a return had been invoiced is conceded, alone or when a second person agrees. */
async function settleInvoiced(work: Work, order: OrderCase, found: ReturnCase): Promise<Effects> {
  const { tx, at, store } = work;
  const shares = await concededShares(tx, at.now, found.id);
  const amountMinor = sumOf(shares);
  if (amountMinor === 0) return noEffects();
  const { currency } = order;
  const { current } = await store.policies.current();
  const aloneMinor = bookedAloneMinor(current.collection.content, currency);
  const together = askedAbout(amountMinor, await concededAlone(tx, order.id), aloneMinor);
  if (together === null) return conceding(work, order, found, shares);
  await setCredit(tx, found.id, 'waits');
  const amount = formatAmount(amountMinor, currency);
  const asked = await proposeAct(work, goodsReturnAct, {
    customerId: order.customerId,
    subject: { kind: 'goods-return', id: found.id },
    about: `return ${found.externalId}`,
    given: { amountMinor: together, currency },
    what: { return: found.externalId, order: order.externalId, amount, together: formatAmount(together, currency), currency },
    payload: { id: found.id },
    reason: found.reason,
    booked: true,
    withholds: shares,
  });
  return asked.effects;
}

async function conceding(work: Work, order: OrderCase, found: ReturnCase, shares: readonly ConcededShare[]): Promise<Effects> {
  const { tx } = work;
  await concede(work, found, shares);
  const { currency } = order;
  const after = { externalId: found.externalId, order: order.externalId, currency, shares };
  const effects = effectsOf(about(found.id, order, 'return.conceded', found.reason, after));
  const customers = [...new Set(shares.map((share) => share.customerId))];
  effects.asks.push(...asksOf(shares.map((share) => share.receivableId)), ...(await coverMoved(tx, customers)));
  return effects;
}

/**
 * Takes a return back: what it took of delivered goods is owed again, no credit note is expected for it any more. Other returns of its invoices
 * concede what they would have without it. Again changes nothing. Throws Refusal `not-found`.
 */
export async function withdrawReturn(store: Store, actor: Actor, id: string, reason: string): Promise<{ id: string }> {
  return write<{ id: string }>(store, actor, async (work) => {
    const { tx } = work;
    const found = await lockReturn(tx, actor, id);
    if (found.state === 'withdrawn') return { value: { id: found.id }, audit: null };
    const order = await readOrderCase(tx, found.orderId);
    const left = await leftOfReturn(tx, found.id);
    const asked = await unbookReturn(work, found, actor);
    const after = { externalId: found.externalId, order: order.externalId };
    const effects = effectsOf(about(found.id, order, 'return.withdrawn', reason, after));
    effects.asks.push(...asksOf(asked), ...(await coverMoved(tx, [order.customerId])));
    const subject = { kind: 'goods-return', id: found.id };
    addEffects(effects, await overtakeAct(work, { kind: 'goods-return', subject, reason }));
    addEffects(effects, await withoutReturn(work, order, left));
    addEffects(effects, await askAboutOrders(work, await invoicesOf(tx, order)));
    return { value: { id: found.id }, ...told(effects) };
  });
}

/** The invoices that name an order. */
async function invoicesOf(tx: Tx, { externalId }: OrderCase): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from invoice where order_code = ${externalId} order by id`.execute(tx);
  return rows.map(({ id }) => id);
}

/** The other returns of the invoices of one that was taken back concede less where it had stood for a claim, and more where it left no room. */
async function withoutReturn(work: Work, order: OrderCase, left: ReadonlyMap<string, number>): Promise<Effects> {
  const { tx, at, actor } = work;
  const effects = noEffects();
  const invoices = [...left.keys()];
  for (const { invoiceId, returnId, minor } of await concededBeyond(tx, left)) {
    const receivables = await expectLess(work, returnId, invoiceId, minor);
    const { externalId, reason, credit } = await lockReturn(tx, { ...actor, role: 'system', scope: {} }, returnId);
    if (credit === 'conceded') await leaveConceded(tx, returnId);
    const after = { externalId, order: order.externalId, amountMinor: minor, currency: order.currency };
    addEffects(effects, effectsOf(about(returnId, order, 'return.conceded-less', reason, after)));
    effects.asks.push(...asksOf(receivables), ...(await coverMoved(tx, [order.customerId])));
  }
  const { rows: items } = await sql<{ id: string }>`
    select id from receivable where invoice_id = any(${invoices}::uuid[]) order by id`.execute(tx);
  addEffects(
    effects,
    await concedeAgain(
      work,
      items.map(({ id }) => id),
    ),
  );
  addEffects(
    effects,
    await followWaiting(work, { invoices, among: [], notesBefore: at.now, reason: 'nothing-left-after-return' }),
  );
  return effects;
}

const sumOf = (shares: readonly ConcededShare[]): number => sumMinor(shares.map((share) => share.amountMinor));

const about = (
  subjectId: string,
  { customerId }: OrderCase,
  action: string,
  reason: string,
  after: Record<string, unknown>,
): AuditFact => ({ subjectKind: 'goods-return', subjectId, customerId, action, reason, after });

function effectsOf(audit: AuditFact): Effects {
  const effects = noEffects();
  effects.audit.push(audit);
  effects.events.push(eventOf(audit));
  return effects;
}

import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { doubtfulMinor } from '../../domain/reconciliation/difference.ts';
import { positionOf } from '../../domain/credit/exposure.ts';
import type { AccountFacts, Position } from '../../domain/credit/exposure.ts';
import { addQuantities, partAmount } from '../../domain/orders/order.ts';
import { shipmentRulesOf } from '../../domain/shipments/judge.ts';
import type { ShipmentFacts, ShipmentLine, ShipmentRules, ShipmentStanding } from '../../domain/shipments/judge.ts';
import type { Tx } from '../platform/database.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { reconciliationOf } from '../reconciliation/standing.ts';
import { lockAccounts } from '../credit/accounts.ts';
import { rulesInForce } from '../orders/check.ts';
import { readExposure } from '../credit/exposure.ts';
import type { OrderCase } from '../orders/orders.ts';
import type { RateOf } from '../../domain/ledger/rates.ts';
import { RateMissing } from '../../domain/ledger/rates.ts';
import { readRates } from '../ledger/rates-on-file.ts';

/** A quantity of a line that is to ship. */
export interface WantedLine {
  line: number;
  quantity: string;
}

/** What of an order's lines requests have a claim on: allowed and not gone yet, or waiting for a hold. By line. */
export type Claims = ReadonlyMap<number, { claimed: string; allowed: string }>;

/** Reads the claims on an order, leaving out those of one request. */
export async function readClaims(tx: Tx, orderId: string, without: string | null = null): Promise<Claims> {
  const { rows } = await sql<{ line: number; claimed: string; allowed: string }>`
    select l.line, trim_scale(sum(l.requested - l.dropped - l.issued))::text as claimed, trim_scale(sum(l.allowed - l.issued))::text as allowed
    from shipment_request r join shipment_request_line l on l.request_id = r.id
    where r.order_id = ${orderId}::uuid and r.id is distinct from ${without}::uuid group by l.line`.execute(tx);
  return new Map(rows.map(({ line, ...claim }) => [line, claim]));
}

/** The lines as they are judged; they exist, and no more is wanted than is left. */
export function linesToJudge(order: OrderCase, wanted: readonly WantedLine[], claims: Claims): ShipmentLine[] {
  return wanted.map(({ line: no, quantity: requested }) => {
    const line = order.lines.find((one) => one.line === no);
    if (!line) throw new Error(`order ${order.id} has no line ${no}`);
    const before = addQuantities(line.shippedQuantity, claims.get(no)?.allowed ?? '0');
    return {
      line: no,
      quantity: line.quantity,
      before,
      requested,
      amountMinor: line.amountMinor,
      reservedMinor: line.minor.reserved,
    };
  });
}

interface CustomerRow {
  grade: string | null;
  boundMinor: number;
  licenceUntil: BusinessDate | null;
  listed: string[];
  outMinor: number;
  withheldMinor: number;
  heldBy: string | null;
  decided: string[];
}

/**
 * Locks the accounts of an order (its customer and itself are locked by the caller) and reads all its shipment is judged by. `hold`: the
 * hold that is judged anew; those opened after it do not stand in its way. Throws Refusal `rate-missing`.
 */
export async function shipmentFacts(
  { tx, at, store }: Work,
  { order, lines, hold }: { order: OrderCase; lines: readonly ShipmentLine[]; hold: string | null },
): Promise<{ facts: ShipmentFacts; rules: ShipmentRules }> {
  await lockAccounts(tx, [order.accountId]);
  const check = await rulesInForce(store);
  const { current } = await store.policies.current();
  const released = { today: at.today, zone: store.zone, days: check.toleranceDays };
  const customer = await readCustomer(tx, order, hold, released);
  const standing = await reconciliationOf(tx, store, order.customerId);
  const exposure = await readExposure(tx, store, at, { customerId: order.customerId, currency: order.currency });
  const day = {
    today: at.today,
    horizonDays: check.horizonDays,
    rateOf: await readRates(tx, at.today),
    counts: 'committed' as const,
  };
  const takesMinor = lines.reduce(
    (sum, line) => sum + Math.min(partAmount(line, line.before, line.requested), line.reservedMinor),
    0,
  );
  const accounts = exposure?.accounts ?? [];
  const ofKind = (kind: 'payer' | 'group') =>
    standingOf(
      accounts.filter((one) => one.kind === kind),
      order.currency,
      day,
      takesMinor,
    );
  const { decision, state, currency } = order;
  const sum = (bucket: 'reserved' | 'ordered' | 'delivered'): number =>
    order.lines.reduce((total, line) => total + line.minor[bucket], 0);
  const claims = await readClaims(tx, order.id, null);
  const allowed = order.lines.reduce(
    (total, line) => total + partAmount(line, line.shippedQuantity, claims.get(line.line)?.allowed ?? '0'),
    0,
  );
  // What a person let go on credit is judged by credit.
  const prepaid = order.prepaid && sum('reserved') + sum('ordered') === 0;
  return {
    rules: shipmentRulesOf(check, current['credit-rules'].content, standing.mode),
    facts: {
      ...{ today: at.today, currency, order: { decision, state }, prepaid, lines },
      ...{ boundMinor: customer.boundMinor, spokenForMinor: sum('delivered') + allowed, grade: customer.grade },
      payer: ofKind('payer'),
      group: ofKind('group'),
      ...(await latenessOf(tx, accounts, at.today, check.disputeShare)),
      licenceUntil: customer.licenceUntil,
      listed: customer.listed,
      books: {
        ...{ unconfirmedSince: standing.unconfirmedSince, doubtfulMinor: doubtfulMinor(standing) },
        ...{ stated: standing.stated, outMinor: customer.outMinor },
      },
      withheldMinor: customer.withheldMinor,
      heldBy: customer.heldBy,
      decided: customer.decided,
    },
  };
}

async function readCustomer(
  tx: Tx,
  { id, externalId, customerId, currency }: OrderCase,
  hold: string | null,
  { today, zone, days }: { today: BusinessDate; zone: string; days: number },
): Promise<CustomerRow> {
  const { rows } = await sql<CustomerRow>`
    with earlier as (
      select r.external_id, r.decision, h.id, h.withheld_minor, h.opened_at, o.currency
      from shipment_hold h join shipment_request r on r.id = h.request_id join sales_order o on o.id = h.order_id
      where h.customer_id = ${customerId}::uuid and h.state = 'open'
        and (${hold}::uuid is null or (h.opened_at, h.id) < (select m.opened_at, m.id from shipment_hold m where m.id = ${hold}::uuid))),
    released as (
      select d.version, d.at from order_decision d where d.order_id = ${id}::uuid and d.reasons @> '[{"code": "released"}]'
        and d.at >= (${today}::date - ${days}::int)::timestamp at time zone ${zone} order by d.at desc limit 1)
    select p.licence_until as "licenceUntil", p.grade, order_bound(${externalId}, c.id, ${currency}) as "boundMinor", coalesce((select jsonb_agg(distinct e ->> 'list') from jsonb_array_elements(p.listed) e), '[]') as listed,
      coalesce((select sum(r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor) from receivable r
        where r.customer_id = c.id and r.currency = ${currency}), 0)::bigint + coalesce((select sum(l.ordered_minor + l.delivered_minor) from sales_order o
        join order_line l on l.order_id = o.id where o.customer_id = c.id and o.currency = ${currency}), 0)::bigint as "outMinor",
      coalesce((select sum(e.withheld_minor) from earlier e where e.currency = ${currency}), 0)::bigint as "withheldMinor",
      (select e.external_id from earlier e where e.decision = 'hold' order by e.opened_at, e.id limit 1) as "heldBy",
      coalesce((select jsonb_agg(x ->> 'code') from (select d.reasons from order_decision d, released where d.order_id = ${id}::uuid
        and d.decision = 'held' and d.at <= released.at order by d.at desc limit 1) h, jsonb_array_elements(h.reasons) x), '[]') as decided
    from customer c left join credit_profile p on p.customer_id = c.id where c.id = ${customerId}::uuid`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error(`no customer ${customerId}`);
  return row;
}

/** Security that counts today, on the accounts of the order's payer in its currency. */
export async function securedNow({ tx, at }: Work, { accountId }: Pick<OrderCase, 'accountId'>): Promise<number> {
  const { rows } = await sql<{ minor: number }>`
    select coalesce(sum(floor(s.value_minor * s.share + 0.5)), 0)::bigint as minor from security s
    where s.account_id = ${accountId}::uuid and s.released_at is null and s.valid_from <= ${at.today}::date
      and (s.valid_until is null or s.valid_until >= ${at.today}::date)`.execute(tx);
  return rows[0]?.minor ?? 0;
}

/** Whether goods of a customer are to be asked for before they leave. */
export async function requestRequired(tx: Tx, store: Store, customerId: string): Promise<boolean> {
  const { current } = await store.policies.current();
  const whose = current['credit-rules'].content.shipments.requestRequired;
  if (whose !== 'strict') return whose === 'always';
  return (await reconciliationOf(tx, store, customerId)).mode === 'strict';
}

/** What is overdue on a payer's accounts, as the check of orders has it, without what is disputed or conceded; and what dunning holds. */
async function latenessOf(
  tx: Tx,
  accounts: readonly AccountFacts[],
  today: BusinessDate,
  share: string,
): Promise<Pick<ShipmentFacts, 'overdue' | 'dunnedSince'>> {
  const ids = accounts.filter((account) => account.kind === 'payer').map(({ id }) => id);
  const { rows } = await sql<ShipmentFacts['overdue'][number] & { dunnedSince: BusinessDate | null }>`
    select a.currency, o.overdue as "amountMinor", o.since, dunned_since(a.id, ${today}::date, ${share}::numeric) as "dunnedSince" from unnest(${ids}::uuid[]) with ordinality x (id, n) join credit_account a on a.id = x.id,
      lateral overdue_of(a.id, ${today}::date, ${share}::numeric) o where o.overdue > 0 order by x.n`.execute(tx);
  const held = rows.flatMap(({ dunnedSince }) => dunnedSince ?? []).sort();
  return {
    overdue: rows.map(({ currency, amountMinor, since }) => ({ currency, amountMinor, since })),
    dunnedSince: held[0] ?? null,
  };
}

type Day = { today: BusinessDate; horizonDays: number; rateOf: RateOf; counts: 'committed' };

function standingOf(accounts: readonly AccountFacts[], currency: string, day: Day, takesMinor: number): ShipmentStanding | null {
  const at = (moreMinor: number): Position | null => positionOf(accounts, currency, day, moreMinor);
  try {
    const before = at(0);
    if (!before) return null;
    const afterMinor = at(takesMinor)?.exposureMinor ?? before.exposureMinor;
    const { known, limitMinor, expiredOn, exposureMinor: beforeMinor } = before;
    const valid = before.limitKind !== null;
    const fits = (more: number): boolean => (at(more)?.exposureMinor ?? Infinity) <= (limitMinor ?? 0);
    const roomMinor = most(takesMinor, fits);
    return { currency: before.currency, known, valid, limitMinor, expiredOn, beforeMinor, afterMinor, roomMinor };
  } catch (error) {
    if (error instanceof RateMissing) throw new Refusal('rate-missing', { from: error.base, to: error.quote, date: day.today });
    throw error;
  }
}

/** The most, up to `wanted`, that fits: an amount in one currency against a limit in another is found without turning a rate round. */
function most(wanted: number, fits: (amount: number) => boolean): number {
  if (fits(wanted)) return wanted;
  let [low, high] = [0, wanted];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

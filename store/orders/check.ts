import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { checkRulesOf } from '../../domain/orders/check.ts';
import type { CheckRules, OrderDecision, OrderReason } from '../../domain/orders/check.ts';
import type { OrderDocument, OrderState } from '../../domain/orders/order.ts';
import type { Database, Tx } from '../platform/database.ts';
import { gathererOf } from '../platform/gather.ts';
import { begunAnew } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import type { RefusalCode, RefusalParams } from '../../domain/platform/refusal-codes.ts';
import { contentHash } from '../platform/content-hash.ts';

/** What a check answered. Amounts are in the currency of the limit, or, without one, in the order's. */
export interface OrderDecided {
  id: string;
  decision: OrderDecision;
  state: OrderState;
  reasons: readonly OrderReason[];
  beforeMinor: number;
  /** With this order counted, whether it may or not. */
  afterMinor: number;
  limitMinor: number | null;
  limitCurrency: string;
  /** Of the account that judged. */
  version: number;
  policyVersion: string;
  orderHoldId: string | null;
  changed: boolean;
  created: boolean;
}

/** One order to judge, as `credit_check` takes it. */
export interface CheckRequest {
  /** `put`: as sent; `reopen`: what was cancelled of it comes back; `recheck`: what is held of it; `enter`: what is reserved of it, now that it counts. */
  op: 'put' | 'reopen' | 'recheck' | 'enter';
  externalId: string;
  customer: string;
  currency: string;
  shipDate: string | null;
  prepaid: boolean | null;
  pricesWithTax: boolean | null;
  taxRate: string | null;
  lines: OrderDocument['lines'] | null;
  amountMinor: number | null;
  hash: string | null;
  actorKind: Actor['kind'];
  actorId: string;
  regions: string[] | null;
  owner: string | null;
  /** The actor sees the customers of `owner` only. */
  ownOnly: boolean;
  reason: string | null;
  /** The key this comes with, when the statement is to judge whether it still holds. */
  credential: string | null;
}

interface Refused {
  refusal: RefusalCode;
  params?: RefusalParams;
  pointer?: string;
}
type Answered = OrderDecided | Refused;

const whoIs = (actor: Actor) => ({
  actorKind: actor.kind,
  actorId: actor.id,
  regions: actor.role === 'system' ? null : (actor.scope.regions ?? null),
  owner: actor.scope.owner ?? null,
  ownOnly: actor.role === 'sales',
});

/** The request a PUT of an order is. */
export function putRequest(
  actor: Actor,
  order: OrderDocument,
  reason: string | null,
  credential: string | null = null,
): CheckRequest {
  const { externalId, customer, currency, requestedShipDate, prepaid, pricesWithTax = true, taxRate = null, lines } = order;
  const amountMinor = lines.reduce((sum, line) => sum + line.amountMinor, 0);
  const hash = contentHash(order);
  return {
    op: 'put',
    externalId,
    customer,
    currency,
    shipDate: requestedShipDate,
    prepaid,
    pricesWithTax,
    taxRate,
    lines,
    amountMinor,
    hash,
    ...whoIs(actor),
    reason,
    credential,
  };
}

/** The request to judge a standing order again. */
export function againRequest(
  op: 'reopen' | 'recheck' | 'enter',
  actor: Actor,
  order: { externalId: string; customer: string; currency: string },
  reason: string | null,
): CheckRequest {
  const { externalId, customer, currency } = order;
  const none = { shipDate: null, prepaid: null, pricesWithTax: null, taxRate: null, lines: null, amountMinor: null, hash: null };
  return { op, externalId, customer, currency, ...none, ...whoIs(actor), reason, credential: null };
}

let compiled: CheckRules | null = null;

/** The rules in force; compiled once a version. */
export async function rulesInForce(store: Store): Promise<CheckRules> {
  const { current } = await store.policies.current();
  const { version, content } = current['credit-rules'];
  if (compiled?.version !== `credit-rules/${version}`) compiled = checkRulesOf(version, content);
  return compiled;
}

async function check(db: Database | Tx, store: Store, requests: readonly CheckRequest[]): Promise<Answered[]> {
  const rules = await rulesInForce(store);
  const { rows } = await sql<{ answers: Answered[] }>`
    select credit_check(requests_now(${JSON.stringify(requests)}::jsonb), ${JSON.stringify(rules)}::jsonb, ${store.zone}) as answers`.execute(
    db,
  );
  return rows[0]?.answers ?? [];
}

/** Judges orders in the order given, inside a transaction: each is decided, or refused and leaves nothing behind. */
export async function checkAllWithin(
  tx: Tx,
  store: Store,
  requests: readonly CheckRequest[],
): Promise<(OrderDecided | Refusal)[]> {
  return (await check(tx, store, requests)).map((answer) => ('refusal' in answer ? refusalOf(answer) : answer));
}

function refusalOf({ refusal, params = {}, pointer }: Refused): Refusal {
  // An order of somebody else: no repeat helps.
  if (refusal === 'conflict' && params['what'] === 'customer') return new Refusal('other-customer', {}, { pointer: '/customer' });
  return new Refusal(refusal, params, pointer === undefined ? {} : { pointer });
}

function decided(answer: Answered | undefined): OrderDecided {
  if (!answer) throw new Error('a check gave no answer');
  if (!('refusal' in answer)) return answer;
  throw refusalOf(answer);
}

/** Judges one order inside a transaction. */
export const checkWithin = async (tx: Tx, store: Store, request: CheckRequest): Promise<OrderDecided> =>
  decided((await check(tx, store, [request]))[0]);

const desk = gathererOf((store: Store) => ({
  about: (request: CheckRequest) => request.externalId,
  work: (requests: readonly CheckRequest[]) => begunAnew(() => check(store.db, store, requests), { pointer: '/lines' }),
}));

/**
 * Judges one order and reserves what it may take, in one statement that commits by itself and that callers of the same moment share.
 * Throws Refusal when it cannot be judged.
 */
export const checkOrder = async (store: Store, request: CheckRequest): Promise<OrderDecided> =>
  decided(await desk(store).put(request));

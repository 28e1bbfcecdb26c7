import { sql } from 'kysely';
import type { Actor } from '../../domain/kernel/actor.ts';
import { Refusal } from '../../domain/kernel/refusal.ts';
import type { RefusalCode, RefusalParams } from '../../domain/kernel/refusal.ts';
import { checkRulesOf } from '../../domain/credit/check.ts';
import type { CheckRules, OrderDecision, OrderReason } from '../../domain/credit/check.ts';
import type { OrderDocument, OrderState } from '../../domain/credit/order.ts';
import type { Database, Tx } from '../database.ts';
import { contentHash } from '../setup.ts';
import type { Store } from '../transaction.ts';

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
  /** `put`: as sent; `reopen`: what was cancelled of it comes back; `recheck`: what is held of it. */
  op: 'put' | 'reopen' | 'recheck';
  externalId: string;
  customer: string;
  currency: string;
  shipDate: string | null;
  prepaid: boolean | null;
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
  const { externalId, customer, currency, requestedShipDate, prepaid, lines } = order;
  const amountMinor = lines.reduce((sum, line) => sum + line.amountMinor, 0);
  const hash = contentHash(order);
  return {
    op: 'put',
    externalId,
    customer,
    currency,
    shipDate: requestedShipDate,
    prepaid,
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
  op: 'reopen' | 'recheck',
  actor: Actor,
  order: { externalId: string; customer: string; currency: string },
  reason: string | null,
): CheckRequest {
  const { externalId, customer, currency } = order;
  const none = { shipDate: null, prepaid: null, lines: null, amountMinor: null, hash: null };
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
    select credit_check(${JSON.stringify(requests)}::jsonb, ${JSON.stringify(rules)}::jsonb, ${store.policies.zone}) as answers`.execute(
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

const refusalOf = ({ refusal, params = {}, pointer }: Refused): Refusal =>
  new Refusal(refusal, params, pointer === undefined ? {} : { pointer });

function decided(answer: Answered | undefined): OrderDecided {
  if (!answer) throw new Error('a check gave no answer');
  if (!('refusal' in answer)) return answer;
  throw refusalOf(answer);
}

/** Judges one order inside a transaction. */
export const checkWithin = async (tx: Tx, store: Store, request: CheckRequest): Promise<OrderDecided> =>
  decided((await check(tx, store, [request]))[0]);

interface Waiting {
  request: CheckRequest;
  resolve(answer: Answered | undefined): void;
  reject(error: unknown): void;
}

const RETRYABLE = new Set(['40001', '40P01']);
const ATTEMPTS = 8;
/** Statements in flight, and orders in one: what comes meanwhile waits for the next, and shares its commit. */
const IN_FLIGHT = 2;
const GATHERED = 64;

/**
 * Judges orders for many callers: those that come while a statement runs are gathered into the next, in the order they came. One alone
 * never waits. A batch that fails is judged order by order, so that nobody pays for another's fault.
 */
class CheckDesk {
  readonly #store: Store;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  put(request: CheckRequest): Promise<Answered | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#running >= IN_FLIGHT || this.#waiting.length === 0) return;
    this.#running += 1;
    void this.#run(this.#gather()).finally(() => {
      this.#running -= 1;
      this.#next();
    });
  }

  /** The first that wait, each order once: its second document is judged after the first. */
  #gather(): Waiting[] {
    const seen = new Set<string>();
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const one of this.#waiting) {
      const fits = batch.length < GATHERED && !seen.has(one.request.externalId);
      seen.add(one.request.externalId);
      (fits ? batch : rest).push(one);
    }
    this.#waiting.splice(0, this.#waiting.length, ...rest);
    return batch;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const answers = await this.#judge(batch.map((one) => one.request));
      for (const [index, one] of batch.entries()) one.resolve(answers[index]);
    } catch (error) {
      if (batch.length === 1) return batch[0]?.reject(error);
      for (const one of batch) await this.#run([one]);
    }
  }

  async #judge(requests: readonly CheckRequest[]): Promise<Answered[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await check(this.#store.db, this.#store, requests);
      } catch (error) {
        if (attempt >= ATTEMPTS || !RETRYABLE.has((error as { code?: string }).code ?? '')) throw error;
      }
    }
  }
}

const desks = new WeakMap<Store, CheckDesk>();

/** Judges one order and reserves what it may take, in one statement that commits by itself. Throws Refusal when it cannot be judged. */
export async function checkOrder(store: Store, request: CheckRequest): Promise<OrderDecided> {
  let desk = desks.get(store);
  if (!desk) desks.set(store, (desk = new CheckDesk(store)));
  return decided(await desk.put(request));
}

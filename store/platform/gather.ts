import { isDatabaseDown } from './database.ts';
import { requestsInHand, withRequests } from './idempotency.ts';
import type { RequestKey } from './idempotency.ts';

/** Batches in flight, and requests in one: what comes meanwhile waits for the next, and shares its transaction. */
const IN_FLIGHT = 2;
const GATHERED = 64;
/** A batch that takes longer waits for somebody's lock: it gives up its place, so that nobody else stands behind it. */
const PLACE_MS = 250;

export interface Gathering<Request, Answer> {
  /** Carries out a batch in the order given, all in one transaction; answers stand in the order of the requests. */
  work(batch: readonly Request[]): Promise<readonly Answer[]>;
  /** What a request is about: of two about the same, the second waits for the next batch. */
  about?(request: Request): string;
  /** Only requests with the same mark share a batch; all of them when it is left out. */
  alike?(request: Request): string;
}

interface Waiting<Request, Answer> {
  request: Request;
  about: string | null;
  mark: string;
  keys: readonly RequestKey[];
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Carries out requests of many callers: those that come while a batch runs are gathered into the next, in the order they came. One alone
 * never waits. A batch that fails is carried out request by request, so that nobody pays for another's fault; when Postgres is away, all
 * of it hears so at once.
 */
export class Gatherer<Request, Answer> {
  readonly #of: Gathering<Request, Answer>;
  readonly #waiting: Waiting<Request, Answer>[] = [];
  #running = 0;

  constructor(of: Gathering<Request, Answer>) {
    this.#of = of;
  }

  put(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { about, alike } = this.#of;
      const subject = about?.(request) ?? null;
      this.#waiting.push({ request, about: subject, mark: alike?.(request) ?? '', keys: requestsInHand(), resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#running >= IN_FLIGHT || this.#waiting.length === 0) return;
    this.#running += 1;
    let holds = true;
    const leave = (): void => {
      if (!holds) return;
      holds = false;
      this.#running -= 1;
      this.#next();
    };
    const patience = setTimeout(leave, PLACE_MS);
    void this.#run(this.#gather()).finally(() => {
      clearTimeout(patience);
      leave();
    });
  }

  /** The first that wait and may go together, each subject once. */
  #gather(): Waiting<Request, Answer>[] {
    const seen = new Set<string>();
    const batch: Waiting<Request, Answer>[] = [];
    const rest: Waiting<Request, Answer>[] = [];
    for (const one of this.#waiting) {
      const stands = one.about !== null && seen.has(one.about);
      const goes = batch.length < GATHERED && !stands && one.mark === (batch[0] ?? one).mark;
      if (one.about !== null) seen.add(one.about);
      (goes ? batch : rest).push(one);
    }
    this.#waiting.splice(0, this.#waiting.length, ...rest);
    return batch;
  }

  async #run(batch: readonly Waiting<Request, Answer>[]): Promise<void> {
    try {
      const requests = batch.map((one) => one.request);
      const keys = batch.flatMap((one) => one.keys);
      const answers = await withRequests(keys, () => this.#of.work(requests));
      if (answers.length !== batch.length) throw new Error(`${batch.length} requests were given ${answers.length} answers`);
      for (const [place, one] of batch.entries()) one.resolve(answers[place] as Answer);
    } catch (error) {
      if (batch.length > 1 && !isDatabaseDown(error)) for (const one of batch) await this.#run([one]);
      else for (const one of batch) one.reject(error);
    }
  }
}

/** One gatherer for each store, made when it is first asked for. */
export function gathererOf<Store extends object, Request, Answer>(
  gathering: (store: Store) => Gathering<Request, Answer>,
): (store: Store) => Gatherer<Request, Answer> {
  const known = new WeakMap<Store, Gatherer<Request, Answer>>();
  return (store) => {
    let found = known.get(store);
    if (!found) known.set(store, (found = new Gatherer(gathering(store))));
    return found;
  };
}

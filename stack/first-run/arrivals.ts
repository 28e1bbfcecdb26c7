import type { Instant } from '../../domain/platform/calendar.ts';
import type { Incoming } from '../../store/platform/stepping.ts';

/** Something that arrives at an hour of business time. Sending it again must do no harm: an interrupted hour is sent anew. */
export interface Arrival {
  readonly at: Instant;
  /** Whose it is: the customer, who shares nothing with the others. Null: it waits for all before it, and all after it wait for it. */
  readonly lane: string | null;
  send(): Promise<void>;
}

/** Lanes that are sent at the same time. */
const LANES = 6;

/** The stream of arrivals for stepped time, from the hour at which the clock stands. */
export class Arrivals implements Incoming {
  readonly #hours: readonly (readonly [Instant, readonly Arrival[]])[];
  readonly total: number;
  #next = 0;
  #sent = 0;
  #sendingMs = 0;
  readonly #signal: AbortSignal;

  /** Arrivals of one hour keep the order in which they are given. */
  constructor(arrivals: readonly Arrival[], from: Instant, signal: AbortSignal) {
    const hours = new Map<Instant, Arrival[]>();
    const left = arrivals.filter((arrival) => arrival.at >= from);
    for (const arrival of left) {
      const hour = hours.get(arrival.at);
      if (hour) hour.push(arrival);
      else hours.set(arrival.at, [arrival]);
    }
    this.#hours = [...hours].sort(([a], [b]) => (a < b ? -1 : 1));
    this.total = arrivals.length;
    this.#sent = arrivals.length - left.length;
    this.#signal = signal;
  }

  /** Sent so far, also by an earlier run. */
  get sent(): number {
    return this.#sent;
  }

  /** Real time spent sending. */
  get sendingMs(): number {
    return this.#sendingMs;
  }

  nextHour(): Instant | null {
    return this.#hours[this.#next]?.[0] ?? null;
  }

  /** Sends all of an hour: of each customer one by one in the order given, customers beside one another. */
  async post(hour: Instant): Promise<void> {
    const began = performance.now();
    while ((this.nextHour() ?? '~') <= hour) {
      for (const together of stretches(this.#hours[this.#next]?.[1] ?? [])) await this.#sendLanes(together);
      this.#next += 1;
    }
    this.#sendingMs += performance.now() - began;
  }

  async #sendLanes(lanes: Arrival[][]): Promise<void> {
    const sender = async (): Promise<void> => {
      for (let lane = lanes.shift(); lane; lane = lanes.shift()) {
        for (const arrival of lane) {
          this.#signal.throwIfAborted();
          await arrival.send();
          this.#sent += 1;
        }
      }
    };
    const senders = await Promise.allSettled(Array.from({ length: LANES }, sender));
    for (const sent of senders) if (sent.status === 'rejected') throw sent.reason;
  }
}

/** Arrivals cut into what may be sent at the same time, by lanes. */
function stretches(arrivals: readonly Arrival[]): Arrival[][][] {
  const cut: Map<string, Arrival[]>[] = [];
  let open = false;
  for (const arrival of arrivals) {
    if (!open || arrival.lane === null) cut.push(new Map());
    open = arrival.lane !== null;
    const lanes = cut.at(-1);
    const lane = arrival.lane ?? '';
    lanes?.set(lane, [...(lanes.get(lane) ?? []), arrival]);
  }
  return cut.map((lanes) => [...lanes.values()]);
}

import type { Config } from '../config/env.ts';
import type { Actor } from '../domain/platform/actor.ts';
import type { Instant } from '../domain/platform/calendar.ts';
import type { Listener } from '../store/platform/listener.ts';
import type { Store } from '../store/platform/transaction.ts';
import type { Commands } from './commands.ts';

/** The clock as people see it. `pinned`: production, no changes. */
export interface ClockReading {
  businessNow: Instant;
  speed: number;
  pinned: boolean;
}

/** What a step or jump came to: where the clock stands, bells rung and eventful hours visited on the way. */
export interface ClockMove {
  businessNow: Instant;
  bells: number;
  visits: number;
}

/** Moves business time on the local stack; each change refuses with `clock-fixed` where the clock is pinned. */
export interface ClockControl {
  read(): Promise<ClockReading>;
  setSpeed(actor: Actor, speed: number): Promise<ClockReading>;
  /** Moves once, like an outage; answers when the world is quiet again. */
  jumpDays(actor: Actor, days: number): Promise<ClockMove>;
  /** Visits every eventful hour on the way; answers when the world is quiet again. `progress` hears each visit's instant. */
  stepTo(actor: Actor, instant: Instant, progress?: (at: Instant) => void | Promise<void>): Promise<ClockMove>;
}

/** What every route works with. */
export interface Services {
  store: Store;
  commands: Commands;
  clockControl: ClockControl;
  config: Config;
  /** Ends the waits of event streams early; without it they look every second. */
  listener?: Listener;
  /** Aborted when the API shuts down: streams end. */
  closing?: AbortSignal;
}

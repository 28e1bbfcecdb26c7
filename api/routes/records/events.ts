import { isDeepStrictEqual } from 'node:util';
import type { Response } from 'express';
import { z } from 'zod';
import type { Actor } from '../../../domain/platform/actor.ts';
import { Refusal, invalidAt } from '../../../domain/platform/refusal.ts';
import { eventsNow, readEvents } from '../../../store/records/events.ts';
import type { EventPlace, EventRow } from '../../../store/records/events.ts';
import type { Sleeper } from '../../../store/platform/listener.ts';
import { actorOf } from '../../auth.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

const BATCH = 200;
/** At most this often a stream looks, however many events come. */
const PAUSE_MS = 100;
const LOOK_MS = 1_000;
const HEARTBEAT_MS = 15_000;
const MOST_STREAMS = 500;
/** Of one credential: no single reader may take the places of all others. */
const MOST_STREAMS_EACH = 20;

const placeShape = /^(\d{1,20})-(\d{1,16})$/;

/** The place of a Last-Event-ID; undefined when it is none of ours. */
function placeOf(id: string): EventPlace | undefined {
  const [, tx, seq] = placeShape.exec(id) ?? [];
  const known = tx !== undefined && seq !== undefined && BigInt(tx) < 2n ** 64n && Number.isSafeInteger(Number(seq));
  return known ? { tx, seq: Number(seq) } : undefined;
}

function frame(event: EventRow): string {
  const { tx, seq, kind, at, businessAt, subjectKind, subjectId, customer, data } = event;
  const body = { at, businessAt, kind, subject: { kind: subjectKind, id: subjectId }, customer, data };
  return `id: ${tx}-${seq}\nevent: ${kind}\ndata: ${JSON.stringify(body)}\n\n`;
}

/** Writes as fast as the reader reads; answers false when it has gone. */
async function put(res: Response, text: string): Promise<boolean> {
  if (res.destroyed || res.writableEnded) return false;
  if (!res.write(text)) {
    await new Promise<void>((resolve) => {
      const go = (): void => {
        res.off('drain', go).off('close', go);
        resolve();
      };
      res.on('drain', go).on('close', go);
    });
  }
  return !res.destroyed;
}

/** A wait that ends early by a notification, when there is a listener. */
function sleeperOf({ listener }: Services): Sleeper {
  if (listener) return listener.sleeper('event');
  let wake: (() => void) | null = null;
  let ended = false;
  return {
    sleep: (ms) =>
      new Promise<void>((resolve) => {
        if (ended) return resolve();
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end() {
      ended = true;
      wake?.();
    },
  };
}

/** Sends events until the reader goes, its credential ends or changes, or the API closes. */
async function follow(
  services: Services,
  res: Response,
  actor: Actor,
  from: EventPlace,
  stillAllowed: () => Promise<boolean>,
): Promise<void> {
  const { db } = services.store;
  const sleeper = sleeperOf(services);
  const end = (): void => sleeper.end();
  res.on('close', end);
  services.closing?.addEventListener('abort', end);
  const over = (): boolean => res.destroyed || services.closing?.aborted === true;
  let place = from;
  let heartbeatAt = performance.now() + HEARTBEAT_MS;
  try {
    while (!over()) {
      const { events, next, more } = await readEvents(db, actor, place, BATCH);
      place = next;
      // Before anything is told: a credential that ended hears no more.
      if (!(await stillAllowed())) break;
      if (events.length > 0 && !(await put(res, events.map(frame).join('')))) break;
      if (performance.now() >= heartbeatAt) {
        if (!(await put(res, `: ${place.tx}-${place.seq}\n\n`))) break;
        heartbeatAt = performance.now() + HEARTBEAT_MS;
      }
      if (more) continue;
      await sleeper.sleep(PAUSE_MS, false);
      if (!over()) await sleeper.sleep(LOOK_MS);
    }
  } finally {
    services.closing?.removeEventListener('abort', end);
    sleeper.end();
    res.end();
  }
}

/** The places of streams: so many in all, so many for each credential. `take` answers false when there is none. */
function placesOf(): { take(actor: string): boolean; free(actor: string): void } {
  const held = new Map<string, number>();
  let all = 0;
  return {
    take(actor) {
      const own = held.get(actor) ?? 0;
      if (all >= MOST_STREAMS || own >= MOST_STREAMS_EACH) return false;
      all += 1;
      held.set(actor, own + 1);
      return true;
    },
    free(actor) {
      const own = (held.get(actor) ?? 1) - 1;
      all -= 1;
      if (own === 0) held.delete(actor);
      else held.set(actor, own);
    },
  };
}

const streamHeaders = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' };

/** Changes the caller may see, as server-sent events. */
export function eventRoutes(services: Services): RouteSpec[] {
  const places = placesOf();
  return [
    route({
      method: 'get',
      path: '/v1/events',
      verb: 'event.read',
      tag: 'Record',
      summary: 'Changes as server-sent events; `Last-Event-ID` resumes where a stream broke off, without a gap',
      query: z.strictObject({
        lastEventId: z
          .string()
          .max(40)
          .optional()
          .meta({ description: 'As the header Last-Event-ID; `0-0` begins with the first event.' }),
      }),
      answers: { 200: { description: 'A stream of events.', schema: z.string(), type: 'text/event-stream' } },
      async handle({ actor, query, req }) {
        const sent = req.get('Last-Event-ID') ?? query.lastEventId;
        const from = sent === undefined ? await eventsNow(services.store.db) : placeOf(sent);
        if (!from) throw invalidAt(req.get('Last-Event-ID') === undefined ? '?lastEventId' : 'Last-Event-ID', 'last-event');
        if (req.method === 'HEAD') return { status: 200, write: (res) => Promise.resolve(void res.set(streamHeaders).end()) };
        if (!places.take(actor.id)) throw new Refusal('rate-limited', { seconds: 60 });
        // A credential that ended, or whose role or scope is another one now, begins anew.
        const stillAllowed = async (): Promise<boolean> => isDeepStrictEqual(await actorOf(services.store, req), actor);
        return {
          status: 200,
          async write(res) {
            const free = (): void => places.free(actor.id);
            if (res.destroyed) return free();
            res.on('close', free);
            res.set(streamHeaders);
            res.flushHeaders();
            await put(res, `retry: 2000\n: ${from.tx}-${from.seq}\n\n`);
            await follow(services, res, actor, from, stillAllowed);
          },
        };
      },
    }),
  ];
}

import type { Request } from 'express';
import { z } from 'zod';
import { outletNotes } from '../../../contracts/platform/outlets.ts';
import { may } from '../../../domain/platform/actor.ts';
import { Refusal } from '../../../domain/platform/refusal.ts';
import { deploymentOf, readOutlets } from '../../../store/platform/departures.ts';
import { boardFigures } from '../../../store/platform/figures.ts';
import { actorOf } from '../../auth.ts';
import type { Metrics } from '../../metrics.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

const health = z.strictObject({ status: z.literal('ok') });
const check = z.strictObject({ ok: z.boolean(), figure: z.number().optional().meta({ description: 'Seconds, of the lag.' }) });
const readiness = z.strictObject({
  status: z.enum(['ready', 'not-ready']),
  checks: z.strictObject({ postgres: check, temporal: check, relay: check }),
  outlets: outletNotes.meta({ description: 'Connected channels and data providers; a silent one is no fault of this process.' }),
});

/** A bell that waits longer than this says that no worker runs, or that it does not keep up. */
const MOST_LAG_SECONDS = 60;

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

/** Ready: this process can serve. An engine or a relay that is late harms nobody's request: it is told here, measured, and alarmed on. */
async function readinessOf({ store, commands, config }: Services): Promise<z.infer<typeof readiness>> {
  const [figures, temporal, outlets] = await Promise.all([
    boardFigures(store).catch(() => null),
    succeeds(commands.ping()),
    readOutlets(store, deploymentOf(config)).catch(() => []),
  ]);
  const lag = figures?.lagSeconds ?? 0;
  const checks = {
    postgres: { ok: figures !== null },
    temporal: { ok: temporal },
    relay: { ok: figures !== null && lag <= MOST_LAG_SECONDS, figure: Math.round(lag * 10) / 10 },
  };
  const notes = outlets.filter((one) => one.connected);
  return {
    status: checks.postgres.ok ? 'ready' : 'not-ready',
    checks,
    outlets: notes.map(({ outlet, reasons }) => ({ outlet, leaves: reasons.length === 0, reasons: [...reasons] })),
  };
}

const loopback = /^(?:127\.|::1$|::ffff:127\.)/;

/** A scraper beside the process; a request that came through a proxy is not one. */
const isLocal = (req: Request): boolean =>
  req.headers['x-forwarded-for'] === undefined &&
  req.headers.forwarded === undefined &&
  loopback.test(req.socket.remoteAddress ?? '');

/** Health, readiness and metrics: for load balancers and scrapers, outside /v1. */
export function systemRoutes(services: Services, metrics: Metrics): RouteSpec[] {
  let asked: ReturnType<typeof readinessOf> | null = null;
  /** Whoever asks while somebody is told hears the same: anybody may ask, and however many do cost the database one look at a time. */
  const look = (): ReturnType<typeof readinessOf> =>
    (asked ??= readinessOf(services).finally(() => {
      asked = null;
    }));
  return [
    route({
      method: 'get',
      path: '/healthz',
      verb: 'open',
      tag: 'System',
      summary: 'The process answers',
      answers: { 200: { description: 'It does.', schema: health } },
      handle: () => Promise.resolve({ status: 200, body: { status: 'ok' } }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      verb: 'open',
      tag: 'System',
      summary: 'This process can serve; beside it, whether Temporal and the relay do their work',
      answers: {
        200: { description: 'It can; a check that is not ok is for an alert, not for a load balancer.', schema: readiness },
        503: { description: 'The database cannot be reached.', schema: readiness },
      },
      async handle() {
        const body = await look();
        return { status: body.status === 'ready' ? 200 : 503, body };
      },
    }),
    route({
      method: 'get',
      path: '/metrics',
      verb: 'open',
      tag: 'System',
      summary: 'Metrics for Prometheus: free on this machine, by the permission metrics.read from elsewhere',
      answers: { 200: { description: 'Text exposition format.', schema: z.string(), type: 'text/plain' } },
      async handle({ req }) {
        if (!isLocal(req)) {
          const actor = await actorOf(services.store, req);
          if (!actor) throw new Refusal('unauthenticated');
          if (!may(actor, 'metrics.read')) throw new Refusal('forbidden', { verb: 'metrics.read' });
        }
        const text = await metrics.registry.metrics();
        return {
          status: 200,
          write: (res) => {
            res.type(metrics.registry.contentType).send(text);
            return Promise.resolve();
          },
        };
      },
    }),
  ];
}

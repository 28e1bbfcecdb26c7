import type { z } from 'zod';
import { clockChange, clockMove, clockReading } from '../../../contracts/platform/clock.ts';
import { idParams, job } from '../../../contracts/platform/common.ts';
import type { Actor } from '../../../domain/platform/actor.ts';
import { Refusal } from '../../../domain/platform/refusal.ts';
import { advanceJob, beginJob, endJob, readJob } from '../../../store/platform/jobs.ts';
import { problemOf } from '../../problem.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { ClockMove, Services } from '../../services.ts';

type Change = z.output<typeof clockChange>;

async function move(
  { clockControl }: Services,
  actor: Actor,
  change: Change,
  progress?: () => Promise<void>,
): Promise<ClockMove> {
  if (change.speed !== undefined) return { ...(await clockControl.setSpeed(actor, change.speed)), bells: 0, visits: 0 };
  if (change.jumpDays !== undefined) return clockControl.jumpDays(actor, change.jumpDays);
  if (change.stepTo !== undefined) return clockControl.stepTo(actor, change.stepTo, progress);
  throw new Error('a clock change without a change');
}

/** Moves in the background and keeps the outcome with the job; what went wrong is kept as its problem. */
async function moveAsJob(services: Services, actor: Actor, change: Change, language: Language): Promise<string> {
  const { db } = services.store;
  const reading = await services.clockControl.read();
  if (reading.pinned) throw new Refusal('clock-fixed');
  const id = await beginJob(db, 'clock', actor, change);
  const work = async (): Promise<void> => {
    try {
      const done = await move(services, actor, change, () => advanceJob(db, id));
      await endJob(db, id, 'done', { ...done });
    } catch (error) {
      await endJob(db, id, 'failed', { ...problemOf(error, language, `/v1/jobs/${id}`).body });
    }
  };
  // The job's lease tells of a failure to write even this.
  work().catch(() => undefined);
  return id;
}

const shownJob = async ({ store }: Services, actor: Actor, id: string) => {
  const found = await readJob(store.db, id);
  const theirs = found && (found.actor.id === actor.id || actor.role === 'admin' || actor.role === 'auditor');
  if (!found || !theirs) throw new Refusal('not-found', { id });
  const { kind, state, done, total, failures, result } = found;
  return { id: found.id, kind, state, done, total, failures, result };
};

/** Business time, which the local stack may move, and the jobs of long work. */
export function clockRoutes(services: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/clock',
      verb: 'clock.read',
      tag: 'Clock',
      summary: 'Business time and its speed',
      answers: { 200: { description: 'The clock.', schema: clockReading } },
      handle: async () => ({ status: 200, body: await services.clockControl.read() }),
    }),
    route({
      method: 'post',
      path: '/v1/clock',
      verb: 'clock.change',
      tag: 'Clock',
      summary:
        'Move business time (local stack only); answers when the world is quiet again, or gives a job with `Prefer: respond-async`',
      body: clockChange,
      idempotent: 'key',
      answers: {
        200: { description: 'Where the clock stands now.', schema: clockMove },
        202: { description: 'The job that moves it.', schema: job },
      },
      async handle({ actor, body, req, language }) {
        if (/\brespond-async\b/i.test(req.get('Prefer') ?? '')) {
          const id = await moveAsJob(services, actor, body, language);
          const headers = { Location: `/v1/jobs/${id}`, 'Preference-Applied': 'respond-async' };
          return { status: 202, body: await shownJob(services, actor, id), headers };
        }
        const moved = await move(services, actor, body);
        const { speed, pinned } = await services.clockControl.read();
        return { status: 200, body: { businessNow: moved.businessNow, bells: moved.bells, visits: moved.visits, speed, pinned } };
      },
    }),
    route({
      method: 'get',
      path: '/v1/jobs/{id}',
      verb: 'signed-in',
      tag: 'Clock',
      summary: 'How far long work has come; for the user who started it, administrators and auditors',
      params: idParams,
      answers: { 200: { description: 'The job.', schema: job } },
      handle: async ({ actor, params }) => ({ status: 200, body: await shownJob(services, actor, params.id) }),
    }),
  ];
}

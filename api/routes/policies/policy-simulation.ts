import type { z } from 'zod';
import { job } from '../../../contracts/platform/common.ts';
import { policyVersionParams } from '../../../contracts/policies/policies.ts';
import { policySimulation, simulatePolicy as simulateBody } from '../../../contracts/policies/policy-simulation.ts';
import type { Judged } from '../../../domain/credit/simulation.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { invalidAt } from '../../../domain/platform/refusal.ts';
import type { PolicyKind } from '../../../domain/policy.ts';
import { zenTables } from '../../../rules/zen.ts';
import { simulatedKinds, simulatePolicy } from '../../../store/credit/simulation.ts';
import type { SimulatedKind, Simulation, SimulationInput } from '../../../store/credit/simulation.ts';
import { beginJob, endJob, moveJob, readJob } from '../../../store/platform/jobs.ts';
import { problemOf } from '../../problem.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

type Answer = z.output<typeof policySimulation>;

/** Policy replay: another version over the recorded verdicts. It reads only, so whoever reads policies may run it. */
export function policySimulationRoutes({ store }: Services): RouteSpec[] {
  const tables = zenTables();
  return [
    route({
      method: 'post',
      path: '/v1/policies/{kind}/{version}/simulate',
      verb: 'policy.read',
      tag: 'Policies',
      summary: `Hold a version (${simulatedKinds.join(', ')}) against the recorded verdicts: which flip, and what became of them; a job with \`Prefer: respond-async\``,
      params: policyVersionParams,
      body: simulateBody,
      idempotent: 'key',
      answers: {
        200: { description: 'What the version would change.', schema: policySimulation },
        202: { description: 'The job that finds out; its result is the simulation.', schema: job },
      },
      async handle({ actor, params, body, req, language }) {
        const kind = simulatedKind(params.kind);
        const of: SimulationInput = { kind, version: params.version, from: body.from ?? null, until: body.until ?? null };
        if (!/\brespond-async\b/i.test(req.get('Prefer') ?? ''))
          return { status: 200, body: answerOf(await simulatePolicy(store, tables, of)) };
        const id = await beginJob(store.db, 'policy-simulation', actor, { ...of });
        const work = async (): Promise<void> => {
          try {
            const found = await simulatePolicy(store, tables, of, (done) => moveJob(store.db, id, done));
            await endJob(store.db, id, 'done', answerOf(found));
          } catch (error) {
            await endJob(store.db, id, 'failed', { ...problemOf(error, language, `/v1/jobs/${id}`).body });
          }
        };
        // The job's lease tells of a failure to write even this.
        work().catch(() => undefined);
        const begun = await readJob(store.db, id);
        if (!begun) throw new Error('a job was not kept');
        const { kind: job, state, done, total, failures, result } = begun;
        const shown = { id, kind: job, state, done, total, failures, result };
        return { status: 202, body: shown, headers: { Location: `/v1/jobs/${id}`, 'Preference-Applied': 'respond-async' } };
      },
    }),
  ];
}

function simulatedKind(kind: PolicyKind): SimulatedKind {
  const known = simulatedKinds.find((one) => one === kind);
  if (!known) throw invalidAt('{kind}', 'kind-not-simulated', { kinds: simulatedKinds.join(', ') });
  return known;
}

function answerOf({ limits, examples, ...rest }: Simulation): Answer {
  return {
    ...rest,
    limits: limits.map(({ currency, beforeMinor, afterMinor }) => ({
      currency,
      before: formatAmount(beforeMinor, currency),
      after: formatAmount(afterMinor, currency),
    })),
    examples: examples.map(({ before, after, currency, ...example }) => ({
      ...example,
      currency,
      before: shown(before, currency),
      after: shown(after, currency),
    })),
  };
}

const shown = ({ limitMinor, ...rest }: Judged, currency: string) => ({
  ...rest,
  limit: limitMinor === null ? null : formatAmount(limitMinor, currency),
});

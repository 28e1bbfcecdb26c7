import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createCommands } from '../../api/commands.ts';
import type { Commands } from '../../api/commands.ts';
import type { Refusal } from '../../domain/platform/refusal.ts';
import type { Decided } from '../../workflows/platform/decisions.ts';
import { countUpdate } from '../support/deciding-workflow.ts';
import type { CountBook, Counted } from '../support/deciding-workflow.ts';
import { until } from '../support/world.ts';

/** What the record would hold: the plan of each process, and the first answer of each update. */
const plans = new Map<string, Counted>();
const answers = new Map<string, string>();
const planOf = (id: string): Counted =>
  plans.get(id) ?? { seq: 1, step: 'wait', at: null, waitMs: null, why: 'waits', taken: [] };
let crashOnce = false;
let atOnce = 0;
let most = 0;

const book: CountBook = {
  read: ({ id }) => Promise.resolve(planOf(id)),
  async take({ id, what, held }): Promise<Decided<Counted, string>> {
    most = Math.max(most, (atOnce += 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    atOnce -= 1;
    const plan = planOf(id);
    const first = answers.get(held.updateId);
    if (first !== undefined) return { plan, outcome: { answer: first } };
    if (plan.step === 'close') return { plan, outcome: { refused: { code: 'already-decided', params: {} } } };
    if (what === 'stale') return { plan, outcome: { refused: { code: 'stale-exposure', params: { given: 1, now: 2 } } } };
    const next: Counted = { ...plan, seq: plan.seq + 1, step: what === 'end' ? 'close' : 'wait', taken: [...plan.taken, what] };
    plans.set(id, next);
    answers.set(held.updateId, `${what} is number ${next.taken.length}`);
    if (crashOnce) {
      crashOnce = false;
      throw new Error('the worker died after its commit');
    }
    return { plan: next, outcome: { answer: answers.get(held.updateId) ?? '' } };
  },
};

describe('decisions on a process', () => {
  const taskQueue = `decisions-${randomUUID()}`;
  const temporal = {
    address: inject('temporalAddress'),
    namespace: inject('temporalNamespace'),
    taskQueue,
    apiKey: undefined,
    tls: false,
  };
  let commands: Commands;
  let worker: Worker;
  let connection: NativeConnection;
  let running: Promise<void>;
  let id = '';
  beforeAll(async () => {
    connection = await NativeConnection.connect({ address: temporal.address });
    worker = await Worker.create({
      connection,
      namespace: temporal.namespace,
      taskQueue,
      workflowsPath: fileURLToPath(new URL('../support/deciding-workflow.ts', import.meta.url)),
      activities: book,
    });
    running = worker.run();
    commands = createCommands(temporal as Parameters<typeof createCommands>[0]);
  }, 60_000);
  afterAll(async () => {
    worker.shutdown();
    await running;
    await commands.close();
    await connection.close();
  });
  beforeEach(() => {
    id = randomUUID();
  });

  const decide = (what: string, updateId: string = randomUUID(), of: Commands = commands): Promise<string> =>
    of.decide(countUpdate, {
      process: { kind: 'credit-application', id, customerId: randomUUID(), stage: 'open' },
      input: what,
      updateId,
    });
  const refusal = (of: Promise<unknown>): Promise<Refusal> =>
    of.then(
      () => expect.fail('was not refused'),
      (error: Refusal) => error,
    );

  it('the first one starts the process, and each hears its own answer', async () => {
    expect(await decide('yes')).toBe('yes is number 1');
    expect(await decide('no')).toBe('no is number 2');
  });

  it('the same update twice is carried out once and hears its first answer, also when the process has ended', async () => {
    const update = randomUUID();
    expect([await decide('yes', update), await decide('yes', update)]).toEqual(['yes is number 1', 'yes is number 1']);
    const last = randomUUID();
    expect(await decide('end', last)).toBe('end is number 2');
    expect([await decide('yes', update), await decide('end', last)]).toEqual(['yes is number 1', 'end is number 2']);
    expect(planOf(id).taken).toEqual(['yes', 'end']);
  });

  it('one that was committed by a worker that died before it could say so is not carried out again', async () => {
    crashOnce = true;
    expect(await decide('yes')).toBe('yes is number 1');
    expect(planOf(id).taken).toEqual(['yes']);
  });

  it('a refusal by the plan and one by the facts both come back with their code and figures', async () => {
    await decide('yes');
    expect(await refusal(decide('never', `never-${randomUUID()}`))).toMatchObject({ code: 'tier-exceeded', params: { tier: 2 } });
    expect(await refusal(decide('stale'))).toMatchObject({ code: 'stale-exposure', params: { given: 1, now: 2 } });
    expect(planOf(id)).toMatchObject({ seq: 2, taken: ['yes'] });
  });

  it('forty at once: none fails, and they are carried out one after another', async () => {
    most = 0;
    const all = await Promise.all(Array.from({ length: 40 }, () => decide('yes')));
    expect(new Set(all).size).toBe(40);
    expect(most).toBe(1);
  });

  it('more at once than the engine takes in flight, from as many servers: none fails', { timeout: 60_000 }, async () => {
    const servers = Array.from({ length: 14 }, () => createCommands(temporal as Parameters<typeof createCommands>[0]));
    const all = await Promise.all(servers.map((server) => decide('yes', randomUUID(), server)));
    expect(new Set(all).size).toBe(14);
    await Promise.all(servers.map((server) => server.close()));
  });

  it('of those that race with the end, each is carried out or refused', async () => {
    const said = await Promise.allSettled(Array.from({ length: 24 }, (_, at) => decide(at === 7 ? 'end' : 'yes')));
    const told = said.map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as Refusal).code));
    expect(told.filter((word) => word !== 'done' && word !== 'already-decided')).toEqual([]);
    expect(told.filter((word) => word === 'done')).toHaveLength(planOf(id).taken.length);
    await until('the process is closed', () => Promise.resolve(planOf(id).step === 'close'));
  });

  it('refuses with engine-down while the engine cannot be reached', async () => {
    const away = createCommands({ ...temporal, address: '127.0.0.1:1' } as Parameters<typeof createCommands>[0]);
    expect(await refusal(decide('yes', randomUUID(), away))).toMatchObject({ code: 'engine-down' });
    expect(planOf(id).taken).toEqual([]);
    await away.close();
  });
});

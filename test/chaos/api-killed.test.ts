import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createApiKey } from '../../api/auth.ts';
import { isPortFree } from '../../stack/ports.ts';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { insistOnAll, send } from '../support/caller.ts';
import type { Sending, Told } from '../support/caller.ts';
import { freshDatabase } from '../support/database.ts';
import { factsOf } from '../support/facts.ts';
import { seededFrom } from '../support/seeded.ts';

const KILLS = 4;

async function apiProcess(url: string, port: number): Promise<ChildProcess> {
  const child = fork(join(inject('processes'), 'api-process.mjs'), [], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ...{ DATABASE_URL: url, TEMPORAL_ADDRESS: '127.0.0.1:1', DUECOURSE_MODE: 'local', LOG_LEVEL: 'silent' },
      ...{ DUECOURSE_HOST: '127.0.0.1', DUECOURSE_PORT: String(port), DUECOURSE_RATE_LIMIT: '10000000' },
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the API ended before it was ready')));
  ended.catch(() => undefined);
  await Promise.race([once(child, 'message'), ended]);
  return child;
}

/** A free port that no client gets as its own: one that calls a dead server again and again would in the end call itself. */
async function listeningPort(below: (bound: number) => number): Promise<number> {
  for (;;) {
    const port = 20_000 + below(10_000);
    if (await isPortFree(port)) return port;
  }
}

/** Disputes are known by their key alone, payments also by the sender's own id. */
async function requests(store: OpenStore, count: number): Promise<Sending[]> {
  const facts = factsOf(store);
  const all: Sending[] = [];
  for (let n = 1; n <= count; n += 1) {
    const customer = `AK-${n % 10}`;
    if (n <= 10) await facts.customer(`AK-${n % 10}`);
    const id = await facts.invoice({ id: `AI-${n}`, customer, amount: '100.00', issued: '2026-08-01', due: '2026-10-01' });
    const dispute = { amount: '10.00', category: 'quality', note: `D-${n}` };
    all.push({ path: `/v1/receivables/${id}/disputes`, body: dispute, key: `D-${n}` });
    const payment = {
      externalId: `P-${n}`,
      customer,
      amount: '1.00',
      currency: 'CNY',
      receivedOn: '2026-08-20',
      reference: `AI-${n}`,
    };
    all.push({ path: '/v1/payments', body: payment, key: `P-${n}` });
  }
  return all;
}

async function effects(store: OpenStore): Promise<string[]> {
  const { rows } = await sql<{ effect: string }>`
    select note as effect from dispute union all select external_id from payment
    union all select 'audit ' || action || ' ' || count(*) from audit where action in ('dispute.opened', 'payment.posted') group by action
    union all select 'paid ' || sum(paid_minor) from receivable`.execute(store.db);
  return rows.map((row) => row.effect).sort();
}

const isAnswered = ({ answers }: Told): boolean => [200, 201].includes(answers.at(-1)?.status ?? 0);

test(
  'killed in the middle of requests that are sent again, the API gives each key one effect and one answer',
  { timeout: 300_000 },
  async () => {
    const { below } = seededFrom();
    const { url, drop } = await freshDatabase();
    onTestFinished(drop);
    await setUp(url, { business: '2026-09-01T02:00:00.000Z', speed: 0, pinned: false });
    const store = openStore({ url, max: 3 });
    onTestFinished(() => store.close());
    const { secret } = await createApiKey(store, { name: 'erp', role: 'erp' });
    const all = await requests(store, 200);
    const port = await listeningPort(below);
    const address = `http://127.0.0.1:${port}`;

    let api = await apiProcess(url, port);
    let living = true;
    const calling = insistOnAll(address, secret, all, 12).finally(() => (living = false));
    let kills = 0;
    while (living && kills < KILLS) {
      await delay(200 + below(600));
      if (!living) break;
      api.kill('SIGKILL');
      await once(api, 'exit');
      kills += 1;
      api = await apiProcess(url, port);
    }
    const told = await calling;

    expect(kills).toBe(KILLS);
    expect(told.some(({ broken }) => broken > 0)).toBe(true);
    const ids = all.map((sending) => sending.key);
    const audits = ['audit dispute.opened 200', 'audit payment.posted 200', 'paid 20000'];
    expect(await effects(store)).toEqual([...ids, ...audits].sort());
    const unanswered = told.filter((one) => !isAnswered(one)).map(({ answers }) => JSON.parse(answers.at(-1)?.text ?? '{}').code);
    expect(unanswered.filter((code) => code !== 'answer-lost')).toEqual([]);
    for (const one of told.filter(isAnswered)) {
      const again = await send(address, secret, one.sending);
      expect(again).toMatchObject({ text: one.answers.at(-1)?.text, replayed: true });
    }
    expect(await effects(store)).toHaveLength(ids.length + audits.length);
  },
);

import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createCommands } from '../../api/commands.ts';
import { readConfig } from '../../config/env.ts';
import { createApiKey, revokeApiKey } from '../../store/access/api-keys.ts';
import { startWorker } from '../../worker/main.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { system } from '../support/actors.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { quietLog } from '../support/world-over.ts';
import { until } from '../support/world.ts';

/** An engine that answers, and nobody who works. */
let api: TestApi;
let worker: RunningWorker | undefined;

beforeAll(async () => {
  const env = {
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: inject('temporalNamespace'),
    DUECOURSE_TASK_QUEUE: `pending-${randomUUID()}`,
  };
  const { temporal } = readConfig({ DATABASE_URL: 'postgres://localhost/none', DUECOURSE_MODE: 'local', ...env });
  api = await openTestApi({ env, commands: createCommands(temporal, 3_000) });
  const customer = { name: 'C', type: 'other', region: 'SH', currency: 'CNY', terms: { days: 30 }, contacts: [] };
  for (const code of ['C-1', 'C-2', 'C-3', 'C-4', 'C-5'])
    await api.as('erp').put(`/v1/customers/${code}`).send(customer).expect(201);
});
afterAll(async () => {
  await worker?.shutdown();
  await api.close();
});

async function apply(externalId: string, customer = 'C-1'): Promise<string> {
  const body = {
    ...{ externalId, customer, kind: 'new', reason: 'First order' },
    requested: { limit: '50000.00', currency: 'CNY', termsDays: 30 },
  };
  return (await api.as('credit_officer').post('/v1/credit-applications').send(body).expect(202)).body.id as string;
}

const withdraw = (id: string, key: string) =>
  api
    .as('credit_officer')
    .post(`/v1/credit-applications/${id}/withdraw`)
    .set('Idempotency-Key', key)
    .send({ reason: 'Asked for by mistake' });
const outcome = async (ask: string, language = 'en') =>
  (await api.as('credit_officer').get(ask).set('Accept-Language', language).expect(200)).body as {
    outcome: string;
    answer: { state: string } | null;
    refusal: { code: string } | null;
  };

test('a decision while no worker runs says that its outcome is not known yet and where to ask; a repeat gets the outcome', async () => {
  const id = await apply('CA-1');
  const sent = await withdraw(id, 'w-1');
  expect(sent.status, sent.text).toBe(202);
  expect(sent.body).toMatchObject({ outcome: 'not-known-yet', detail: expect.stringContaining('may still be carried out') });
  const { ask } = sent.body as { ask: string };
  expect(sent.headers['location']).toBe(ask);
  expect(await outcome(ask)).toEqual({ outcome: 'not-known-yet', answer: null, refusal: null });
  const shown = await api.as('auditor').get(`/v1/credit-applications/${id}`).expect(200);
  expect(shown.body.state).toBe('assessing');
  // The repeat is the same decision, and as truthful as the first.
  const again = await withdraw(id, 'w-1');
  expect([again.status, again.body.ask]).toEqual([202, ask]);
  const other = await withdraw(id, 'w-2');
  expect(other.status).toBe(202);

  worker = await startWorker({ config: api.config, log: quietLog });
  await until('it is carried out', async () => (await outcome(ask)).outcome === 'carried-out');
  expect((await outcome(ask)).answer).toMatchObject({ state: 'withdrawn' });
  const repeat = await withdraw(id, 'w-1');
  expect([repeat.status, repeat.body.state]).toEqual([200, 'withdrawn']);
  // The second came too late, and is told so wherever it asks.
  const late = () => outcome((other.body as { ask: string }).ask);
  await until('the other is not', async () => (await late()).outcome === 'refused');
  expect((await late()).refusal).toMatchObject({ code: 'not-open', pointer: '{id}' });
  await until('its repeat hears why', async () => (await withdraw(id, 'w-2')).body.code === 'not-open');
  expect((await withdraw(id, 'w-2')).body).toMatchObject({ errors: [{ pointer: '{id}', code: 'not-open' }] });
  const elsewhere = ask.replace(id, randomUUID());
  const nowhere = await api.as('credit_officer').get(elsewhere).expect(404);
  expect(nowhere.body).toMatchObject({ code: 'not-found', errors: [{ pointer: '{workflowId}' }] });
}, 120_000);

/** As after a restart of an engine that had heard of a decision and kept nothing of it. */
async function forgottenByEngine(process: string): Promise<void> {
  const { address, namespace } = api.config.temporal;
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  await client.workflow
    .getHandle(process)
    .terminate('lost')
    .catch(() => undefined);
  await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId: process } });
  await connection.close();
}

test('a decision that the engine lost before a worker took it up is carried out all the same; one too long ago says that it lapsed', async () => {
  await worker?.shutdown();
  worker = undefined;
  const [id, old] = [await apply('CA-2', 'C-2'), await apply('CA-3', 'C-3')];
  const asks: string[] = [];
  for (const of of [id, old]) {
    const sent = await withdraw(of, `lost-${of}`);
    expect(sent.status, sent.text).toBe(202);
    asks.push((sent.body as { ask: string }).ask);
    await forgottenByEngine(`credit-application-${of}`);
  }
  const [ask = '', oldAsk = ''] = asks;
  expect((await outcome(ask)).outcome).toBe('not-known-yet');
  await sql`update decision_intent set sent_at = sent_at - interval '16 minutes' where process = ${`credit-application-${old}`}`.execute(
    api.store.db,
  );
  worker = await startWorker({ config: api.config, log: quietLog });
  await until('it is carried out', async () => (await outcome(ask)).outcome === 'carried-out');
  await until('the other has lapsed', async () => (await outcome(oldAsk)).outcome === 'refused');
  expect(await outcome(oldAsk, 'zh')).toMatchObject({
    refusal: { code: 'intent-lapsed', detail: expect.stringContaining('15') },
  });
  const states = await Promise.all(
    [id, old].map(async (one) => (await api.as('auditor').get(`/v1/credit-applications/${one}`).expect(200)).body.state),
  );
  expect(states[0]).toBe('withdrawn');
  expect(states[1]).not.toBe('withdrawn');
  // Asked for again under its key it counts from now.
  await until('its repeat is carried out', async () => (await withdraw(old, `lost-${old}`)).status === 200);
}, 120_000);

test('a decision whose API was killed before it could send it is carried out once, as it stands in our record', async () => {
  const id = await apply('CA-4', 'C-4');
  const process = `credit-application-${id}`;
  await sql`
    insert into decision_intent (process, update_id, act, actor_id, input, hand_over_at)
    select ${process}, 'never-sent', act, actor_id, input, clock_timestamp() from decision_intent where act = 'withdrawApplication' limit 1`.execute(
    api.store.db,
  );
  const state = async () => (await api.as('auditor').get(`/v1/credit-applications/${id}`).expect(200)).body.state;
  await until('it is carried out', async () => (await state()) === 'withdrawn');
  const { rows } = await sql`
    select from audit where subject_id = ${id} and action = 'credit-application.withdrawn'`.execute(api.store.db);
  expect(rows).toHaveLength(1);
}, 120_000);

test('what a key asked for that was revoked meanwhile is refused, however late it is handed over', async () => {
  await worker?.shutdown();
  worker = undefined;
  const id = await apply('CA-5', 'C-5');
  const { key, secret } = await createApiKey(api.store, { name: 'leaver', role: 'credit_officer', scope: {} });
  const sent = await withdraw(id, 'leaver').set('Authorization', `Bearer ${secret}`);
  expect(sent.status, sent.text).toBe(202);
  await revokeApiKey(api.store, key.id, system, 'left the company');
  worker = await startWorker({ config: api.config, log: quietLog });
  const { ask } = sent.body as { ask: string };
  await until('it has an outcome', async () => (await outcome(ask)).outcome !== 'not-known-yet');
  expect(await outcome(ask)).toMatchObject({ outcome: 'refused', refusal: { code: 'forbidden' } });
  expect((await api.as('auditor').get(`/v1/credit-applications/${id}`).expect(200)).body.state).not.toBe('withdrawn');
}, 120_000);

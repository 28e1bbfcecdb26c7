import { writeFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { until } from '../support/world-over.ts';
import type { World } from '../support/world-over.ts';
import { HISTORIES } from './corpus.ts';

/** The release whose workflows are recorded: the first argument of record.ts. */
const release = process.argv[2] ?? '';
if (!/^[\d.]+$/.test(release)) throw new Error('say which release: record.ts 0.1');

/** Files written by this run. */
export const written: string[] = [];

/** The identity of a worker holds the name of its machine. */
const anonymous = (json: string): string =>
  json.replaceAll(/"\d+@[^"]*"/g, '"worker"').replaceAll(/"[^"]*\d+@[^"]*"/g, '"worker"');

const PENDING = /TASK_SCHEDULED|TASK_STARTED|TIMER_FIRED|SIGNALED/;

/** Writes the history of a run that has ended, or rests: a task under way would be replayed beyond what is recorded. */
export async function keep(client: Client, name: string, workflowId: string, runId?: string): Promise<void> {
  let events: { eventType: string }[] = [];
  await until(`${name} rests`, async () => {
    const json = historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory());
    ({ events } = JSON.parse(anonymous(json)) as { events: { eventType: string }[] });
    return !PENDING.test(events.at(-1)?.eventType ?? '');
  });
  const file = `${release}-${name}.json`;
  writeFileSync(new URL(file, HISTORIES), `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`);
  written.push(file);
}

/** Waits until a process has ended. */
export const ended = (world: World, workflowId: string) => world.client.workflow.getHandle(workflowId).result();

export const DUE = '2026-03-04';
export const ISSUED = '2026-02-02';

/** Posts a customer and an invoice of it; answers its receivable. */
export async function post(world: World, code: string, amount = '1000.00', due = DUE): Promise<string> {
  await world.customer(code);
  return world.invoice({ id: `INV-${code}`, customer: code, amount, issued: ISSUED, due });
}
export const pay = (world: World, code: string, on: string, amount = '1000.00'): Promise<string> =>
  world.pay({ id: `P-${code}-${on}`, customer: code, amount, on, invoice: `INV-${code}` });

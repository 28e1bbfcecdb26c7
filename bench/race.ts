import { findDrift } from '../store/credit/drift.ts';
import { openStore } from '../store/open.ts';
import type { OpenStore } from '../store/open.ts';
import { upsertCustomers } from '../store/customers/customers.ts';
import { erp } from '../test/support/actors.ts';
import { limitOf } from '../test/support/credit.ts';
import { customerOf } from '../test/support/documents.ts';
import { httpCaller } from './callers.ts';
import { startChild } from './child.ts';
import { percentile, round, table } from './figures.ts';
import { prepare } from './rules.ts';
import type { Settings } from './settings.ts';
import type { Ground } from './world.ts';

const CALLERS = 64;
const ROOM = 23;
const AMOUNT_MINOR = 100_000;
const ROUNDS = 20;
const SHAPES = ['one customer', 'a group of five', 'the limit cut in the middle'] as const;
type Shape = (typeof SHAPES)[number];

interface Raced {
  shape: Shape;
  rounds: number;
  /** Rounds that approved more, or with room to spare fewer, than the limit allowed. */
  wrong: number;
  approved: { min: number; max: number };
  /** Milliseconds from the first request to the last answer. */
  burstP50: number;
  burstMax: number;
}

/**
 * 64 callers at once over HTTP with room for exactly 23 orders, round after round, each on accounts of its own: how many were approved,
 * how long the burst took, and whether every account equals its documents in the end.
 */
export async function race(ground: Ground, settings: Settings): Promise<object> {
  const arena = await ground.arena({});
  const rounds = settings.quick ? 3 : ROUNDS;
  try {
    await prepare(arena.url, arena.sql, { speed: 1, outreach: false });
    const store = openStore({ url: arena.url, max: 4, applicationName: 'bench' });
    const api = await startChild('our-api.ts', { url: arena.url, address: arena.temporal.address, namespace: arena.namespace });
    const caller = httpCaller(String(api.hello['base']), String(api.hello['apiKey']), CALLERS);
    const results: Raced[] = [];
    for (const shape of SHAPES) results.push(await raced(shape, rounds, store, caller.send));
    caller.end();
    await api.stop();
    const { accounts, drift } = await findDrift(store.db);
    await store.close();
    const head = ['64 callers, room for 23', 'rounds', 'wrong', 'approved', 'burst p50 ms', 'slowest'];
    const rows = results.map((one) => [
      one.shape,
      one.rounds,
      one.wrong,
      one.approved.min === one.approved.max ? one.approved.min : `${one.approved.min}–${one.approved.max}`,
      one.burstP50,
      one.burstMax,
    ]);
    console.log(table(head, rows));
    console.log(`${accounts} credit accounts, ${drift.length} that differ from their documents`);
    return { callers: CALLERS, room: ROOM, results, accounts, drift };
  } finally {
    await arena.close();
  }
}

type Send = ReturnType<typeof httpCaller>['send'];

async function raced(shape: Shape, rounds: number, store: OpenStore, send: Send): Promise<Raced> {
  const approved: number[] = [];
  const took: number[] = [];
  let wrong = 0;
  for (let turn = 0; turn < rounds; turn += 1) {
    const code = `${SHAPES.indexOf(shape)}-${turn}`;
    const customers = await openAccounts(shape, code, store);
    const began = performance.now();
    const burst = Array.from({ length: CALLERS }, (_, k) => put(send, `${code}-${k}`, customers[k % customers.length] ?? ''));
    const cut = shape === 'the limit cut in the middle' ? limitOf(store, code, ROOM * AMOUNT_MINOR) : null;
    const [answers] = await Promise.all([Promise.all(burst), cut]);
    took.push(performance.now() - began);
    const count = answers.filter(({ decision }) => decision === 'approved').length;
    approved.push(count);
    if (cut ? passedTheLimit(answers) : count !== ROOM) wrong += 1;
  }
  return {
    shape,
    rounds,
    wrong,
    approved: { min: Math.min(...approved), max: Math.max(...approved) },
    burstP50: round(percentile(took, 0.5)),
    burstMax: round(Math.max(...took)),
  };
}

/** The customers of one round; what is to be raced for is the first one's limit, or that of the group. */
async function openAccounts(shape: Shape, code: string, store: OpenStore): Promise<string[]> {
  if (shape !== 'a group of five') {
    await upsertCustomers(store, erp, [customerOf(code)]);
    await limitOf(store, code, (shape === 'one customer' ? ROOM : CALLERS) * AMOUNT_MINOR);
    return [code];
  }
  const members = Array.from({ length: 5 }, (_, k) => `${code}-M${k}`);
  await upsertCustomers(
    store,
    erp,
    members.map((member) => customerOf(member, { group: code })),
  );
  for (const member of members) await limitOf(store, member, CALLERS * AMOUNT_MINOR);
  await limitOf(store, members[0] ?? '', ROOM * AMOUNT_MINOR, { on: 'group' });
  return members;
}

interface Answer {
  decision: string;
  exposure: { after: string; limit: string | null };
}

async function put(send: Send, id: string, customer: string): Promise<Answer> {
  const lines = [{ line: 1, item: 'A-100', quantity: '1', unitPrice: '1000.00' }];
  return JSON.parse(
    await send('PUT', `/v1/orders/${id}`, { customer, currency: 'CNY', requestedShipDate: '2026-02-20', lines }),
  ) as Answer;
}

/** Whether an approved order stood above the limit it was judged by. */
const passedTheLimit = (answers: readonly Answer[]): boolean =>
  answers.some(({ decision, exposure }) => decision === 'approved' && Number(exposure.after) > Number(exposure.limit ?? 0));

import { openStore } from '../store/open.ts';
import { upsertCustomers } from '../store/customers/customers.ts';
import { erp } from '../test/support/actors.ts';
import { customerOf } from '../test/support/documents.ts';
import { httpCaller, pour } from './callers.ts';
import { startChild } from './child.ts';
import { percentile, round, spreadOf, table } from './figures.ts';
import type { Spread } from './figures.ts';
import { CUSTOMERS, customerCode, seeded } from './portfolio.ts';
import { prepare } from './rules.ts';
import type { Settings } from './settings.ts';
import type { Arena, Ground } from './world.ts';

const CONNECTIONS = [1, 16, 64] as const;
const SHAPES = ['uniform', 'hot'] as const;
type Shape = (typeof SHAPES)[number];
const SIDES = ['floor', 'ours'] as const;
type Side = (typeof SIDES)[number];
/** Real milliseconds of one measurement, after its warm-up. */
const MEASURE_MS = 4_000;
const WARM_MS = 1_500;

interface Measured {
  rate: number;
  p50: number;
  p99: number;
  commits: number;
}

/**
 * Job D: decisions on orders over HTTP, durable before the answer, at 1, 16 and 64 connections, over 500 customers and over one; beside the
 * floor (Express, a schema and one statement without our rules) in the same run, side by side, in turns.
 */
export async function jobD(ground: Ground, settings: Settings): Promise<object> {
  const rounds = settings.quick ? 1 : settings.rounds;
  const measureMs = settings.quick ? 1_500 : MEASURE_MS;
  const found = new Map<string, Measured[]>();
  for (let turn = 0; turn < rounds; turn += 1)
    for (const side of turn % 2 === 0 ? SIDES : SIDES.toReversed())
      await inArena(ground, side, async (arena, base, apiKey) => {
        for (const shape of SHAPES)
          for (const connections of CONNECTIONS) {
            await run(arena, { base, apiKey, shape, connections, ms: WARM_MS });
            const measured = await run(arena, { base, apiKey, shape, connections, ms: measureMs });
            const key = keyOf(side, shape, connections);
            found.set(key, [...(found.get(key) ?? []), measured]);
          }
      });
  return tell(found);
}

const keyOf = (side: Side, shape: Shape, connections: number): string => `${side} ${shape} ${connections}`;

async function inArena(
  ground: Ground,
  side: Side,
  work: (arena: Arena, base: string, apiKey: string) => Promise<void>,
): Promise<void> {
  const arena = await ground.arena({});
  try {
    await prepare(arena.url, arena.sql, { speed: 1, outreach: false });
    await fill(arena);
    const input = { url: arena.url, address: arena.temporal.address, namespace: arena.namespace };
    const api = await startChild(side === 'ours' ? 'our-api.ts' : 'floor-api.ts', input);
    try {
      await work(arena, String(api.hello['base']), String(api.hello['apiKey']));
    } finally {
      await api.stop();
    }
  } finally {
    await arena.close();
  }
}

/** Customers with accounts, and limits that no run exhausts. */
async function fill(arena: Arena): Promise<void> {
  const store = openStore({ url: arena.url, max: 2, applicationName: 'bench' });
  await upsertCustomers(
    store,
    erp,
    Array.from({ length: CUSTOMERS }, (_, k) => customerOf(customerCode(k))),
  );
  await store.close();
  await arena.sql.rows(`
    with a as (select id, credit_open(id, 'CNY', business_now()) as account from customer order by id)
    insert into credit_limit (account_id, kind, amount_minor, valid_from, set_by, reason, set_at)
    select account, 'standing', 900000000000000, '2020-01-01', 'bench', 'bench', now() from a`);
  await arena.sql.rows('analyze');
}

let serial = 0;

async function run(
  arena: Arena,
  of: { base: string; apiKey: string; shape: Shape; connections: number; ms: number },
): Promise<Measured> {
  const { base, apiKey, shape, connections, ms } = of;
  const caller = httpCaller(base, apiKey, connections);
  const random = seeded(11);
  const commits = () => arena.sql.one('select xact_commit from pg_stat_database where datname = current_database()');
  const taken: number[] = [];
  const end = performance.now() + ms;
  const committed = await commits();
  const began = performance.now();
  const endless = Array.from({ length: connections }, (_, k) => k);
  await pour(endless, connections, async () => {
    while (performance.now() < end) {
      const customer = customerCode(shape === 'hot' ? 0 : Math.floor(random() * CUSTOMERS));
      const lines = [{ line: 1, item: 'A-100', quantity: '2', unitPrice: '1000.00' }];
      const id = (serial += 1);
      const sent = performance.now();
      const answer = await caller.send('PUT', `/v1/orders/SO-${id}`, {
        customer,
        currency: 'CNY',
        requestedShipDate: `2026-0${1 + (id % 3)}-20`,
        lines,
      });
      taken.push(performance.now() - sent);
      if (!answer.includes('"approved"')) throw new Error(`not approved: ${answer}`);
    }
  });
  const seconds = (performance.now() - began) / 1000;
  caller.end();
  // What is counted becomes visible a moment after the sessions rest.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const perDecision = ((await commits()) - committed) / taken.length;
  return { rate: taken.length / seconds, p50: percentile(taken, 0.5), p99: percentile(taken, 0.99), commits: perDecision };
}

interface Row {
  shape: Shape;
  connections: number;
  ours: Record<keyof Measured, Spread>;
  floor: Record<keyof Measured, Spread>;
  ratios: { p50: number; p99: number; throughput: number };
}

function tell(found: ReadonlyMap<string, readonly Measured[]>): object {
  const spread = (side: Side, shape: Shape, connections: number): Record<keyof Measured, Spread> => {
    const all = found.get(keyOf(side, shape, connections)) ?? [];
    const of = (name: keyof Measured): Spread => spreadOf(all.map((one) => one[name]));
    return { rate: of('rate'), p50: of('p50'), p99: of('p99'), commits: of('commits') };
  };
  const rows = SHAPES.flatMap((shape) =>
    CONNECTIONS.map((connections): Row => {
      const ours = spread('ours', shape, connections);
      const floor = spread('floor', shape, connections);
      const ratio = (name: keyof Measured): number => round(ours[name].median / floor[name].median);
      return { shape, connections, ours, floor, ratios: { p50: ratio('p50'), p99: ratio('p99'), throughput: ratio('rate') } };
    }),
  );
  console.log(
    table(
      [
        'customers, connections',
        'ours/s',
        'floor/s',
        'ratio',
        'p50 ms',
        'floor',
        'ratio',
        'p99 ms',
        'floor',
        'ratio',
        'commits a decision',
      ],
      rows.map(({ shape, connections, ours, floor, ratios }) => [
        `${shape}, ${connections}`,
        ours.rate.median,
        floor.rate.median,
        ratios.throughput,
        ours.p50.median,
        floor.p50.median,
        ratios.p50,
        ours.p99.median,
        floor.p99.median,
        ratios.p99,
        ours.commits.median,
      ]),
    ),
  );
  const hot = CONNECTIONS.map((connections) => ({
    connections,
    ratio: round(spread('ours', 'hot', connections).rate.median / spread('ours', 'uniform', connections).rate.median),
  }));
  console.log(`one hot customer ÷ uniform: ${hot.map(({ connections, ratio }) => `${ratio} at ${connections}`).join(', ')}`);
  return { customers: CUSTOMERS, rows, hot };
}

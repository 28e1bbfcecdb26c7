import { randomInt } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { crowdedLedger } from '../support/judged-facts.ts';
import { judge } from '../support/ledger-judge.ts';
import { openRestless } from '../support/restless.ts';
import type { RestlessGround } from '../support/restless.ts';
import { seededFrom } from '../support/seeded.ts';
import { until } from '../support/world.ts';

const FROM = '2026-03-02';
const UNTIL = '2026-03-20';
const KILLS = 10;
/** On a machine that is busy with other things too. */
const PATIENCE_MS = 300_000;

let ground: RestlessGround;
beforeEach(async () => {
  ground = await openRestless(FROM, UNTIL);
});
afterEach(() => ground.close());

const linesOf = (messages: readonly string[]): number => messages.reduce((sum, line) => sum + line.split(' ').length - 3, 0);

it('ten kill -9 over 600 receivables: nothing is missed, nothing is done twice', { timeout: 600_000 }, async () => {
  const { seed, below } = seededFrom(process.env['CHAOS_SEED'] ?? randomInt(1_000_000));
  console.log(`kills: CHAOS_SEED=${seed}`);
  const ledger = crowdedLedger(600, 30, FROM);
  const expected = judge(ledger, UNTIL);
  // A contact is asked for and then taken, any other rung is only taken.
  const all = expected.rungs.filter((line) => line.includes(' taken ')).length + linesOf(expected.messages);
  const moments = Array.from({ length: KILLS }, () => 1 + below(all - 10)).sort((a, b) => a - b);
  let workers = [ground.fleet.start(), ground.fleet.start()];
  await Promise.all(workers.map((worker) => worker.ready));
  let kills = 0;
  const killing = (async () => {
    for (const moment of moments) {
      await until(`${moment} of ${all} steps`, async () => (await ground.steps()) >= moment, PATIENCE_MS);
      const [victim, ...others] = workers;
      await victim?.kill();
      kills += 1;
      const next = ground.fleet.start();
      await next.ready;
      workers = [...others, next];
    }
  })();
  await Promise.all([ground.live(ledger), killing]);
  expect(kills).toBe(KILLS);
  await ground.expectAsJudged(expected);
});

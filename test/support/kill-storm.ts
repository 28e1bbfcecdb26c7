import { expect } from 'vitest';
import { crowdedLedger } from './judged-facts.ts';
import { judge } from './ledger-judge.ts';
import { openRestless } from './restless.ts';
import { seededFrom } from './seeded.ts';
import { until } from './world.ts';

const FROM = '2026-03-02';
const UNTIL = '2026-03-20';
/** On a machine that is busy with other things too. */
const PATIENCE_MS = 300_000;

const linesOf = (messages: readonly string[]): number => messages.reduce((sum, line) => sum + line.split(' ').length - 3, 0);

/** Two workers carry receivables through three weeks while one after the other is killed with -9 at moments by chance: all ends as judged. */
export async function endureKills(size: { kills: number; receivables: number; customers: number }): Promise<void> {
  const { below } = seededFrom();
  const ledger = crowdedLedger(size.receivables, size.customers, FROM);
  const expected = judge(ledger, UNTIL);
  // A contact is asked for and then taken, any other rung is only taken.
  const all = expected.rungs.filter((line) => line.includes(' taken ')).length + linesOf(expected.messages);
  const moments = Array.from({ length: size.kills }, () => 1 + below(all - 10)).sort((a, b) => a - b);
  const ground = await openRestless(FROM, UNTIL);
  try {
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
    expect(kills).toBe(size.kills);
    await ground.expectAsJudged(expected);
  } finally {
    await ground.close();
  }
}

import { afterEach, beforeEach, describe, it } from 'vitest';
import { crowdedLedger } from '../support/judged-facts.ts';
import { judge } from '../support/ledger-judge.ts';
import { openRestless } from '../support/restless.ts';
import type { RestlessGround } from '../support/restless.ts';
import { until } from '../support/world.ts';

const FROM = '2026-03-02';
const UNTIL = '2026-03-20';

describe('a made-up ledger in stepped time, whose workers are not left in peace', () => {
  let ground: RestlessGround;
  beforeEach(async () => {
    ground = await openRestless(FROM, UNTIL);
  });
  afterEach(() => ground.close());

  it(
    'two workers and two relays, one of them frozen for longer than a task may take, are as one',
    { timeout: 240_000 },
    async () => {
      const ledger = crowdedLedger(120, 12, FROM);
      const expected = judge(ledger, UNTIL);
      const [zombie] = [ground.fleet.start(), ground.fleet.start()];
      await zombie.ready;
      const living = ground.live(ledger);
      await until('the first steps', async () => (await ground.steps()) >= 20, 60_000);
      zombie.freeze();
      const frozen = performance.now();
      await until('16 seconds are over', () => Promise.resolve(performance.now() - frozen > 16_000));
      zombie.thaw();
      await living;
      await ground.expectAsJudged(expected);
    },
  );
});

import { it } from 'vitest';
import { endureKills } from '../support/kill-storm.ts';

it('two kill -9 over 50 receivables: nothing is missed, nothing is done twice', { timeout: 400_000 }, () =>
  endureKills({ kills: 2, receivables: 50, customers: 8 }),
);

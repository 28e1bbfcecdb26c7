import { it } from 'vitest';
import { endureKills } from '../support/kill-storm.ts';

it('ten kill -9 over 600 receivables: nothing is missed, nothing is done twice', { timeout: 900_000 }, () =>
  endureKills({ kills: 10, receivables: 600, customers: 30 }),
);

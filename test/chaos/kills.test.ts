import { it } from 'vitest';
import { endureKills } from '../support/kill-storm.ts';

it('four kill -9 over 160 receivables: nothing is missed, nothing is done twice', { timeout: 400_000 }, () =>
  endureKills({ kills: 4, receivables: 160, customers: 16 }),
);

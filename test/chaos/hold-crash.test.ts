import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDrift } from '../../store/credit/drift.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { openDoomedOffice } from '../support/doomed-office.ts';
import type { DoomedOffice } from '../support/doomed-office.ts';
import { system } from '../support/actors.ts';
import { limitOf } from '../support/credit.ts';
import { openHoldOffice } from '../support/hold-office.ts';
import { casesOf } from '../support/thorough.ts';
import { looksOf, until } from '../support/world-over.ts';

const SMALL = 50_000;

describe('a worker that dies between the commit of a step of a held order and the record of it in the history', () => {
  let ground: DoomedOffice;
  beforeEach(async () => {
    ground = await openDoomedOffice();
  });
  afterEach(() => ground.close());

  const points = casesOf<[action: string, how: string, buckets: Record<string, number>]>(
    [
      ['order-hold.decided', 'release', { reserved: SMALL }],
      ['order-hold.released', 'release', { reserved: SMALL }],
    ],
    [
      ['order-hold.routed', 'release', { reserved: SMALL }],
      ['order-hold.rejected', 'reject', { cancelled: SMALL }],
      ['order-hold.released', 'room', { reserved: SMALL }],
      ['order-hold.expiring', 'time', { cancelled: SMALL }],
      ['order-hold.lapsed', 'time', { cancelled: SMALL }],
    ],
  );
  it.each(points)(
    '%s, by %s: it is done once, and whoever decided hears so',
    { timeout: 150_000 },
    async (action, how, buckets) => {
      const { store, office, url } = ground;
      const { doomed, successor } = await ground.doom(action);
      const holds = await openHoldOffice(store, url, office);
      const officer = await office.person('credit_officer');
      const manager = await office.person('credit_manager');
      await office.debtor('X-1');
      const id = await holds.put('X-1-A', 'X-1', SMALL);
      if (how === 'release' || how === 'reject')
        for (const person of [officer, manager]) {
          const key = randomUUID();
          const send = () => holds.decide(person, id, person === manager ? how : 'release', {}, key);
          // On a slow machine nobody may be back within the half minute a decision waits: the caller sends it again.
          const first = await send();
          const said = first.status === 503 ? await send() : first;
          expect([said.status, said.body.code]).toEqual([200, undefined]);
        }
      if (how === 'room') await limitOf(store, 'X-1', SMALL);
      if (how === 'time') await stepTo(store, system, (await holds.show(id)).expiresAt);
      await until('it has ended', async () => (await holds.show(id)).state !== 'open');
      await successor;
      expect(doomed.alive).toBe(false);
      await holds.rests(id);
      const actions = await looksOf(store).actions(id);
      for (const once of ['routed', 'released', 'rejected', 'expiring', 'lapsed'])
        expect(actions.filter((one) => one === `order-hold.${once}`).length, once).toBeLessThanOrEqual(1);
      expect((await holds.order('X-1-A')).buckets).toEqual(buckets);
      const { rows } = await sql<Record<string, number>>`
      select (select count(*) from decision_answer)::int as answers, (select count(*) from approval)::int as seats,
        (select count(*) from work_order where process = ${`order-hold-${id}`} and closed_at is null)::int as open`.execute(
        store.db,
      );
      expect(rows[0]).toEqual({ answers: how === 'release' || how === 'reject' ? 2 : 0, seats: 2, open: 0 });
      expect((await findDrift(store.db)).drift).toEqual([]);
      await ground.expectNoFailures();
    },
  );
});

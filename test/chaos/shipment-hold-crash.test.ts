import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDrift } from '../../store/credit/drift.ts';
import { openDoomedOffice } from '../support/doomed-office.ts';
import type { DoomedOffice } from '../support/doomed-office.ts';
import { limitOf } from '../support/credit.ts';
import { heldShipments } from '../support/held-shipments.ts';
import { casesOf } from '../support/thorough.ts';
import { looksOf, until } from '../support/world-over.ts';

describe('a worker that dies between the commit of a step of a held shipment and the record of it in the history', () => {
  let ground: DoomedOffice;
  beforeEach(async () => {
    ground = await openDoomedOffice();
  });
  afterEach(() => ground.close());

  const points = casesOf<[action: string, what: string]>(
    [
      ['notice.requested', 'ship'],
      ['shipment-hold.shipped', 'ship'],
    ],
    [
      ['shipment-hold.told', 'ship'],
      ['shipment-hold.decided', 'ship'],
      ['shipment-hold.kept', 'keep'],
      ['shipment-hold.eased', 'limit'],
    ],
  );
  it.each(points)('%s: it is done once, and whoever acted hears so', { timeout: 150_000 }, async (action, what) => {
    const { store, office } = ground;
    const { doomed, successor } = await ground.doom(action);
    const [officer, manager] = [await office.person('credit_officer'), await office.person('credit_manager')];
    const ships = heldShipments(store, office, await office.person('auditor'));
    const id = await ships.held('X-1', [3], 10_000);
    await ships.rests(id);
    if (what === 'limit') {
      await limitOf(store, 'X-1', 30_000);
      await until('it has shipped', async () => (await ships.show(id)).state === 'shipped');
    } else expect((await ships.act(officer, id, what)).status).toBe(200);
    if (what === 'ship') expect((await ships.act(manager, id, 'ship')).body).toMatchObject({ state: 'shipped' });
    if (what === 'keep') expect(await ships.show(id)).toMatchObject({ state: 'open', round: 2 });
    else expect(await ships.show(id)).toMatchObject({ state: 'shipped', lines: [{ allowed: '3' }] });
    await successor;
    expect(doomed.alive).toBe(false);
    expect(await ships.cents('X-1-O')).toMatchObject({ ordered: what === 'keep' ? 10_000 : 30_000, cancelled: 0 });
    const actions = await looksOf(store).actions(id);
    for (const once of ['told', 'grounded', 'shipped', 'kept', 'eased'])
      expect(actions.filter((one) => one === `shipment-hold.${once}`).length, once).toBeLessThanOrEqual(1);
    expect((await findDrift(store.db)).drift).toEqual([]);
    await ground.expectNoFailures();
  });
});

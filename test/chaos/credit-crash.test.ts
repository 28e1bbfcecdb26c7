import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDoomedOffice } from '../support/doomed-office.ts';
import type { DoomedOffice } from '../support/doomed-office.ts';
import type { Person } from '../support/credit-world.ts';
import { casesOf } from '../support/thorough.ts';
import { looksOf } from '../support/world-over.ts';

describe('a worker that dies between the commit of a step of an application and the record of it in the history', () => {
  let ground: DoomedOffice;
  beforeEach(async () => {
    ground = await openDoomedOffice();
  });
  afterEach(() => ground.close());

  const points = casesOf<[action: string, verdict: string]>(
    [
      ['credit-application.decided', 'approve'],
      ['credit-application.approved', 'approve'],
    ],
    [
      ['credit-application.gathered', 'approve'],
      ['credit-application.assessed', 'approve'],
      ['credit-application.routed', 'approve'],
      ['credit-application.returned', 'return'],
      ['credit-application.declined', 'decline'],
    ],
  );
  it.each(points)('%s: it is done once, and whoever decided hears so', { timeout: 150_000 }, async (action, verdict) => {
    const { store, office } = ground;
    const { doomed, successor } = await ground.doom(action);
    const sales = await office.person('sales', { owner: 'lin' });
    const officer = await office.person('credit_officer');
    const manager = await office.person('credit_manager');
    await office.debtor('X-1');
    const id = await office.apply(sales, 'X-1', { limit: '50000.00', termsDays: 30 });
    const send = async (person: Person, verdict: string) => {
      const key = randomUUID();
      const once = () => office.decide(person, id, verdict, {}, key);
      // On a slow machine nobody may be back within the half minute a decision waits: the caller sends it again.
      const first = await once();
      return first.status === 503 ? once() : first;
    };
    const first = await send(officer, verdict);
    expect([first.status, first.body.code]).toEqual([200, undefined]);
    if (verdict === 'approve') expect((await send(manager, 'approve')).body).toMatchObject({ state: 'approved' });
    await successor;
    expect(doomed.alive).toBe(false);
    const actions = await looksOf(store).actions(id);
    for (const once of ['submitted', 'gathered', 'assessed', 'routed', 'approved', 'returned', 'declined'])
      expect(actions.filter((one) => one === `credit-application.${once}`).length, once).toBeLessThanOrEqual(1);
    const { rows } = await sql<Record<string, number>>`
      select (select count(*) from credit_limit where revoked_at is null)::int as limits, (select count(*) from assessment)::int as assessments,
        (select count(*) from decision_answer)::int as answers, (select count(*) from approval)::int as seats`.execute(store.db);
    const decisions = verdict === 'approve' ? 2 : 1;
    expect(rows[0]).toEqual({ limits: verdict === 'approve' ? 1 : 0, assessments: 1, answers: decisions, seats: 2 });
    await ground.expectNoFailures();
  });
});

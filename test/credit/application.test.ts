import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { createCommands } from '../../api/commands.ts';
import type { Commands } from '../../api/commands.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { revokeApiKey } from '../../store/access/api-keys.ts';
import { intend, intentOutcome, refuseIntent } from '../../store/approvals/intents.ts';
import type { ApplicationAnswer, DecisionInput, SentDecision } from '../../domain/credit/application.ts';
import { decideApplicationUpdate, withdrawApplicationUpdate } from '../../workflows/credit/updates.ts';
import { delegate, revokeDelegation } from '../../store/access/delegations.ts';
import { recordFacts } from '../../store/credit/facts.ts';
import { write } from '../../store/platform/transaction.ts';
import { decisionAnswer } from '../../store/access/subjects.ts';
import { completeTask } from '../../store/tasks/tasks.ts';
import { openCreditWorld } from '../support/credit-world.ts';
import type { Asked, CreditWorld, Person } from '../support/credit-world.ts';
import { system } from '../support/actors.ts';
import { activitiesOf, historyOf, reasonsInHistories } from '../support/histories.ts';
import { until } from '../support/world.ts';

let world: CreditWorld;
let sales: Person;
let officer: Person;
let manager: Person;
let director: Person;
let number = 0;
beforeAll(async () => {
  world = await openCreditWorld({ from: '2026-09-01T01:00:00.000Z' });
  sales = await world.person('sales', { owner: 'lin' });
  officer = await world.person('credit_officer');
  manager = await world.person('credit_manager');
  director = await world.person('finance_director');
}, 120_000);
afterAll(() => world.close());

/** An answer that is awaited after what held it up is gone. */
let pending: Promise<{ status: number; body: { code: string } }> | null = null;

/** Two tiers: officer, then manager. */
const small: Asked = { limit: '50000.00', termsDays: 30 };
/** Officer, then manager and director side by side. */
const large: Asked = { limit: '9000000.00', termsDays: 120 };

async function customer(): Promise<string> {
  number += 1;
  await world.debtor(`CC-${number}`);
  return `CC-${number}`;
}
const applied = async (asked: Asked = small, by = sales): Promise<string> => world.apply(by, await customer(), asked);
const processOf = (id: string): string => `credit-application-${id}`;

async function limitsOf(id: string): Promise<{ minor: number; kind: string; until: string | null }[]> {
  const { rows } = await sql<{ minor: number; kind: string; until: string | null }>`
    select amount_minor as minor, kind, valid_until as until from credit_limit where application_id = ${id}::uuid and revoked_at is null`.execute(
    world.store.db,
  );
  return rows;
}
const stateOf = async (id: string): Promise<string> => (await world.show(id)).state;
const codes = (all: readonly { status: number; body: { code: string } }[]): string[] =>
  all.map(({ status, body }) => (status === 200 ? 'done' : `${status} ${body.code}`)).sort();

/** Somebody holds the customer's row: what decides on its credit waits until it is let go. */
async function whileHeld(id: string, work: (waiting: () => Promise<void>) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: world.url });
  await client.connect();
  await client.query('begin');
  await client.query('select from customer where id = (select customer_id from credit_application where id = $1) for update', [
    id,
  ]);
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const waiting = () =>
    until('somebody waits for the customer', async () => {
      const found = await sql<{ n: number }>`
        select count(*)::int as n from pg_stat_activity where ${rows[0]?.pid ?? 0} = any(pg_blocking_pids(pid))`.execute(
        world.store.db,
      );
      return (found.rows[0]?.n ?? 0) > 0;
    });
  try {
    await work(waiting);
  } finally {
    await client.query('commit').catch(() => undefined);
    await client.end();
  }
}

describe('an application for credit', () => {
  it('is gathered, scored, routed, decided tier by tier, and granted with the last decision', async () => {
    const id = await applied();
    expect(await world.route(id)).toEqual(['1 credit_officer open', '2 credit_manager waiting']);
    expect((await world.decide(officer, id, 'approve')).body).toMatchObject({ state: 'awaiting-decision' });
    expect(await limitsOf(id)).toEqual([]);
    const { runId } = await world.client.workflow.getHandle(processOf(id)).describe();
    const last = await world.decide(manager, id, 'approve');
    expect(last.body).toMatchObject({
      state: 'approved',
      route: [
        { role: 'credit_officer', state: 'approved', decidedBy: officer.id, reason: 'approve by credit_officer' },
        { role: 'credit_manager', state: 'approved', decidedBy: manager.id },
      ],
    });
    expect(await limitsOf(id)).toMatchObject([{ minor: 5_000_000, kind: 'standing' }]);
    await world.client.workflow.getHandle(processOf(id), runId).result();
    const did = activitiesOf(await historyOf(world.client, processOf(id), runId)).map(({ activity }) => activity);
    // A task of the last decision that is lost under load may be answered by a second run, out of the record.
    expect(did.filter((name) => name !== 'reassessApplication').slice(0, 4)).toEqual([
      'gatherFacts',
      'scoreCustomer',
      'routeApplication',
      'decideApplication',
    ]);
    const actions = await world.actions(id);
    for (const action of ['submitted', 'gathered', 'assessed', 'routed', 'approved'])
      expect(actions).toContain(`credit-application.${action}`);
    expect(actions.filter((action) => action === 'credit-application.decided')).toHaveLength(2);
    expect(actions.filter((action) => action === 'credit-application.approved')).toHaveLength(1);
  });

  it('is decided by nobody who reaches the engine alone, and by what the API was asked for, in time', async () => {
    const id = await applied();
    const { exposureVersion } = await world.show(id);
    const actor = { kind: 'key' as const, id: officer.id, role: 'credit_officer' as const, scope: {} };
    const hats = [{ role: 'credit_officer' as const, onBehalfOf: null }];
    const asked: DecisionInput = {
      ...{ by: { actor, hats }, verdict: 'decline', limitMinor: null, termsDays: null, reason: 'as asked', exposureVersion },
    };
    // As the API does: a bell that meets the end of a run has the engine refuse the update for now, and the same is sent again; of a run that
    // ended with the update our record has the answer.
    const send = async (
      updateId: string,
      told: SentDecision | null = null,
      update = decideApplicationUpdate,
    ): Promise<ApplicationAnswer> => {
      const handle = world.client.workflow.getHandle(processOf(id));
      try {
        return await handle.executeUpdate<ApplicationAnswer, [SentDecision | null]>(update, { args: [told], updateId });
      } catch (error) {
        const kept = error instanceof WorkflowNotFoundError && (await decisionAnswer(world.store.db, processOf(id), updateId));
        if (kept) return kept as unknown as ApplicationAnswer;
        if (!(error instanceof ServiceError)) throw error;
        return send(updateId, told, update);
      }
    };
    const refusedWith = (type: string) => ({ cause: { type } });
    const intended = (updateId: string) => ({ process: processOf(id), updateId, act: 'decideApplication' });
    await expect(send('forged')).rejects.toMatchObject(refusedWith('intent-missing'));
    await expect(send('forged-too', { by: asked.by, verdict: 'approve' })).rejects.toMatchObject(refusedWith('intent-missing'));
    await intend(world.store.db, intended('asked'), asked);
    await intend(world.store.db, intended('another-act'), asked);
    await expect(send('another-act', null, withdrawApplicationUpdate as never)).rejects.toMatchObject(
      refusedWith('intent-missing'),
    );
    await expect(intend(world.store.db, intended('asked'), { ...asked, reason: 'another' })).rejects.toMatchObject({
      code: 'idempotency-body',
    });
    await intend(world.store.db, intended('long-ago'), asked);
    await sql`update decision_intent set sent_at = sent_at - interval '16 minutes' where update_id = 'long-ago'`.execute(
      world.store.db,
    );
    await expect(send('long-ago')).rejects.toMatchObject(refusedWith('intent-lapsed'));
    expect(await world.route(id)).toEqual(['1 credit_officer open', '2 credit_manager waiting']);
    // Whatever is told beside its id, carried out is what our record says, by whom it says.
    const told = { by: { ...asked.by, actor: { ...actor, id: manager.id } }, verdict: 'approve' as const };
    expect(await send('asked', told)).toMatchObject({ state: 'declined' });
    expect((await world.show(id)).route[0]).toMatchObject({ state: 'declined', decidedBy: officer.id, reason: 'as asked' });
    // Asked for again it is not open again: it was carried out.
    await intend(world.store.db, intended('asked'), asked);
    expect(await intentOutcome(world.store.db, processOf(id), 'asked')).toBeNull();
  });

  it('grants grade, terms and the day of the next review with the limit, and leaves the dossier under its hash', async () => {
    const id = await applied();
    await world.decide(officer, id, 'approve');
    await world.decide(manager, id, 'approve');
    const { granted, dossierHash } = await world.show(id);
    expect(granted).toMatchObject({ limit: '50000.00', termsDays: 30 });
    const { rows } = await sql<Record<string, unknown>>`
      select p.grade, p.max_terms_days as terms, p.review_on as review, c.terms_days as own,
        (select count(*)::int from decision_dossier where hash = ${dossierHash}) as kept,
        (select count(*)::int from credit_review v where v.customer_id = c.id and v.cause = 'date' and v.state = 'open') as reviews
      from credit_application a join customer c on c.id = a.customer_id join credit_profile p on p.customer_id = c.id where a.id = ${id}::uuid`.execute(
      world.store.db,
    );
    expect(rows).toEqual([{ grade: granted?.['grade'], terms: 30, own: 30, review: granted?.['reviewOn'], kept: 1, reviews: 1 }]);
    const { rows: audits } = await sql<{ policy: string | null; hash: string | null }>`
      select policy_version as policy, after ->> 'dossierHash' as hash from audit where subject_id = ${id} and action = 'credit-application.decided' order by seq`.execute(
      world.store.db,
    );
    expect(audits).toHaveLength(2);
    expect(audits.every(({ policy, hash }) => policy !== null && hash !== null)).toBe(true);
    expect(audits[1]?.hash).toBe(dossierHash);
  });

  it('keeps the credit file of each decision as it was, under a hash that anybody can recompute', async () => {
    const id = await applied();
    await world.decide(officer, id, 'approve');
    await world.decide(manager, id, 'approve');
    const { route } = await world.show(id);
    const hashes = route.map((seat) => (seat as unknown as { creditFile: string }).creditFile);
    expect(new Set(hashes).size).toBe(2);
    const canonical = (value: unknown): unknown =>
      typeof value !== 'object' || value === null
        ? value
        : Array.isArray(value)
          ? value.map(canonical)
          : Object.fromEntries(
              Object.keys(value)
                .sort()
                .map((key) => [key, canonical((value as Record<string, unknown>)[key])]),
            );
    for (const [at, hash] of hashes.entries()) {
      const { body } = await officer.get(`/v1/credit-files/${hash}`).expect(200);
      const file = body as { hash: string; content: Record<string, unknown>; decisions: object[] };
      const text = JSON.stringify(canonical(file.content));
      expect(createHash('sha256').update(text).digest('hex')).toBe(hash);
      expect(file.decisions).toMatchObject([{ process: processOf(id), tier: at + 1, state: 'approved', round: 1 }]);
      expect((file.content['path'] as { state: string }[]).map(({ state }) => state)).toEqual(
        at === 0 ? ['open', 'waiting'] : ['approved', 'open'],
      );
    }
    const stranger = await world.person('credit_officer', { regions: ['GZ'] });
    await stranger.get(`/v1/credit-files/${hashes[0]}`).expect(404);
    await officer.get(`/v1/credit-files/${'0'.repeat(64)}`).expect(404);
  });

  it('lets the tiers of one level decide side by side, in any order', async () => {
    const id = await applied(large);
    await world.decide(officer, id, 'approve');
    expect(await world.route(id)).toEqual(['1 credit_officer approved', '2 credit_manager open', '2 finance_director open']);
    await world.decide(director, id, 'approve');
    expect(await stateOf(id)).toBe('awaiting-decision');
    expect((await world.decide(manager, id, 'approve')).body.state).toBe('approved');
  });

  it('shows who may decide the dossier: profile, trades, reconciliation, contacts, exposure, assessment and path', async () => {
    const id = await applied();
    const { dossier, exposureVersion } = await world.show(id);
    expect(Object.keys(dossier).sort()).toEqual(
      [
        'assessment',
        'contacts',
        'customer',
        'disputes',
        'exposure',
        'history',
        'path',
        'profile',
        'promises',
        'reconciliation',
        'trades',
        'warnings',
      ].sort(),
    );
    expect(dossier['customer']).toMatchObject({ type: 'dealer' });
    expect(exposureVersion).toBe(0);
  });

  it('is the same application when it is sent again, and another while one of its kind is open is refused', async () => {
    const code = await customer();
    const body = { externalId: `AGAIN-${code}`, customer: code, kind: 'new', requested: { limit: '1000.00' }, reason: 'x' };
    const first = await sales.post('/v1/credit-applications', body).expect(202);
    const again = await sales.post('/v1/credit-applications', body).expect(202);
    expect(again.body.id).toBe(first.body.id);
    expect((await sales.post('/v1/credit-applications', { ...body, reason: 'y' }).expect(409)).body.code).toBe('already-exists');
    expect((await sales.post('/v1/credit-applications', { ...body, externalId: `OTHER-${code}` }).expect(409)).body.code).toBe(
      'already-exists',
    );
  });

  it.each([
    [{ kind: 'raise', requested: {} }, 'limit-missing', '/requested/limit'],
    [{ kind: 'temporary', requested: { limit: '1.00' } }, 'limit-missing', '/requested/validUntil'],
    [{ kind: 'terms', requested: { limit: '1.00' } }, 'limit-missing', '/requested/termsDays'],
    [{ kind: 'temporary', requested: { limit: '1.00', validUntil: '2026-08-31' } }, 'invalid', '/requested/validUntil'],
    [{ kind: 'temporary', requested: { limit: '1.00', validUntil: '2029-08-31' } }, 'invalid', '/requested/validUntil'],
    [{ kind: 'new', requested: { limit: '1.001' } }, 'amount-fraction', '/requested/limit'],
  ])('that lacks what its kind needs is refused at its place: %j', async (body, code, pointer) => {
    const customerCode = await customer();
    const res = await sales
      .post('/v1/credit-applications', { externalId: randomUUID(), customer: customerCode, reason: 'x', ...body })
      .expect(422);
    expect(res.body).toMatchObject({ code, errors: [{ pointer }] });
  });
});

describe('who may decide', () => {
  const people = (): Record<string, Person> => ({ sales, officer, manager, director });

  it.each([
    ['tier 1 open', small, [], { sales: '403 forbidden', manager: '409 tier-exceeded', director: '409 tier-exceeded' }],
    [
      'tier 2 open',
      small,
      ['officer'],
      { sales: '403 forbidden', officer: '409 already-decided', director: '409 tier-exceeded' },
    ],
    ['side by side', large, ['officer', 'manager'], { officer: '409 already-decided', manager: '409 already-decided' }],
    [
      'approved',
      small,
      ['officer', 'manager'],
      { officer: '409 already-decided', manager: '409 already-decided', director: '409 already-decided' },
    ],
  ] as const)('%s: only the seats that are open', async (_state, asked, deciders, expected) => {
    const id = await applied(asked);
    for (const name of deciders) expect((await world.decide(people()[name] as Person, id, 'approve')).status).toBe(200);
    const before = await world.show(id);
    for (const [name, refusal] of Object.entries(expected)) {
      const said = await world.decide(people()[name] as Person, id, 'approve');
      expect(`${said.status} ${said.body.code}`, name).toBe(refusal);
    }
    expect((await world.show(id)).route).toEqual(before.route);
  });

  it.each([
    ['declined', 'already-decided'],
    ['returned', 'not-open'],
    ['withdrawn', 'not-open'],
    ['expired', 'not-open'],
  ])('nobody once it is %s', async (state, code) => {
    const id = await applied();
    if (state === 'declined') await world.decide(officer, id, 'decline');
    if (state === 'returned') await world.decide(officer, id, 'return');
    if (state === 'withdrawn')
      await sales.post(`/v1/credit-applications/${id}/withdraw`, { reason: 'lost the tender' }).expect(200);
    if (state === 'expired') {
      await sql`update credit_application set expires_at = submitted_at where id = ${id}::uuid`.execute(world.store.db);
      await sql`update wake set asked = asked + 1 where subject = ${processOf(id)}`.execute(world.store.db);
    }
    await until(`it is ${state}`, async () => (await stateOf(id)) === state);
    for (const person of [officer, manager, director]) {
      const said = await world.decide(person, id, 'approve');
      expect(`${said.status} ${said.body.code}`).toBe(`409 ${code}`);
    }
    expect(await limitsOf(id)).toEqual([]);
  });

  it('nobody on what they asked for, whatever their role', async () => {
    const id = await applied(small, officer);
    expect(codes([await world.decide(officer, id, 'approve')])).toEqual(['409 own-request']);
    const other = await world.person('credit_officer');
    expect((await world.decide(other, id, 'approve')).status).toBe(200);
  });

  it('nobody on a customer they look after', async () => {
    const owner = await world.person('credit_officer', { owner: 'lin' });
    expect(codes([await world.decide(owner, await applied(), 'approve')])).toEqual(['409 own-customer']);
  });

  it('not whoever cannot see the customer', async () => {
    const elsewhere = await world.person('credit_officer', { regions: ['BJ'] });
    const id = await applied();
    const { exposureVersion } = await world.show(id);
    const body = { verdict: 'approve', reason: 'x', exposureVersion };
    await elsewhere.post(`/v1/credit-applications/${id}/decision`, body).expect(404);
  });

  it('the database itself refuses a decision by whoever asked', async () => {
    const id = await applied();
    await expect(
      sql`update approval set decided_by = requested_by where process = ${processOf(id)}`.execute(world.store.db),
    ).rejects.toThrow(/four_eyes/);
  });

  it('not whose role was taken away while the decision was under way', async () => {
    const leaver = await world.person('credit_officer');
    const id = await applied();
    const { exposureVersion } = await world.show(id);
    await whileHeld(id, async (waiting) => {
      pending = leaver
        .post(`/v1/credit-applications/${id}/decision`, { verdict: 'approve', reason: 'x', exposureVersion })
        .then((res) => res);
      await waiting();
      await revokeApiKey(world.store, leaver.id, system, 'left the company');
    });
    expect((await pending)?.body).toMatchObject({ code: 'forbidden' });
    expect(await world.route(id)).toEqual(['1 credit_officer open', '2 credit_manager waiting']);
  });

  it('not whose role is another by now', async () => {
    const moved = await world.person('credit_officer');
    const id = await applied();
    const { exposureVersion } = await world.show(id);
    await whileHeld(id, async (waiting) => {
      pending = moved
        .post(`/v1/credit-applications/${id}/decision`, { verdict: 'approve', reason: 'x', exposureVersion })
        .then((res) => res);
      await waiting();
      await sql`update api_key set role = 'collector' where id = ${moved.id}::uuid`.execute(world.store.db);
    });
    expect((await pending)?.body).toMatchObject({ code: 'forbidden' });
  });
});

describe('decisions at once', () => {
  it('two people at the same seat: one decides, the other hears so', async () => {
    const second = await world.person('credit_officer');
    const id = await applied();
    const said = await Promise.all([world.decide(officer, id, 'approve'), world.decide(second, id, 'decline')]);
    expect(codes(said)).toEqual(['409 already-decided', 'done'].sort());
    const [seat] = (await world.show(id)).route;
    expect([officer.id, second.id]).toContain(seat?.decidedBy);
  });

  it('two people at seats side by side: both decide, and it is granted once', async () => {
    const id = await applied(large);
    await world.decide(officer, id, 'approve');
    const said = await Promise.all([world.decide(manager, id, 'approve'), world.decide(director, id, 'approve')]);
    expect(codes(said)).toEqual(['done', 'done']);
    expect(await stateOf(id)).toBe('approved');
    expect(await limitsOf(id)).toHaveLength(1);
  });

  it('an approval and a withdrawal: one of them, and never a limit of what was withdrawn', async () => {
    const id = await applied();
    await world.decide(officer, id, 'approve');
    const withdrawal = sales.post(`/v1/credit-applications/${id}/withdraw`, { reason: 'lost the tender' }).then((res) => res);
    const said = codes([await world.decide(manager, id, 'approve'), await withdrawal]);
    const state = await stateOf(id);
    expect(said).toEqual(['409 not-open', 'done']);
    expect(await limitsOf(id)).toHaveLength(state === 'approved' ? 1 : 0);
  });

  it('twenty-five decisions at once: one is carried out, none fails', { timeout: 120_000 }, async () => {
    const officers = await Promise.all(Array.from({ length: 25 }, () => world.person('credit_officer')));
    const id = await applied();
    const said = codes(await Promise.all(officers.map((one) => world.decide(one, id, 'approve'))));
    expect(said.filter((one) => one === 'done')).toHaveLength(1);
    expect(new Set(said)).toEqual(new Set(['409 already-decided', 'done']));
  });

  it('what was refused on record while it waited is not carried out', async () => {
    const id = await applied();
    const updateOf = async (): Promise<string> =>
      (
        await sql<{ id: string }>`select update_id as id from decision_intent where process = ${processOf(id)}`.execute(
          world.store.db,
        )
      ).rows[0]?.id ?? '';
    const lapsed = { code: 'intent-lapsed', params: { minutes: 15 } } as const;
    await whileHeld(id, async (waiting) => {
      pending = world.decide(officer, id, 'approve');
      await waiting();
      const on = { process: processOf(id), updateId: await updateOf() };
      expect(await refuseIntent(world.store.db, on, lapsed)).toEqual(lapsed);
      // The first outcome on record stays.
      expect(await refuseIntent(world.store.db, on, { code: 'engine-down', params: {} })).toEqual(lapsed);
    });
    expect(await pending).toMatchObject({ status: 409, body: { code: 'intent-lapsed' } });
    expect(await world.route(id)).toEqual(['1 credit_officer open', '2 credit_manager waiting']);
  });

  it('the same Idempotency-Key again is judged anew after a refusal, once its cause has gone, and then answered as it was decided', async () => {
    const named = `CC-${(number += 1)}`;
    await world.debtor(named, { owner: 'wu' });
    const id = await world.apply(await world.person('sales', { owner: 'wu' }), named, small);
    const owner = await world.person('credit_officer', { owner: 'wu' });
    const { exposureVersion } = await world.show(id);
    const decide = (key: string, reason = 'as agreed') =>
      owner.post(`/v1/credit-applications/${id}/decision`, { verdict: 'approve', reason, exposureVersion }, key);
    for (let times = 0; times < 3; times += 1) expect(codes([await decide('key-2')])).toEqual(['409 own-customer']);
    expect(codes([await decide('key-2', 'otherwise')])).toEqual(['422 idempotency-body']);
    await world.debtor(named, { owner: 'lin' });
    const first = await decide('key-2');
    expect(first).toMatchObject({ status: 200, body: { state: 'awaiting-decision' } });
    await sql`delete from idempotency`.execute(world.store.db);
    const again = await decide('key-2');
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(codes([await decide('key-3')])).toEqual(['409 already-decided']);
    expect((await world.actions(id)).filter((action) => action === 'credit-application.decided')).toHaveLength(1);
  });

  it('the same Idempotency-Key again hears the first answer, also when the process has ended', async () => {
    const id = await applied();
    const first = await world.decide(officer, id, 'approve', {}, 'key-1');
    const { exposureVersion } = await world.show(id);
    const again = await officer.post(
      `/v1/credit-applications/${id}/decision`,
      { verdict: 'approve', reason: 'approve by credit_officer', exposureVersion },
      'key-1',
    );
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body).toEqual(first.body);
    await world.decide(manager, id, 'approve');
    await world.client.workflow.getHandle(processOf(id)).result();
    // The kept answer is lost with the process that held it: the decision itself knows.
    await sql`delete from idempotency`.execute(world.store.db);
    const late = await officer.post(
      `/v1/credit-applications/${id}/decision`,
      { verdict: 'approve', reason: 'approve by credit_officer', exposureVersion },
      'key-1',
    );
    expect(late.status).toBe(200);
    expect(late.body).toEqual(first.body);
    expect((await world.actions(id)).filter((action) => action === 'credit-application.decided')).toHaveLength(2);
  });
});

describe('the exposure that was looked at', () => {
  const touch = (id: string) =>
    sql`update credit_account set version = version + 1 where id in (select m.account_id from credit_member m
      join credit_application a on a.customer_id = m.customer_id where a.id = ${id}::uuid)`.execute(world.store.db);

  it('is the one that is decided on: another version is refused with both, and nothing is granted', async () => {
    const code = await customer();
    const first = await world.apply(sales, code, small);
    await world.decide(officer, first, 'approve');
    await world.decide(manager, first, 'approve');
    const id = await world.apply(sales, code, { ...small, kind: 'raise', limit: '60000.00' });
    const { exposureVersion } = await world.show(id);
    expect(exposureVersion).toBeGreaterThan(0);
    await touch(id);
    const stale = await world.decide(officer, id, 'approve', { exposureVersion });
    expect(stale).toMatchObject({ status: 409, body: { code: 'stale-exposure' } });
    expect(stale.body.detail).toContain(String(exposureVersion));
    expect(stale.body.detail).toContain(String(exposureVersion + 1));
    expect((await world.decide(officer, id, 'approve')).status).toBe(200);
    await touch(id);
    expect(codes([await world.decide(manager, id, 'approve', { exposureVersion })])).toEqual(['409 stale-exposure']);
    expect(await stateOf(id)).toBe('awaiting-decision');
    expect((await world.decide(manager, id, 'approve')).body.state).toBe('approved');
  });

  it('does not matter to who declines', async () => {
    const id = await applied();
    expect((await world.decide(officer, id, 'decline', { exposureVersion: 77 })).body.state).toBe('declined');
  });
});

describe('questions and answers', () => {
  it('a returned application is answered, judged anew and decided in a new round; the earlier round stays on record', async () => {
    const id = await applied();
    await world.decide(officer, id, 'approve');
    const returned = await world.decide(manager, id, 'return', { reason: 'Which contract?' });
    expect(returned.body.state).toBe('returned');
    const { rows: tasks } = await sql<{ role: string; why: Record<string, unknown> }>`
      select role, reason as why from work_order where process = ${processOf(id)} and kind = 'credit-question'`.execute(
      world.store.db,
    );
    expect(tasks).toMatchObject([{ role: 'sales', why: { question: 'Which contract?' } }]);
    const answer = { reason: 'Contract CT-7', requested: { limit: '40000.00' } };
    await sales.post(`/v1/credit-applications/${id}/resubmit`, answer).expect(200);
    await world.rests(id);
    const shown = await world.show(id);
    expect(shown).toMatchObject({ state: 'awaiting-decision', round: 2, offer: { limit: '40000.00', termsDays: 30 } });
    expect(await world.route(id)).toEqual(['1 credit_officer open', '2 credit_manager waiting']);
    expect(codes([await sales.post(`/v1/credit-applications/${id}/resubmit`, answer)])).toEqual(['409 not-open']);
    await world.decide(officer, id, 'approve');
    await world.decide(manager, id, 'approve');
    expect(await limitsOf(id)).toMatchObject([{ minor: 4_000_000 }]);
    expect(await world.show(id)).toMatchObject({
      reason: 'new business',
      given: [
        { act: 'submitted', reason: 'new business', by: sales.id },
        { act: 'returned', reason: 'Which contract?', by: manager.id },
        { act: 'resubmitted', reason: 'Contract CT-7', by: sales.id },
      ],
    });
    const { rows } = await sql<{ round: number; state: string }>`
      select round, state from approval where process = ${processOf(id)} order by round, tier`.execute(world.store.db);
    expect(rows.map(({ round, state }) => `${round} ${state}`)).toEqual(['1 approved', '1 returned', '2 approved', '2 approved']);
  });

  it('only whoever asked, or those who decide, take an application back', async () => {
    const other = await world.person('sales', { owner: 'lin' });
    const id = await applied();
    expect(codes([await other.post(`/v1/credit-applications/${id}/withdraw`, { reason: 'x' })])).toEqual(['403 forbidden']);
    await officer.post(`/v1/credit-applications/${id}/withdraw`, { reason: 'asked by phone' }).expect(200);
    expect(await stateOf(id)).toBe('withdrawn');
    expect(codes([await sales.post(`/v1/credit-applications/${id}/withdraw`, { reason: 'x' })])).toEqual(['409 not-open']);
    await world.settled();
    const { rows } = await sql<{ open: number }>`
      select count(*)::int as open from work_order where process = ${processOf(id)} and closed_at is null`.execute(
      world.store.db,
    );
    expect(rows).toEqual([{ open: 0 }]);
  });

  it('a counter-proposal lowers what lies on the table for the tiers after it, and that is granted', async () => {
    const id = await applied();
    expect(codes([await world.decide(officer, id, 'counter', { limit: '60000.00' })])).toEqual(['422 counter-not-lower']);
    expect(codes([await world.decide(officer, id, 'counter')])).toEqual(['422 counter-not-lower']);
    expect((await world.decide(officer, id, 'counter', { limit: '30000.00' })).status).toBe(200);
    expect((await world.show(id)).offer).toMatchObject({ limit: '30000.00', termsDays: 30 });
    expect(codes([await world.decide(manager, id, 'approve', { limit: '50000.00' })])).toEqual(['422 invalid']);
    expect((await world.decide(manager, id, 'approve')).body).toMatchObject({
      state: 'approved',
      route: [{ state: 'countered' }, { state: 'approved' }],
    });
    expect(await limitsOf(id)).toMatchObject([{ minor: 3_000_000 }]);
  });
});

describe('somebody who is absent', () => {
  const days = { validFrom: '2026-09-01', validUntil: '2026-09-30', reason: 'on leave' };

  it('is stood in for by whom they named, in their role, until it is revoked', async () => {
    const stand = await world.person('credit_officer');
    const made = await manager.post('/v1/delegations', { from: manager.id, to: stand.id, ...days }).expect(201);
    const id = await applied();
    await world.decide(officer, id, 'approve');
    expect((await world.decide(stand, id, 'approve')).body).toMatchObject({
      state: 'approved',
      route: [{}, { role: 'credit_manager', decidedBy: stand.id, onBehalfOf: manager.id }],
    });
    await manager.post(`/v1/delegations/${made.body.id}/revoke`, { reason: 'back' }).expect(200);
    const next = await applied();
    await world.decide(officer, next, 'approve');
    expect(codes([await world.decide(stand, next, 'approve')])).toEqual(['409 already-decided']);
  });

  it('hands on no more than they have: neither beyond their regions nor for a customer they look after', async () => {
    const decidedFor = async (scope: { regions?: string[]; owner?: string }) => {
      const [giver, stand] = [await world.person('credit_manager', scope), await world.person('credit_officer')];
      await giver.post('/v1/delegations', { from: giver.id, to: stand.id, ...days }).expect(201);
      const id = await applied();
      await world.decide(officer, id, 'approve');
      return codes([await world.decide(stand, id, 'approve')])[0];
    };
    expect(await decidedFor({ regions: ['elsewhere'] })).toBe('409 already-decided');
    expect(await decidedFor({ owner: 'lin' })).toBe('409 already-decided');
    expect(await decidedFor({ regions: ['SH'], owner: 'chen' })).toBe('done');
  });

  it('a delegate who asked may not decide, and nobody decides for whoever asked', async () => {
    const stand = await world.person('credit_officer');
    const chief = await world.person('credit_manager');
    await delegate(
      world.store,
      { kind: 'key', id: chief.id, role: 'credit_manager', scope: {} },
      { from: chief.id, to: stand.id, ...days },
    );
    const mine = await applied(small, stand);
    await world.decide(officer, mine, 'approve');
    expect(codes([await world.decide(stand, mine, 'approve')])).toEqual(['409 own-request']);
    const theirs = await applied(small, chief);
    await world.decide(officer, theirs, 'approve');
    expect(codes([await world.decide(stand, theirs, 'approve')])).toEqual(['409 own-request']);
  });

  it('a delegate who has decided at their own tier does not decide again', async () => {
    const stand = await world.person('credit_officer');
    await manager.post('/v1/delegations', { from: manager.id, to: stand.id, ...days }).expect(201);
    const id = await applied();
    await world.decide(stand, id, 'approve');
    expect(codes([await world.decide(stand, id, 'approve')])).toEqual(['409 same-eyes']);
  });

  it('a delegation that is revoked while its decision is under way does not count', async () => {
    const stand = await world.person('credit_officer');
    const by = { kind: 'key', id: manager.id, role: 'credit_manager', scope: {} } as const;
    const { id: delegation } = await delegate(world.store, by, { from: manager.id, to: stand.id, ...days });
    const id = await applied();
    await world.decide(officer, id, 'approve');
    const { exposureVersion } = await world.show(id);
    await whileHeld(id, async (waiting) => {
      pending = stand
        .post(`/v1/credit-applications/${id}/decision`, { verdict: 'approve', reason: 'x', exposureVersion })
        .then((res) => res);
      await waiting();
      await revokeDelegation(world.store, by, delegation, 'back early');
    });
    expect((await pending)?.status).toBe(409);
    expect(await stateOf(id)).toBe('awaiting-decision');
  });

  it('nobody hands power to themselves, from above, or to who may not decide', async () => {
    const stand = await world.person('credit_officer');
    const refused = async (by: Person, from: Person, to: Person) =>
      codes([await by.post('/v1/delegations', { from: from.id, to: to.id, ...days })])[0];
    expect(await refused(manager, director, stand)).toBe('403 forbidden');
    expect(await refused(director, manager, director)).toBe('409 own-request');
    expect(await refused(manager, manager, sales)).toBe('422 invalid');
    expect(await refused(manager, manager, manager)).toBe('422 invalid');
    expect(await refused(officer, officer, stand)).toBe('403 forbidden');
  });
});

describe('facts that are out of date', () => {
  const told = (customerId: string, asOf: string, evidence: string) =>
    write(world.store, system, async (work) => {
      const { tx } = work;
      await sql`select from customer where id = ${customerId}::uuid for no key update`.execute(tx);
      const fact = {
        customerId,
        name: 'registrationState' as const,
        value: 'active',
        asOf,
        source: 'manual' as const,
        evidence: { text: evidence },
      };
      const { audit, events } = await recordFacts(work, 'officer', [fact]);
      const [first, ...more] = audit;
      if (!first) throw new Error('nothing was told');
      return { value: undefined, audit: [first, ...more], events };
    });

  it('make it wait, with a reason and a work order, until a person has told them; it is never scored before', async () => {
    const code = await customer();
    const { id: customerId } = (await officer.get(`/v1/customers/${code}`).expect(200)).body as { id: string };
    await told(customerId, '2020-01-01', 'an old extract');
    const id = await world.apply(sales, code, small);
    const waiting = await world.show(id);
    expect(waiting).toMatchObject({
      state: 'assessing',
      grade: null,
      waitingFor: { facts: ['registrationState'], connectors: [] },
    });
    expect(waiting.why).toMatchObject({ code: 'facts-wanted', text: 'a person must tell: State of the business registration' });
    const { rows } = await sql<{ kind: string; open: boolean }>`
      select kind, closed_at is null as open from work_order where process = ${processOf(id)}`.execute(world.store.db);
    expect(rows).toEqual([{ kind: 'credit-facts', open: true }]);
    await told(customerId, '2026-09-01', 'extract of today');
    await until('it is routed', async () => (await stateOf(id)) === 'awaiting-decision');
    expect(await world.show(id)).toMatchObject({ waitingFor: null, route: [{ state: 'open' }, { state: 'waiting' }] });
    const { rows: after } = await sql<{ kind: string }>`
      select kind from work_order where process = ${processOf(id)} and closed_at is null`.execute(world.store.db);
    expect(after).toEqual([{ kind: 'approval-credit-officer' }]);
  });
});

describe('while the engine cannot be reached', () => {
  it('a decision is refused with 503 and nothing is half done', async () => {
    const id = await applied();
    const before = await world.actions(id);
    const away = createCommands({ ...world.config.temporal, address: '127.0.0.1:1' });
    const { exposureVersion } = await world.show(id);
    const body = { verdict: 'approve', reason: 'x', exposureVersion };
    const res = await world.postOver(away, officer, `/v1/credit-applications/${id}/decision`, body);
    expect(res).toMatchObject({ status: 503, body: { code: 'engine-down' } });
    expect(await world.actions(id)).toEqual(before);
    expect(await world.route(id)).toEqual(['1 credit_officer open', '2 credit_manager waiting']);
    await away.close();
  });

  it('a decision that others handed over meanwhile is not said to be undone, and one they carried out has its answer', async () => {
    const id = await applied();
    const awayAfter = (others: (decide: () => Promise<unknown>) => Promise<unknown>): Commands => ({
      ...world.commands,
      async decide(update, of) {
        await others(() => world.commands.decide(update, of));
        throw new Refusal('engine-down');
      },
    });
    const approve = async (over: Commands, by: Person) => {
      const { exposureVersion } = await world.show(id);
      const body = { verdict: 'approve', reason: 'x', exposureVersion };
      return world.postOver(over, by, `/v1/credit-applications/${id}/decision`, body);
    };
    const taken = () =>
      sql`
        update decision_intent set hand_over_at = clock_timestamp() + interval '20 seconds' where process = ${processOf(id)}`.execute(
        world.store.db,
      );
    expect(await approve(awayAfter(taken), officer)).toMatchObject({ status: 202, body: { outcome: 'not-known-yet' } });
    await until('it is carried out', async () => (await world.route(id))[0] === '1 credit_officer approved');
    expect(
      await approve(
        awayAfter((decide) => decide()),
        manager,
      ),
    ).toMatchObject({ status: 200, body: { state: 'approved' } });
  });
});

describe('a work order of a seat', () => {
  it('that somebody closes without deciding is given anew', async () => {
    const id = await applied();
    const order = async () =>
      (
        await sql<{ id: string }>`select id from work_order where process = ${processOf(id)} and closed_at is null`.execute(
          world.store.db,
        )
      ).rows;
    const [first] = await order();
    await completeTask(world.store, system, first?.id ?? '', { outcome: 'looked at it', note: '', reason: null });
    await until('another one is open', async () => ((rows) => rows.length === 1 && rows[0]?.id !== first?.id)(await order()));
    expect((await world.decide(officer, id, 'approve')).status).toBe(200);
  });
});

test('no reason of a decision, a withdrawal or an answer stands in a history of the engine', async () => {
  const id = await applied();
  await world.decide(officer, id, 'return', { reason: 'what is the canary for?' });
  const answered = await sales.post(`/v1/credit-applications/${id}/resubmit`, { reason: 'for the canary, as told' });
  expect(answered.status).toBe(200);
  expect((await sales.post(`/v1/credit-applications/${id}/withdraw`, { reason: 'the canary flew' })).status).toBe(200);
  const { given, found } = await reasonsInHistories(world);
  expect(given).toBeGreaterThan(5);
  expect(found).toEqual([]);
});

import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assess } from '../../domain/credit/assess.ts';
import type { AssessmentInput } from '../../domain/credit/assess.ts';
import { zenTables } from '../../rules/zen.ts';
import { collectDossier } from '../../store/credit/dossier.ts';
import { peerFigures } from '../../store/credit/peers.ts';
import { remakeAssessment } from '../../store/credit/recorded.ts';
import { momentOf } from '../../store/platform/transaction.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { dealer, defaults, firstHospital, inputOf } from '../support/credit-policies.ts';
import { factsOf } from '../support/facts.ts';
import { contentHash } from '../../store/platform/content-hash.ts';

let api: TestApi;
const tables = zenTables();

/** A verdict as the product records it. */
async function record(customerId: string, at: string, input: AssessmentInput): Promise<string> {
  const verdict = await assess(input, defaults, tables);
  const { rows } = await sql<{ id: string }>`
    insert into assessment (customer_id, at, policy_versions, facts, score, grade, verdict, proposal, facts_hash)
    values (${customerId}::uuid, ${at}::timestamptz, ${JSON.stringify(verdict.policyVersions)}::jsonb, ${JSON.stringify(input)}::jsonb,
      ${verdict.score}, ${verdict.grade}, ${JSON.stringify(verdict)}::jsonb, ${JSON.stringify(verdict.proposal)}::jsonb, ${contentHash(input)})
    returning id`.execute(api.store.db);
  return rows[0]?.id ?? '';
}

const draft = async (kind: string, change: (content: never) => void): Promise<number> => {
  const { body } = await api.as('auditor').get(`/v1/policies/${kind}/1`).expect(200);
  const content = structuredClone(body.content);
  change(content as never);
  const res = await api.as('credit_manager').post(`/v1/policies/${kind}`).send({ content, reason: 'to be tried' }).expect(201);
  return res.body.version as number;
};
const simulate = (kind: string, version: number, body: object = {}) =>
  api.as('credit_manager').post(`/v1/policies/${kind}/${version}/simulate`).send(body);

let ids: { good: string; late: string; hospital: string };
beforeAll(async () => {
  api = await openTestApi({ business: '2026-09-01T02:00:00.000Z' });
  const facts = factsOf(api.store);
  const [good, late, hospital] = [
    await facts.customer('D-GOOD', { type: 'dealer' }),
    await facts.customer('D-LATE', { type: 'dealer' }),
    await facts.customer('H-1', { type: 'hospital', tier: '3A' }),
  ];
  const of = (values: typeof dealer, limitMinor: number) =>
    inputOf(values, { today: '2026-03-02', asked: { kind: 'raise', limitMinor, termsDays: 60 } });
  ids = {
    good: await record(good, '2026-03-02T02:00:00.000Z', of(dealer, 15_000_000)),
    late: await record(late, '2026-03-02T02:00:00.000Z', of({ ...dealer, brokenPromises: 1 }, 15_000_000)),
    hospital: await record(hospital, '2026-04-01T02:00:00.000Z', inputOf(firstHospital, { today: '2026-04-01' })),
  };
  await facts.invoice({ id: 'I-1', customer: 'D-LATE', amount: '1000.00', issued: '2026-03-10', due: '2026-04-09' });
  await facts.invoice({ id: 'I-2', customer: 'D-LATE', amount: '1000.00', issued: '2026-03-10', due: '2026-04-10' });
  await facts.invoice({ id: 'I-0', customer: 'D-LATE', amount: '1000.00', issued: '2026-02-10', due: '2026-03-10' });
  await facts.pay({ id: 'P-1', customer: 'D-LATE', amount: '1000.00', on: '2026-04-29', invoice: 'I-1' });
  await facts.pay({ id: 'P-2', customer: 'D-LATE', amount: '1000.00', on: '2026-04-10', invoice: 'I-2' });
  await facts.dispute(
    await facts.invoice({ id: 'I-3', customer: 'D-LATE', amount: '10.00', issued: '2026-08-30', due: '2026-08-31' }),
    '10.00',
  );
});
afterAll(() => api.close());

describe('a recorded verdict', () => {
  test('is made again to the same result from its row alone', async () => {
    for (const id of Object.values(ids)) {
      const { same, factsUnchanged, recorded, remade } = await remakeAssessment(api.store.db, tables, id);
      expect(remade).toEqual(recorded);
      expect([same, factsUnchanged]).toEqual([true, true]);
    }
  });

  test('is made again by the versions it was made by, whatever is in force now', async () => {
    const version = await draft('scorecard', (content: { base: number }) => (content.base = 400));
    await api.as('finance_director').post(`/v1/policies/scorecard/${version}/approve`).send({}).expect(200);
    expect((await api.store.policies.current()).current.scorecard.version).toBe(version);
    expect((await remakeAssessment(api.store.db, tables, ids.good)).same).toBe(true);
  });

  test('cannot be edited by the application', async () => {
    await expect(sql`update assessment set score = 900 where id = ${ids.good}::uuid`.execute(api.store.db)).rejects.toThrow(
      /permission denied/,
    );
  });
});

describe('the simulation of a policy', () => {
  test('of the version the verdicts were made by flips nothing', async () => {
    for (const kind of ['scorecard', 'grades', 'approval-matrix', 'credit-rules']) {
      const { body } = await simulate(kind, 1).expect(200);
      expect(body).toMatchObject({ kind, version: 1, considered: 3, flipped: 0, examples: [], gradeMoves: [] });
    }
  });

  test('tells which verdicts flip, by how much, and what became of these customers', async () => {
    const version = await draft('scorecard', (content: typeof defaults.scorecard.content) => {
      const rule = content.characteristics.find((one) => one.id === 'broken-promises');
      (rule?.bins[1] as { points: number }).points = -30;
      (rule?.bins[2] as { points: number }).points = -60;
    });
    const before = await api.written();
    const { body } = await simulate('scorecard', version).expect(200);
    expect(body).toMatchObject({ considered: 3, flipped: 1, flips: { grade: 1, limit: 1, terms: 0, route: 0 } });
    expect(body.gradeMoves).toEqual([{ from: 'A', to: 'B', count: 1 }]);
    expect(body.limits).toEqual([{ currency: 'CNY', before: '1300000.00', after: '1180000.00' }]);
    expect(body.became.stricter).toEqual({
      assessments: 1,
      fallenDue: 3,
      paidLate: 2,
      mostDaysLate: 20,
      disputed: 1,
      brokenPromises: 0,
      writtenOff: 0,
    });
    expect(body.became.same).toMatchObject({ assessments: 2, fallenDue: 0 });
    expect(body.examples[0]).toMatchObject({
      assessmentId: ids.late,
      customer: 'D-LATE',
      direction: 'stricter',
      flips: ['grade', 'limit'],
      before: { grade: 'A', limit: '600000.00', seats: '1 credit_officer' },
      after: { grade: 'B', limit: '480000.00' },
      became: { paidLate: 2 },
    });
    expect(await api.written()).toBe(before);
  });

  test('of a stricter matrix moves the way and nothing else', async () => {
    const version = await draft('approval-matrix', (content: { rows: { id: string; when: { maxUnits?: number } }[] }) => {
      const small = content.rows.find((row) => row.id === 'small');
      if (small) small.when.maxUnits = 10;
    });
    const { body } = await simulate('approval-matrix', version).expect(200);
    expect(body.flips).toEqual({ grade: 0, limit: 0, terms: 0, route: 2 });
    expect(body.examples[0]).toMatchObject({ after: { row: 'middle', seats: '1 credit_officer, 2 credit_manager' } });
  });

  test('of other grades and tables moves grades and limits', async () => {
    const version = await draft('grades', (content: { grades: { from: number }[] }) => {
      if (content.grades[0]) content.grades[0].from = 800;
    });
    expect((await simulate('grades', version).expect(200)).body.gradeMoves).toEqual([{ from: 'A', to: 'B', count: 2 }]);
  });

  test('keeps to the days asked for', async () => {
    expect((await simulate('grades', 1, { from: '2026-03-03' }).expect(200)).body.considered).toBe(1);
    expect((await simulate('grades', 1, { until: '2026-03-02' }).expect(200)).body.considered).toBe(2);
    await simulate('grades', 1, { from: '2026-03-03', until: '2026-03-02' }).expect(422);
  });

  test('runs in the background when asked to, and its job holds the same answer', async () => {
    const now = (await simulate('grades', 1).expect(200)).body;
    const res = await simulate('grades', 1).set('Prefer', 'respond-async').expect(202);
    const location = res.headers['location'] ?? '';
    await expect
      .poll(async () => (await api.as('credit_manager').get(location).expect(200)).body, { timeout: 20_000 })
      .toMatchObject({ kind: 'policy-simulation', state: 'done', done: 3, result: now });
  });

  test('of a version that does not exist, or of a kind nobody was judged by, is refused', async () => {
    expect((await simulate('scorecard', 99).expect(422)).body.code).toBe('policy-unknown');
    const wrong = await simulate('ladders', 1).expect(422);
    expect(wrong.body.code).toBe('invalid');
    await api.as('sales').post('/v1/policies/scorecard/1/simulate').send({}).expect(403);
  });
});

describe('peers', () => {
  test('are others of the same type and tier who owed us something, each counting once', async () => {
    const facts = factsOf(api.store);
    for (const [id, tier, due, on] of [
      ['H-2', '3A', '2026-06-01', '2026-06-21'],
      ['H-3', '3A', '2026-06-01', '2026-07-11'],
      ['H-4', '2A', '2026-06-01', '2026-06-01'],
    ] as const) {
      await facts.customer(id, { type: 'hospital', tier });
      await facts.invoice({ id: `${id}-I`, customer: id, amount: '100.00', issued: '2026-05-01', due });
      await facts.pay({ id: `${id}-P`, customer: id, amount: '100.00', on, invoice: `${id}-I` });
    }
    const at = await momentOf(api.store.db, api.store);
    const figuresOf = async (externalId: string) => {
      const row = await api.store.db
        .selectFrom('customer')
        .select('id')
        .where('external_id', '=', externalId)
        .executeTakeFirstOrThrow();
      const dossier = await collectDossier(api.store.db, api.store, at, row.id);
      const of = { customerId: row.id, facts: dossier, productLines: [] };
      return peerFigures(api.store.db, api.store, at, of, defaults.scorecard.content);
    };
    expect(await figuresOf('H-1')).toEqual({ members: 2, daysBeyondTerms: 30, onTimeShare: 0, oldestOverdueDays: 0 });
    expect(await figuresOf('H-2')).toMatchObject({ members: 1, daysBeyondTerms: 40 });
    expect(await figuresOf('H-4')).toBeNull();
    expect(await figuresOf('D-GOOD')).toBeNull();
  });
});

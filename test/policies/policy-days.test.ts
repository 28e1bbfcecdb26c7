import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { createApiKey, revokeApiKey } from '../../store/access/api-keys.ts';
import { systemActor } from '../../store/platform/transaction.ts';
import type { PolicyContents, PolicyKind } from '../../domain/policy.ts';

// Today is 2026-09-01.
let api: TestApi;
beforeEach(async () => void (api = await openTestApi()));
afterEach(() => api.close());

const policy = async <K extends PolicyKind>(kind: K): Promise<PolicyContents[K]> =>
  (await api.as('auditor').get(`/v1/policies/${kind}/1`).expect(200)).body.content;

/** What a version from that day is refused for, else its number. */
async function written(kind: PolicyKind, content: object, effectiveFrom?: string, language = 'en') {
  const sent = { content, reason: 'x', ...(effectiveFrom !== undefined && { effectiveFrom }) };
  const answer = await api.as('credit_manager').post(`/v1/policies/${kind}`).set('Accept-Language', language).send(sent);
  if (answer.status === 201) return answer.body.version as number;
  return refused(answer);
}
const approved = async (kind: PolicyKind, version: unknown) =>
  refused(
    await api
      .as('finance_director')
      .post(`/v1/policies/${kind}/${version as number}/approve`)
      .send({}),
  );
const refused = ({ status, body }: { status: number; body: { errors?: { pointer: string; detail: string }[] } }) =>
  status === 200 ? 'approved' : (body.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);

/** Written and approved. */
async function put(kind: PolicyKind, content: object, effectiveFrom?: string): Promise<void> {
  const version = await written(kind, content, effectiveFrom);
  expect(version).toBeTypeOf('number');
  expect(await approved(kind, version)).toBe('approved');
}

async function gradesWithF(): Promise<PolicyContents['grades']> {
  const { grades, ...rest } = await policy('grades');
  const worst = grades.at(-1)!;
  const rows = grades.map((row) => (row === worst ? { ...row, from: 400 } : row));
  return { ...rest, grades: [...rows, { ...worst, grade: 'F' }] };
}
async function matrixWithF(): Promise<PolicyContents['approval-matrix']> {
  const { rows, ...rest } = await policy('approval-matrix');
  const small = rows.find(({ id }) => id === 'hold-small')!;
  return { ...rest, rows: [{ ...small, id: 'hold-f', when: { ...small.when, grades: ['F'] } }, ...rows] };
}

describe('a policy with a later day', () => {
  test('may name a grade that is approved for its day, and none that comes a day after it', async () => {
    await put('grades', await gradesWithF(), '2026-12-01');
    const matrix = await matrixWithF();
    const unknown = expect.stringContaining('unknown grade F');
    expect(await written('approval-matrix', matrix)).toEqual([unknown]);
    expect(await written('approval-matrix', matrix, '2026-11-30')).toEqual([unknown]);
    await put('approval-matrix', matrix, '2026-12-01');
  });

  test('names no grade that an approved version takes away before it, nor one that goes while it counts', async () => {
    await put('grades', await gradesWithF());
    await put('grades', await policy('grades'), '2026-12-01');
    const matrix = await matrixWithF();
    expect(await written('approval-matrix', matrix, '2026-12-01')).toEqual([expect.stringMatching(/unknown grade F\. /)]);
    expect(await written('approval-matrix', matrix)).toEqual([expect.stringContaining('unknown grade F, from 2026-12-01')]);
    expect(await written('approval-matrix', matrix, undefined, 'zh')).toEqual([
      expect.stringContaining('没有信用等级“F”（自2026年12月1日起）'),
    ]);
  });

  test('keeps the grade that it names: a version that takes effect before it may not take that away, and is told which names it', async () => {
    await put('grades', await gradesWithF(), '2026-12-01');
    await put('approval-matrix', await matrixWithF(), '2027-01-01');
    const without = await policy('grades');
    const before = await api.written();
    for (const day of [undefined, '2026-10-01', '2026-12-15'])
      expect(await written('grades', without, day)).toEqual([expect.stringContaining('/content/grades: ')]);
    const [said] = (await written('grades', without)) as string[];
    expect(said).toContain('grade F is named by approval-matrix, row hold-f, from 2027-01-01');
    const [saidZh] = (await written('grades', without, undefined, 'zh')) as string[];
    expect(saidZh).toContain('信用等级“F”仍被政策 approval-matrix 的行“hold-f”引用，不能删除（自2027年1月1日起）');
    expect(await api.written()).toBe(before);
  });

  test('that a newer version has passed names nothing any more', async () => {
    await put('grades', await gradesWithF(), '2026-12-01');
    await put('approval-matrix', await matrixWithF(), '2027-01-01');
    await put('approval-matrix', await policy('approval-matrix'), '2026-12-20');
    await put('grades', await policy('grades'));
  });

  test('is approved beside what has been approved for its days since it was written', async () => {
    await put('grades', await gradesWithF());
    const matrix = await written('approval-matrix', await matrixWithF(), '2027-01-01');
    const without = await written('grades', await policy('grades'), '2026-12-01');
    expect(await approved('approval-matrix', matrix)).toBe('approved');
    expect(await approved('grades', without)).toEqual([
      expect.stringContaining('grade F is named by approval-matrix, row hold-f, from 2027-01-01'),
    ]);
  });

  test('is judged no further than to the day from which a newer version of its kind is approved', async () => {
    const plain = await written('grades', await policy('grades'));
    await put('grades', await gradesWithF(), '2026-12-01');
    await put('approval-matrix', await matrixWithF(), '2027-01-01');
    expect(await approved('grades', plain)).toBe('approved');
  });

  test('that contradicts another one is not approved beside it at the same time', async () => {
    await put('grades', await gradesWithF());
    const matrix = await written('approval-matrix', await matrixWithF(), '2027-01-01');
    const without = await written('grades', await policy('grades'), '2026-12-01');
    const answers = await Promise.all([approved('approval-matrix', matrix), approved('grades', without)]);
    expect(answers.filter((one) => one === 'approved')).toHaveLength(1);
  });

  test('keeps the kinds of tasks and the dunning procedures that it names', async () => {
    const tasks = await policy('work-orders');
    await put('work-orders', { ...tasks, kinds: { ...tasks.kinds, 'new-call': tasks.kinds['collector-call'] } }, '2026-12-01');
    const ladders = await policy('ladders');
    const visited = JSON.parse(JSON.stringify(ladders).replace('"collector-call"', '"new-call"')) as typeof ladders;
    expect(await written('ladders', visited, '2026-11-30')).toEqual([expect.stringContaining('unknown kind new-call')]);
    const own = { ...visited, ladders: [...visited.ladders, { ...visited.ladders[0]!, id: 'late' }] };
    await put('ladders', own, '2026-12-01');
    expect(await written('work-orders', tasks)).toEqual([
      expect.stringContaining('kind of task new-call is named by procedures, row general-30, from 2026-12-01'),
      expect.stringContaining('kind of task new-call is named by procedures, row late, from 2026-12-01'),
    ]);
    expect(await written('work-orders', tasks, '2026-12-02')).toEqual([expect.stringContaining('new-call is in use')]);

    const grades = await policy('grades');
    const late = JSON.parse(JSON.stringify(grades).replace('\\"new-customer\\"', '\\"late\\"')) as typeof grades;
    expect(await written('grades', late)).toEqual([expect.stringMatching(/column ladder, cell "late"/)]);
    await put('grades', late, '2027-01-01');
    expect(await written('ladders', ladders)).toEqual([
      expect.stringContaining('dunning procedure late is named by grades, row first-hospital, from 2027-01-01'),
    ]);
  });

  test('says from when a row of a table no longer fits', async () => {
    const ladders = await policy('ladders');
    await put('ladders', { ...ladders, ladders: [...ladders.ladders, { ...ladders.ladders[0]!, id: 'late' }] });
    await put('ladders', ladders, '2027-01-01');
    const grades = await policy('grades');
    const late = JSON.parse(JSON.stringify(grades).replace('\\"new-customer\\"', '\\"late\\"')) as object;
    expect(await written('grades', late)).toEqual([expect.stringContaining('This is so from 2027-01-01.')]);
    expect(await written('grades', late, undefined, 'zh')).toEqual([expect.stringContaining('自2027年1月1日起如此')]);
  });

  test('gives seats to roles that somebody fills on its day', async () => {
    const officers = await api.store.db.selectFrom('api_key').select('id').where('role', '=', 'credit_officer').execute();
    const { key: absent } = await createApiKey(api.store, { name: 'absent', role: 'credit_officer' });
    const manager = await api.store.db
      .selectFrom('api_key')
      .select('id')
      .where('role', '=', 'credit_manager')
      .executeTakeFirstOrThrow();
    await api
      .as('finance_director')
      .post('/v1/delegations')
      .send({ from: absent.id, to: manager.id, validFrom: '2026-12-01', validUntil: '2026-12-31', reason: 'leave' })
      .expect(201);
    for (const { id } of [...officers, absent]) await revokeApiKey(api.store, id, systemActor('test'), 'gone');
    const matrix = await policy('approval-matrix');
    const nobody = expect.stringContaining('nobody is credit_officer');
    expect(await written('approval-matrix', matrix)).toContainEqual(nobody);
    expect(await written('approval-matrix', matrix, '2027-01-01')).toContainEqual(nobody);
    expect(await written('approval-matrix', matrix, '2026-12-15')).toBeTypeOf('number');
  });
});

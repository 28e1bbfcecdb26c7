import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Commands } from '../../api/commands.ts';
import { allRoutes } from '../../api/routes/index.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { codeWords } from '../../domain/records/code-words.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { UNREAD, walkOneOfEach } from '../support/walk.ts';
import type { Walk } from '../support/walk.ts';

/** No worker and no engine: nothing that is written here is ever looked at by its process. */
let api: TestApi;
let walk: Walk;

beforeAll(async () => {
  const away = () => Promise.reject(new Refusal('engine-down'));
  const commands: Commands = { history: away, decide: away, outcome: away, ping: away, close: () => Promise.resolve() };
  api = await openTestApi({ business: '2026-09-10T02:00:00.000Z', commands });
  walk = await walkOneOfEach(api);
}, 60_000);
afterAll(() => api.close());

describe('with every process paused', () => {
  test('every read route answers 200 for what was just written, in both languages', async () => {
    const seen: string[] = [];
    for (const spec of walk.routes())
      for (const path of await walk.pathsOf(spec))
        for (const language of ['en', 'zh']) {
          await walk.read(walk.mayCall(spec), path, language);
          seen.push(spec.path);
        }
    const declared = allRoutes(api.services).flatMap(({ method, path }) => (method === 'get' ? [path] : []));
    expect([...new Set([...seen, ...Object.keys(UNREAD)])].toSorted()).toEqual(declared.toSorted());
  });

  test('no read route shows an amount in minor units: credit file, audit, reasons of tasks, limits and orders', async () => {
    const planted = new Set([50_000, 10_000, 2_000, 6_000, 100_000, 200_000, 5_000_000, 900_000]);
    const found: string[] = [];
    const look = (value: unknown, at: string): void => {
      if (typeof value === 'number' && planted.has(value)) found.push(at);
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) look(inner, `${at}/${key}`);
    };
    // Policies have figures of their own, and the engine's events are shown as they are.
    const skipped = (path: string): boolean => path.startsWith('/v1/policies') || path.startsWith('/v1/processes');
    for (const spec of walk.routes().filter(({ path }) => !skipped(path)))
      for (const path of await walk.pathsOf(spec)) look(await walk.read(walk.mayCall(spec), path, 'en'), path);
    expect(found).toEqual([]);
    const { data = [] } = await walk.read('auditor', '/v1/audit?action=order.held', 'en');
    expect(data).toMatchObject([{ after: { amount: '60.00' } }, { after: { amount: '2000.00' } }]);
  });

  test('an application, a held order, a held shipment and a review say in words that nobody has looked yet', async () => {
    const tables = ['credit_application', 'order_hold', 'shipment_hold', 'credit_review'] as const;
    // As the database itself fills them, whatever the verb that writes them says today.
    for (const table of tables)
      await sql`update ${sql.table(table)} set plan_step = default, plan_why = default, state = default`.execute(api.store.db);
    const why = async (path: string, language: string) => {
      const row = (await walk.read('auditor', path, language)).data?.[0] as unknown as Record<
        string,
        { text?: string; why?: string }
      >;
      return row['why']?.text ?? row['plan']?.why;
    };
    for (const [path, en, zh] of [
      ['/v1/credit-applications', 'submitted; not looked at yet', '已提交，尚未开始处理'],
      ['/v1/order-holds', 'held; not looked at yet', '已冻结，尚未开始处理'],
      ['/v1/shipment-holds', 'held; not looked at yet', '已冻结，尚未开始处理'],
    ] as const) {
      expect(await why(path, 'en')).toBe(en);
      expect(await why(path, 'zh')).toBe(zh);
    }
    for (const spec of walk.routes())
      for (const path of await walk.pathsOf(spec)) await walk.read(walk.mayCall(spec), path, 'zh');
  });

  test('a code that another version wrote is said to be one, and keeps no page from being read', async () => {
    const code = JSON.stringify({ code: 'from-tomorrow', params: {} });
    for (const table of ['credit_application', 'order_hold', 'shipment_hold', 'credit_review', 'receivable'] as const)
      await sql`update ${sql.table(table)} set plan_why = ${code}::jsonb`.execute(api.store.db);
    for (const path of ['/v1/credit-applications', '/v1/order-holds', '/v1/shipment-holds', '/v1/receivables'])
      for (const language of ['en', 'zh'])
        expect(JSON.stringify(await walk.read('auditor', path, language))).toMatch(/by another version|由其他版本/);
  });
});

test('every value the database lets a row hold has words in both languages', async () => {
  const { rows } = await sql<{ field: string; code: string }>`
    select replace(c.relname || '.' || a.attname, '_', '-') as field, m.code
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid and c.relnamespace = 'public'::regnamespace
    join pg_attribute a on a.attrelid = c.oid and k.conkey = array[a.attnum] and format_type(a.atttypid, null) = 'text'
    cross join lateral (select s[1] as code from regexp_matches(pg_get_constraintdef(k.oid), '''([^'']+)''::text', 'g') s) m
    where k.contype = 'c'
    union
    select replace(c.relname || '.' || a.attname, '_', '-'), substring(pg_get_expr(d.adbin, d.adrelid) from '^''([^'']+)''::text$')
    from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'public'::regnamespace and pg_get_expr(d.adbin, d.adrelid) ~ '^''[^'']+''::text$'`.execute(
    api.store.db,
  );
  expect(rows.length).toBeGreaterThan(200);
  // Names people know where the table is called otherwise.
  const named: Record<string, string> = { rung: 'step', 'work-order': 'task', wake: 'process' };
  const res = await Promise.all(
    ['en', 'zh'].map((language) => api.as('auditor').get('/v1/codes').set('Accept-Language', language)),
  );
  const [en, zh] = res.map(({ body }) => (body as { data: { field: string; code: string; text: string }[] }).data);
  const textOf = (list: typeof en, field: string, code: string) =>
    list?.find((entry) => entry.field === field && entry.code === code)?.text;
  const without = rows.filter(({ field, code }) => {
    const [table = '', column = ''] = field.split('.');
    const at = `${named[table] ?? table}.${column}`;
    const words = [textOf(en, at, code), textOf(zh, at, code)];
    return !/^[\x20-\x7e]{2,}$/.test(words[0] ?? '') || !/[一-鿿]/.test(words[1] ?? '');
  });
  expect(without).toEqual([]);
  expect(Object.keys(codeWords).length).toBe(new Set(en?.map(({ field }) => field)).size);
});

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../store/platform/database.ts';
import type { Database } from '../../store/platform/database.ts';
import { migrate } from '../../store/platform/migrate.ts';
import { freshDatabase } from '../support/database.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Database;
beforeAll(async () => {
  database = await freshDatabase();
  db = openDatabase({ url: database.url, max: 1, role: null });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const run = (text: string) => sql.raw(text).execute(db);
const FORMER = 'select minor > 1000';
const HUGE = '9007199254740993';

/** The database as an earlier build left it, whose `out_of_sum` read otherwise, with what holds its answers. */
async function byFormerText(body: string): Promise<void> {
  await run(`create or replace function out_of_sum(minor bigint) returns boolean language sql immutable as '${body}'`);
  await run(`update function_source set checksum = 'of an earlier build' where name = 'out_of_sum'`);
}

/** How many rows each of these indexes took in when it was built last: no query tells, which looks at the rows again. */
async function tookIn(...indexes: string[]): Promise<number[]> {
  const { rows } = await sql<{ n: number }>`
    select reltuples::int as n from unnest(${indexes}::text[]) with ordinality i(name, place) join pg_class on oid = to_regclass(i.name)
    order by place`.execute(db);
  return rows.map(({ n }) => n);
}

it('indexes and stored columns hold what a function answers as it reads now, also one that another calls, after the run that replaced it', async () => {
  await byFormerText(FORMER);
  await run(
    `create function bounded(minor bigint) returns boolean language sql immutable as 'select not public.out_of_sum(minor)'`,
  );
  await run('create table held (id int primary key, minor bigint)');
  await run('create table stored (minor bigint, faulty boolean generated always as (out_of_sum(minor)) stored)');
  await run(`insert into held values (1, 5), (2, 5000), (3, ${HUGE})`);
  await run('insert into stored select minor from held');
  await run('create index held_faulty on held (id) where out_of_sum(minor)');
  await run('create index held_bounded on held (id) where bounded(minor)');
  expect(await tookIn('held_faulty', 'held_bounded')).toEqual([2, 1]);
  expect((await migrate(database.url)).functions).toEqual(['out_of_sum']);
  expect(await tookIn('held_faulty', 'held_bounded')).toEqual([1, 2]);
  expect(
    (await sql`select faulty from stored order by minor`.execute(db)).rows.map((row) => (row as { faulty: boolean }).faulty),
  ).toEqual([false, false, true]);
  await run('drop table held, stored');
  await run('drop function bounded');
});

it('each index of ours that a replaced function stands in is built anew, and none when it reads as before', async () => {
  const files = async () => {
    const { rows } = await sql<{ name: string; file: string }>`
      select relname as name, relfilenode::text as file from pg_class where relkind = 'i' and relnamespace = 'public'::regnamespace`.execute(
      db,
    );
    return new Map(rows.map(({ name, file }) => [name, file]));
  };
  const rebuilt = async () => {
    const before = await files();
    expect((await migrate(database.url)).functions).toEqual(['out_of_sum']);
    return [...(await files())]
      .filter(([name, file]) => before.get(name) !== file && !/^pg_/.test(name))
      .map(([name]) => name)
      .sort();
  };
  await byFormerText(FORMER);
  const ours = ['credit_note', 'invoice', 'payment', 'promise', 'receivable', 'sales_order'];
  expect(await rebuilt()).toEqual(ours.map((table) => `${table}_faulty`));
  await run(`update function_source set checksum = 'a comment was another' where name = 'out_of_sum'`);
  expect(await rebuilt()).toEqual([]);
});

it('rows that a check lets pass no more stop the run with a sentence that names it, and nothing is changed', async () => {
  await byFormerText('select false');
  await run('create table checked (id int primary key, minor bigint constraint in_bounds check (not out_of_sum(minor)))');
  await run(`insert into checked values (1, 5), (2, ${HUGE}), (3, null)`);
  const sentence =
    /^1 rows of checked do not pass its check in_bounds as the function reads now \(out_of_sum\): nothing was changed/;
  await expect(migrate(database.url)).rejects.toThrow(sentence);
  const { rows } =
    await sql`select out_of_sum(${HUGE}) as out, (select checksum from function_source where name = 'out_of_sum')`.execute(db);
  expect(rows).toEqual([{ out: false, checksum: 'of an earlier build' }]);
  await run('update checked set minor = 7 where id = 2');
  expect((await migrate(database.url)).functions).toEqual(['out_of_sum']);
  await expect(run(`insert into checked values (4, ${HUGE})`)).rejects.toMatchObject({ code: '23514' });
  await run('drop table checked');
});

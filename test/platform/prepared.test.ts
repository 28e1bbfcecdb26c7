import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../store/platform/database.ts';
import { among } from '../../store/platform/prepared.ts';
import { freshDatabase } from '../support/database.ts';

async function database() {
  const { url, drop } = await freshDatabase();
  const db = openDatabase({ url, max: 1 });
  onTestFinished(async () => {
    await db.destroy();
    await drop();
  });
  return db;
}

test('a statement met again is prepared, one without parameters or met once is not', async () => {
  const db = await database();
  for (let time = 0; time < 3; time += 1) await sql`select ${time}::int as time`.execute(db);
  await sql`select ${1}::int as once`.execute(db);
  const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db);
  expect(rows.map((row) => row.statement)).toEqual(['select $1::int as time']);
});

test('an insert that meets a partial index works however often it is repeated', async () => {
  const db = await database();
  await sql`create temporary table one_open (customer int, state text)`.execute(db);
  await sql`create unique index on one_open (customer) where state <> 'closed'`.execute(db);
  for (let customer = 0; customer < 12; customer += 1)
    await sql`insert into one_open values (${customer % 6}, 'open') on conflict (customer) where state <> ${'closed'} do nothing`.execute(
      db,
    );
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from one_open`.execute(db);
  expect(rows).toEqual([{ count: 6 }]);
});

test('one value is compared by equality, several or none as a list, with the same answer', async () => {
  const db = await database();
  const found = async (values: readonly string[]) => {
    const { rows } = await sql<{
      word: string;
    }>`select word from (values ('a'), ('b'), ('c')) w (word) where ${among('word', values, 'text')} order by 1`.execute(db);
    return rows.map((row) => row.word);
  };
  expect(await found(['b'])).toEqual(['b']);
  expect(await found(['a', 'c'])).toEqual(['a', 'c']);
  expect(await found([])).toEqual([]);
});

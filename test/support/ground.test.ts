import { Connection } from '@temporalio/client';
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { freshDatabase } from './database.ts';

async function clientOf(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

test('two fresh databases are migrated and do not see each other', async () => {
  const [one, two] = await Promise.all([freshDatabase(), freshDatabase()]);
  const [a, b] = [await clientOf(one.url), await clientOf(two.url)];
  await a.query('create table only_here ()');
  const seen = "select count(*)::int as n from information_schema.tables where table_name = 'only_here'";
  const migrated = "select count(*)::int > 5 as n from information_schema.tables where table_schema = 'public'";
  expect((await a.query(seen)).rows).toEqual([{ n: 1 }]);
  expect((await b.query(seen)).rows).toEqual([{ n: 0 }]);
  expect((await b.query(migrated)).rows).toEqual([{ n: true }]);
  await Promise.all([a.end(), b.end()]);
  await Promise.all([one.drop(), two.drop()]);
});

test('the database sorts and folds case by code point on every system', async () => {
  const client = await clientOf(inject('postgresUrl'));
  const { rows } = await client.query<{ w: string }>("select w from unnest(array['b','B','é','医','a']) w order by w");
  expect(rows.map((row) => row.w)).toEqual(['B', 'a', 'b', 'é', '医']);
  const facts = await client.query("select upper('é') as u, current_setting('server_encoding') as e");
  expect(facts.rows).toEqual([{ u: 'É', e: 'UTF8' }]);
  await client.end();
});

test('workflows can be searched by customer, stage and kind from the first moment', async () => {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  onTestFinished(() => connection.close());
  const namespace = inject('temporalNamespace');
  const query = "CustomerId = 'c' and Stage = 'due' and Kind = 'receivable'";
  const answer = await connection.workflowService.countWorkflowExecutions({ namespace, query });
  expect(Number(answer.count)).toBe(0);
});

import { sql } from 'kysely';
import type { Tx } from './database.ts';
import { SchemaError } from './schema-error.ts';

/** What holds a function's answers: an index by its expression or predicate, a stored column, a check of rows that are there. */
interface Holder {
  kind: 'index' | 'column' | 'check';
  /** Quoted as the database needs it, and so is `name`. */
  table: string;
  name: string;
  expression: string | null;
}

/** The functions of the database as they read, by name. */
export async function definitions(tx: Tx): Promise<Map<string, string>> {
  const { rows } = await sql<{ name: string; text: string }>`
    select proname as name, pg_get_functiondef(oid) as text from pg_proc where pronamespace = 'public'::regnamespace`.execute(tx);
  return new Map(rows.map(({ name, text }) => [name, text]));
}

/** Holders of what these functions answer, or functions that call them: the catalog does not know what a function's text calls. */
async function holdersOf(tx: Tx, functions: readonly string[]): Promise<Holder[]> {
  const { rows } = await sql<Holder>`
    with recursive answering(oid, name) as (
      select oid, proname from pg_proc where pronamespace = 'public'::regnamespace and proname = any(${functions}::name[])
      union
      select p.oid, p.proname from answering a join pg_proc p on p.prosrc ~ ('\\m' || a.name || '\\M') where p.pronamespace = 'public'::regnamespace),
    used as (
      select distinct classid, objid, objsubid from pg_depend join answering a on refclassid = 'pg_proc'::regclass and refobjid = a.oid)
    select 'column' as kind, a.attrelid::regclass::text as "table", quote_ident(a.attname) as name, pg_get_expr(d.adbin, d.adrelid) as expression
      from used u join pg_attrdef d on u.classid = 'pg_attrdef'::regclass and d.oid = u.objid
      join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated = 's'
    union all
    select 'check', c.conrelid::regclass::text, quote_ident(c.conname), pg_get_expr(c.conbin, c.conrelid)
      from used u join pg_constraint c on u.classid = 'pg_constraint'::regclass and c.oid = u.objid
      where c.contype = 'c' and c.convalidated and c.conrelid <> 0
    union all
    select 'index', i.indrelid::regclass::text, i.indexrelid::regclass::text, null
      from used u join pg_index i on u.classid = 'pg_class'::regclass and i.indexrelid = u.objid
    order by 1 desc, 2, 3`.execute(tx);
  return rows;
}

async function judge(tx: Tx, { table, name, expression }: Holder, functions: readonly string[]): Promise<void> {
  // Who writes meanwhile has judged by the former text.
  await sql.raw(`lock table ${table} in share mode`).execute(tx);
  const { rows } = await sql.raw<{ n: number }>(`select count(*)::int as n from ${table} where not (${expression})`).execute(tx);
  const n = rows[0]?.n ?? 0;
  if (n === 0) return;
  const names = functions.join(', ');
  throw new SchemaError(
    `${n} rows of ${table} do not pass its check ${name} as the function reads now (${names}): nothing was changed; put these rows right, or change the check by a migration, then migrate again.`,
    `按函数的新写法（${names}），表 ${table} 有 ${n} 行不符合检查约束 ${name}：未作任何更改；请更正这些行，或用迁移修改该约束，然后重新迁移。`,
  );
}

/**
 * Brings whatever holds answers of these functions to what they answer now: stored columns are reckoned and indexes built anew, rows are held
 * against checks. Throws SchemaError when rows do not pass one. The session must not have used their tables while the functions read otherwise.
 */
export async function followFunctions(tx: Tx, functions: readonly string[]): Promise<void> {
  for (const holder of functions.length === 0 ? [] : await holdersOf(tx, functions)) {
    const { kind, table, name, expression } = holder;
    if (kind === 'check') await judge(tx, holder, functions);
    else if (kind === 'index') await sql.raw(`reindex index ${name}`).execute(tx);
    else await sql.raw(`alter table ${table} alter column ${name} set expression as (${expression})`).execute(tx);
  }
}

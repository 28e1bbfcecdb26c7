import { sql } from 'kysely';
import { openDatabase } from '../../store/platform/database.ts';

async function facts(url: string, query: string): Promise<string[]> {
  const db = openDatabase({ url, max: 1, role: null });
  try {
    const { rows } = await sql.raw<{ fact: string }>(query).execute(db);
    return rows.map(({ fact }) => fact).sort();
  } finally {
    await db.destroy();
  }
}

const OURS = `relnamespace = 'public'::regnamespace and relname !~ '^(kysely_migration|_prisma_migrations)'`;

/** All that the catalog has of the schema at `url` but the books of what was applied. */
export async function catalogOf(url: string): Promise<string[]> {
  const columns = await facts(
    url,
    `select concat_ws(' ', 'column', relname, attname, format_type(atttypid, atttypmod), case when attnotnull then 'not null' end,
        nullif(attidentity, ''), pg_get_expr(adbin, adrelid), col_description(c.oid, attnum)) as fact
      from pg_class c join pg_attribute a on attrelid = c.oid and attnum > 0 and not attisdropped
      left join pg_attrdef d on adrelid = c.oid and adnum = attnum where ${OURS} and relkind in ('r', 'v', 'c')
    union all select concat_ws(' ', 'constraint', relname, conname, pg_get_constraintdef(o.oid))
      from pg_constraint o join pg_class c on c.oid = conrelid where ${OURS}
    union all select concat_ws(' ', 'index', pg_get_indexdef(indexrelid)) from pg_index join pg_class c on c.oid = indrelid where ${OURS}
    union all select concat_ws(' ', 'function', pg_get_functiondef(oid), proacl) from pg_proc where pronamespace = 'public'::regnamespace`,
  );
  return [...columns, ...(await beyondPrisma(url))];
}

/** What the catalog has of the schema at `url` and no Prisma schema can say: a fact a line. */
export function beyondPrisma(url: string): Promise<string[]> {
  return facts(
    url,
    `select concat_ws(' ', 'check', relname, conname, pg_get_constraintdef(o.oid)) as fact
      from pg_constraint o join pg_class c on c.oid = conrelid where contype = 'c' and ${OURS}
    union all select concat_ws(' ', 'deferrable', relname, conname) from pg_constraint o join pg_class c on c.oid = conrelid
      where condeferrable and ${OURS}
    union all select concat_ws(' ', 'index', pg_get_indexdef(indexrelid)) from pg_index join pg_class c on c.oid = indrelid
      where (indpred is not null or indexprs is not null or indnkeyatts <> indnatts) and ${OURS}
    union all select concat_ws(' ', 'trigger', proname, 'by', pg_get_triggerdef(t.oid)) from pg_trigger t join pg_proc p on p.oid = tgfoid where not tgisinternal
    union all select concat_ws(' ', 'function', oid::regprocedure, pg_get_function_result(oid)) from pg_proc where pronamespace = 'public'::regnamespace
    union all select concat_ws(' ', 'type', t.typname, string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum))
      from pg_type t join pg_class c on c.oid = t.typrelid join pg_attribute a on attrelid = c.oid where relkind = 'c' and ${OURS} group by t.typname
    union all select concat_ws(' ', 'view', relname, regexp_replace(pg_get_viewdef(oid), '\\s+', ' ', 'g')) from pg_class where relkind = 'v' and ${OURS}
    union all select concat_ws(' ', 'storage', relname, reloptions) from pg_class where reloptions is not null and ${OURS}
    union all select concat_ws(' ', 'grant', relname, grantee::regrole, string_agg(privilege_type, ', ' order by privilege_type))
      from pg_class c, lateral aclexplode(relacl) where grantee <> relowner and ${OURS} group by relname, grantee
    union all select concat_ws(' ', 'comment', relname, obj_description(oid, 'pg_class')) from pg_class
      where obj_description(oid, 'pg_class') is not null and ${OURS}`,
  );
}

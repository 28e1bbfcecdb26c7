import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { normalAccount, normalName } from '../../domain/credit/quality.ts';
import { normalTaxId } from '../../domain/customers/tax-id.ts';
import type { Tx } from '../platform/database.ts';
import { recordset } from '../platform/rows.ts';

interface Keyed {
  id: string;
  name: string;
  taxId: string | null;
  bank: string | null;
}

/** Keeps what duplicates are found by in step with the customers. The account stands there as a hash: equal or not is all it is for. */
export async function keepCustomerKeys(tx: Tx, customerIds: readonly string[]): Promise<void> {
  const ids = [...customerIds];
  const { rows } = await sql<Keyed>`
    select c.id, c.name, c.tax_id as "taxId", f.value #>> '{}' as bank
    from customer c left join profile_fact f on f.customer_id = c.id and f.name = 'bankAccount' and f.superseded_at is null
    where c.id = any(${ids}::uuid[])`.execute(tx);
  const keys = rows.flatMap(({ id, name, taxId, bank }) => [
    { customer_id: id, kind: 'name', key: normalName(name) },
    ...(taxId === null ? [] : [{ customer_id: id, kind: 'tax-id', key: normalTaxId(taxId) }]),
    ...(bank === null ? [] : [{ customer_id: id, kind: 'bank', key: hashOf(normalAccount(bank)) }]),
  ]);
  const x = recordset(keys, 'customer_id uuid, kind text, key text');
  await sql`delete from customer_key k where k.customer_id = any(${ids}::uuid[])
    and not exists (select from ${x} where x.customer_id = k.customer_id and x.kind = k.kind)`.execute(tx);
  await sql`
    insert into customer_key (customer_id, kind, key) select customer_id, kind, key from ${x} order by customer_id, kind
    on conflict (customer_id, kind) do update set key = excluded.key where customer_key.key <> excluded.key`.execute(tx);
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

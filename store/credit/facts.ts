import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { factTable } from '../../domain/credit/facts.ts';
import type { FactName, FactSource } from '../../domain/credit/facts.ts';
import type { Evidence, FactValue } from '../../domain/credit/profile.ts';
import { recordset } from '../platform/rows.ts';
import type { EventFact, Work } from '../platform/transaction.ts';

/** A fact somebody tells. */
export interface ToldFact {
  customerId: string;
  name: FactName;
  value: FactValue;
  asOf: BusinessDate;
  source: FactSource;
  evidence: Evidence | null;
}

export interface FactEffects {
  audit: AuditFact[];
  events: EventFact[];
}

interface Standing {
  customerId: string;
  name: FactName;
  value: FactValue;
  asOf: BusinessDate;
  source: FactSource;
  repeated: boolean;
}

/**
 * Enters facts for many customers. The newest by its as-of date counts; one told with an older date goes to the history alone. The same
 * value of the same day from the same source again changes nothing. The caller holds the lock of each customer.
 */
export async function recordFacts(work: Work, by: string, told: readonly ToldFact[]): Promise<FactEffects> {
  const { tx, at } = work;
  if (told.length === 0) return { audit: [], events: [] };
  const rows = told.map(({ customerId, name, value, asOf, source, evidence }) => ({
    customer_id: customerId,
    name,
    value,
    as_of: asOf,
    source,
    evidence,
  }));
  const { rows: standing } = await sql<Standing & { newer: boolean }>`
    with x as (select * from ${recordset(rows, 'customer_id uuid, name text, value jsonb, as_of date, source text, evidence jsonb')}),
    known as (
      select x.*, f.id as before_id, f.value as before, f.as_of as before_as_of, f.source as before_source,
        f.id is not null and f.value = x.value and f.as_of = x.as_of and f.source = x.source and f.evidence is not distinct from nullif(x.evidence, 'null') as repeated,
        f.id is null or f.as_of <= x.as_of as newer
      from x left join profile_fact f on f.customer_id = x.customer_id and f.name = x.name and f.superseded_at is null),
    old as (
      update profile_fact f set superseded_at = ${at.now}::timestamptz from known k where f.id = k.before_id and k.newer and not k.repeated returning f.id)
    select k.customer_id as "customerId", k.name, k.before as value, k.before_as_of as "asOf", k.before_source as source, k.repeated, k.newer,
      (select count(*) from old) as old
    from known k`.execute(tx);
  const before = new Map(standing.map((one) => [`${one.customerId}/${one.name}`, one]));
  const fresh = told.filter((one) => before.get(`${one.customerId}/${one.name}`)?.repeated === false);
  await insertFacts(work, by, fresh, before);
  return effectsOf(fresh, before);
}

type Before = ReadonlyMap<string, Standing & { newer: boolean }>;
const keyOf = (one: ToldFact): string => `${one.customerId}/${one.name}`;

/** Apart from the statement that put the old ones aside: within one, the index of current facts would still see them. */
async function insertFacts({ tx, at }: Work, by: string, fresh: readonly ToldFact[], before: Before): Promise<void> {
  if (fresh.length === 0) return;
  const rows = fresh.map((one) => ({
    customer_id: one.customerId,
    name: one.name,
    value: one.value,
    as_of: one.asOf,
    source: one.source,
    evidence: one.evidence,
    newer: before.get(keyOf(one))?.newer ?? true,
  }));
  await sql`
    insert into profile_fact (customer_id, name, value, as_of, source, evidence, recorded_at, recorded_by, superseded_at)
    select customer_id, name, value, as_of, source, nullif(evidence, 'null'), ${at.now}::timestamptz, ${by}, case when newer then null else ${at.now}::timestamptz end
    from ${recordset(rows, 'customer_id uuid, name text, value jsonb, as_of date, source text, evidence jsonb, newer boolean')}`.execute(
    tx,
  );
}

/** One audit entry and one event a customer, with what was told and what stood there before. Secret values stay out of the record. */
function effectsOf(fresh: readonly ToldFact[], before: Before): FactEffects {
  const effects: FactEffects = { audit: [], events: [] };
  for (const customerId of new Set(fresh.map((one) => one.customerId))) {
    const facts = fresh.filter((one) => one.customerId === customerId);
    const about = { subjectKind: 'customer', subjectId: customerId, customerId };
    const shown = facts.map((one) => [
      one.name,
      { value: shownValue(one.name, one.value), asOf: one.asOf, source: one.source, evidence: one.evidence },
    ]);
    const were = facts.flatMap((one) => {
      const was = before.get(keyOf(one));
      return was && was.asOf !== null
        ? [[one.name, { value: shownValue(one.name, was.value), asOf: was.asOf, source: was.source }] as const]
        : [];
    });
    effects.audit.push({
      ...about,
      action: 'profile.facts-recorded',
      before: Object.fromEntries(were),
      after: Object.fromEntries(shown),
    });
    effects.events.push({ ...about, kind: 'profile.changed', data: { facts: facts.map((one) => one.name) } });
  }
  return effects;
}

const SHOWN_PLACES = 4;

/** A value as people and the record see it: of a secret one its last four characters. */
export function shownValue(name: FactName, value: FactValue): FactValue {
  return factTable[name].secret && typeof value === 'string' ? `…${value.slice(-SHOWN_PLACES)}` : value;
}

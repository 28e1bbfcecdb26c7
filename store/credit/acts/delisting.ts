import { sql } from 'kysely';
import { listsLeft } from '../../../domain/credit/facts.ts';
import type { ListEntry } from '../../../domain/credit/facts.ts';
import type { BusinessDate } from '../../../domain/platform/calendar.ts';
import { recordFacts } from '../facts.ts';
import type { ToldFact } from '../facts.ts';
import { factsTold } from '../facts-told.ts';
import type { Tx } from '../../platform/database.ts';
import { write } from '../../platform/transaction.ts';
import type { Effects } from '../../platform/effects.ts';
import { askForChanges } from './customer-changes.ts';
import type { Sending } from '../../customers/events.ts';
import type { ActKind } from '../../approvals/pending.ts';

/** That a customer is off a list as somebody told it: whoever alone could say so would supply whom nobody may supply. */
export const delistingAct: ActKind<ToldFact> = {
  kind: 'delisting',
  async carryOut({ store, actor, act }, fact) {
    return write<Record<string, unknown>>(store, actor, async (work) => {
      const { tx } = work;
      await sql`select from customer where id = ${fact.customerId}::uuid for no key update`.execute(tx);
      const recorded = await recordFacts(work, act.requestedBy, [fact]);
      const effects = await factsTold(work, fact.customerId, [fact.name]);
      const value = { customer: act.customer, listed: fact.value };
      const [first, ...more] = [...recorded.audit.map((audit) => ({ ...audit, reason: act.reason })), ...effects.audit];
      return first
        ? { value, ...effects, audit: [first, ...more], events: [...recorded.events, ...effects.events] }
        : { value, audit: null };
    });
  },
};

/** What was told of one customer's list entries; `left`: the lists it would be off by it, none: it takes it off none. */
interface Delisting {
  fact: ToldFact;
  code: string;
  left: readonly string[];
}

/** Parts what people told: what takes a customer off a list waits, the rest is entered now. What is older than what is known takes nobody off. */
export async function withoutDelistings(
  tx: Tx,
  told: readonly ToldFact[],
): Promise<{ now: ToldFact[]; delistings: Delisting[] }> {
  const entries = told.filter((fact) => fact.name === 'listed');
  if (entries.length === 0) return { now: [...told], delistings: [] };
  const { rows } = await sql<{ id: string; code: string; value: readonly ListEntry[]; asOf: BusinessDate }>`
    select c.id, c.external_id as code, f.value, f.as_of as "asOf" from profile_fact f join customer c on c.id = f.customer_id
    where f.name = 'listed' and f.superseded_at is null and c.id = any(${entries.map((one) => one.customerId)}::uuid[])`.execute(
    tx,
  );
  const known = new Map(rows.map((row) => [row.id, row]));
  const delistings = entries.flatMap((fact): Delisting[] => {
    const standing = known.get(fact.customerId);
    if (!standing || fact.asOf < standing.asOf) return [];
    return [{ fact, code: standing.code, left: listsLeft(standing.value, fact.value as readonly ListEntry[]) }];
  });
  const waiting = new Set(delistings.filter(({ left }) => left.length > 0).map(({ fact }) => fact));
  return { now: told.filter((fact) => !waiting.has(fact)), delistings };
}

/** Asks a second person for what takes customers off a list; what waited for other entries is overtaken. */
export const askForDelistings = (sending: Sending, delistings: readonly Delisting[]): Promise<Effects> =>
  askForChanges(
    sending,
    delistingAct,
    delistings.map(({ fact, code, left }) => ({
      customerId: fact.customerId,
      payload: left.length > 0 ? fact : null,
      about: `list entries of customer ${code}`,
      what: { customer: code, off: left, asOf: fact.asOf },
    })),
  );

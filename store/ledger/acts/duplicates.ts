import { sql } from 'kysely';
import type { Actor } from '../../../domain/platform/actor.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { Refusal } from '../../../domain/platform/refusal.ts';
import type { LaidShare } from '../../../domain/ledger/take-back.ts';
import type { Tx } from '../../platform/database.ts';
import { moveClaims } from '../claims-moved.ts';
import { dropDiscounts } from '../discounts.ts';
import { closeDoubt, followersOf, lockDocument } from '../duplicates.ts';
import type { LockedDocument } from '../duplicates.ts';
import { releaseShares } from '../money-sources.ts';
import { lockPayersOf, unappliedChanged } from '../unapplied.ts';
import { lockReceivables } from '../receivable-facts.ts';
import { write, asksOf, eventOf } from '../../platform/transaction.ts';
import type { Store, Work } from '../../platform/transaction.ts';
import type { Unapplied } from '../unapplied.ts';
import { invoicesCorrected } from '../events.ts';
import { answerOfAsking, proposeAct } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind } from '../../approvals/pending.ts';
import { addEffects } from '../../platform/effects.ts';

/** Takes an invoice that is a duplicate out: nothing is owed on it, money that lay on it is unapplied again, and what was disputed or promised of it goes to the other. */
export const duplicateAct: ActKind<{ invoice: string }> = {
  kind: 'duplicate-invoice',
  async carryOut({ store, actor, act }, { invoice }) {
    return write(store, { ...actor, role: 'system' }, async (work) => {
      const { tx, at } = work;
      const found = await lockDocument(tx, { ...actor, role: 'system' }, 'invoice', invoice);
      const followers = await lookalikesOf(tx, found);
      const { id, externalId, customerId, currency, amountMinor } = found;
      await lockPayersOf(tx, [customerId]);
      const [twin] = followers;
      const stays = await partsOf(tx, (await liveTwinOf(tx, id)) ?? twin);
      await lockReceivables(tx, [...(await partsOf(tx, id)), ...stays]);
      const parts = await lockedParts(tx, id);
      const dropped = await dropDiscounts(work, parts);
      const freed = await freeMoney(work, parts);
      await sql`
        update receivable set withdrawn = true, credited_minor = amount_minor where id = any(${parts}::uuid[]) and not withdrawn`.execute(
        tx,
      );
      const moved = await moveClaims(work, parts, stays);
      if (twin !== undefined)
        await sql`
          insert into duplicate_doubt (document_id, kind, twin_id, opened_at) values (${id}::uuid, 'invoice', ${twin}::uuid, ${at.now}::timestamptz)
          on conflict (document_id) do update set twin_id = excluded.twin_id`.execute(tx);
      const effects = await closeDoubt(work, { kind: 'invoice', id }, 'duplicate', act.reason);
      for (const follower of followers)
        addEffects(effects, await closeDoubt(work, { kind: 'invoice', id: follower }, 'corrected'));
      addEffects(effects, dropped);
      addEffects(effects, moved);
      addEffects(effects, await invoicesCorrected.tell({ tx, at, actor, store }, [id], []));
      addEffects(effects, await unappliedChanged(work, freed));
      const audit = {
        action: 'invoice.duplicate',
        subjectKind: 'invoice',
        subjectId: id,
        customerId,
        reason: act.reason,
        before: { duplicate: found.duplicate },
        after: { externalId, amountMinor, currency, freed: freed.map((one) => one.externalId) },
      };
      return {
        value: { invoice: externalId, amount: formatAmount(amountMinor, currency), currency },
        audit: [audit, ...effects.audit],
        asks: [...asksOf(parts), ...effects.asks],
        posts: effects.posts,
        events: [eventOf(audit), ...effects.events],
      };
    });
  },
};

/**
 * The documents in doubt because they look like this one, under the lock of its customer. Judged when it is asked for and again when it is
 * carried out: of a pair only one goes. Throws Refusal `not-open` when it looks like no other (any more).
 */
async function lookalikesOf(tx: Tx, { id, duplicate }: LockedDocument): Promise<string[]> {
  const followers = await followersOf(tx, id);
  if (followers.length === 0 && (await liveTwinOf(tx, id)) === undefined)
    throw new Refusal('not-open', { state: duplicate?.state ?? 'not-suspected' });
  return followers;
}

/** The document that it looks like, unless that was taken out itself. */
async function liveTwinOf(tx: Tx, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select d.twin_id as id from duplicate_doubt d where d.document_id = ${id}::uuid and d.state in ('suspected', 'both-right')
      and not exists (select from duplicate_doubt t where t.document_id = d.twin_id and t.state = 'duplicate')`.execute(tx);
  return rows[0]?.id;
}

async function partsOf(tx: Tx, invoice: string | undefined): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from receivable where invoice_id = ${invoice ?? null}::uuid order by id`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Its receivables under their locks, judged when it is asked for and again when it is carried out. Throws Refusal `instalment-has-money` where a write-off stands, recovered or not. */
async function lockedParts(tx: Tx, invoice: string): Promise<string[]> {
  const ids = await partsOf(tx, invoice);
  await lockReceivables(tx, ids);
  const { rows } = await sql<{ no: number }>`
    select r.instalment as no from receivable r join write_off w on w.receivable_id = r.id and w.reversed_at is null
    where r.id = any(${ids}::uuid[]) order by 1 limit 1`.execute(tx);
  if (rows[0]) throw new Refusal('instalment-has-money', { instalment: rows[0].no });
  return ids;
}

type Laid = LaidShare & Omit<Unapplied, 'unappliedMinor'> & { sourceId: string; leftMinor: number };

/** Takes all money and credits off receivables that are locked; what lay there is unapplied again. */
async function freeMoney(work: Work, receivables: readonly string[]): Promise<Unapplied[]> {
  const { tx } = work;
  const { rows } = await sql<Laid>`
    select a.id, a.receivable_id as "receivableId", a.amount_minor as "amountMinor", a.recovered_minor as "recoveredMinor",
      case when p.id is null then 'credit-note' else 'payment' end as kind, coalesce(p.id, n.id) as "sourceId",
      coalesce(p.external_id, n.external_id) as "externalId", coalesce(p.customer_id, n.customer_id) as "customerId",
      coalesce(p.currency, n.currency) as currency, p.order_code as "order", coalesce(p.unapplied_minor, n.unapplied_minor) as "leftMinor"
    from allocation a left join payment p on p.id = a.payment_id left join credit_note n on n.id = a.credit_note_id
    where a.receivable_id = any(${[...receivables]}::uuid[]) and a.reversed_at is null order by a.id`.execute(tx);
  const freed = new Map<string, Unapplied>();
  for (const kind of ['payment', 'credit-note'] as const) {
    const shares = rows.filter((row) => row.kind === kind);
    await releaseShares(work, { kind }, shares);
    for (const { sourceId, leftMinor, amountMinor, externalId, customerId, currency, order } of shares) {
      const unappliedMinor = (freed.get(sourceId)?.unappliedMinor ?? leftMinor) + amountMinor;
      freed.set(sourceId, { kind, externalId, customerId, currency, order, unappliedMinor });
    }
  }
  for (const [id, { kind, unappliedMinor }] of freed)
    await sql`
      update ${sql.table(kind === 'payment' ? 'payment' : 'credit_note')} set unapplied_minor = ${unappliedMinor}::bigint
      where id = ${id}::uuid`.execute(tx);
  return [...freed.values()];
}

/**
 * Asks for an invoice that looks like another one to be taken out as a duplicate, either of the two; a second person decides. Throws Refusal
 * `not-found`, `not-open` when it looks like no other, `instalment-has-money` where a write-off stands.
 */
export async function askForDuplicate(store: Store, actor: Actor, invoice: string, reason: string): Promise<ActAnswer> {
  return write<ActAnswer>(store, actor, async (work) => {
    const { tx } = work;
    const found = await lockDocument(tx, actor, 'invoice', invoice);
    await lookalikesOf(tx, found);
    await lockedParts(tx, found.id);
    const { id, externalId, customerId, currency, amountMinor, duplicate } = found;
    const amount = formatAmount(amountMinor, currency);
    const asked = await proposeAct(work, duplicateAct, {
      customerId,
      subject: { kind: 'invoice', id },
      about: `invoice ${externalId}`,
      given: { amountMinor, currency },
      what: { amount, currency, invoice: externalId, like: duplicate?.of ?? null },
      payload: { invoice: id },
      reason,
    });
    return answerOfAsking(asked);
  });
}

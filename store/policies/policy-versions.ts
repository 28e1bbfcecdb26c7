import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import type { PolicyContents, PolicyKind } from '../../domain/policy.ts';
import { policyFaultsFrom } from '../../domain/policy-faults.ts';
import { LostRace } from '../platform/rows.ts';
import { refuseOwn } from '../access/second-person.ts';
import { momentOf, write, eventOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import type { PolicyFault } from '../../domain/platform/policy-fault.ts';
import { contentHash } from '../platform/content-hash.ts';
import { daysOf } from './policy-days.ts';

const MOST_FAULTS = 100;

export interface NewPolicy<K extends PolicyKind> {
  content: PolicyContents[K];
  /** Null: today. */
  effectiveFrom: BusinessDate | null;
  reason: string;
  /** The version the author saw (If-Match); null: whatever it is. */
  seen: number | null;
}

/** Keeps a new version of a policy, to be approved by somebody else. Throws Refusal `policy-invalid` naming each fault, or `version-mismatch`. */
export async function addPolicyVersion<K extends PolicyKind>(
  store: Store,
  actor: Actor,
  kind: K,
  { content, effectiveFrom, reason, seen }: NewPolicy<K>,
): Promise<{ kind: K; version: number }> {
  const { today } = await momentOf(store.db, store);
  const days = await daysOf(store.db, { kind, version: null, from: effectiveFrom ?? today }, today);
  refuseFaults(policyFaultsFrom(kind, content, days));
  return write(store, actor, async ({ tx, at }) => {
    const newest = await tx
      .selectFrom('policy')
      .selectAll()
      .where('kind', '=', kind)
      .orderBy('version', 'desc')
      .limit(1)
      .forUpdate()
      .executeTakeFirst();
    const before = newest?.version ?? 0;
    if (seen !== null && seen !== before)
      throw new Refusal('version-mismatch', { given: seen, current: before }, { pointer: 'If-Match' });
    const from = effectiveFrom ?? at.today;
    if (from < at.today) throw invalidAt('/effectiveFrom', 'too-early', { date: from, earliest: at.today });
    const version = before + 1;
    const row = await tx
      .insertInto('policy')
      .values({
        kind,
        version,
        content: JSON.stringify(content),
        content_hash: contentHash(content),
        effective_from: from,
        author: actor.id,
        created_at: at.now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('version')
      .executeTakeFirst();
    if (!row) throw new LostRace('a policy version was written meanwhile');
    const audit = {
      action: 'policy.written',
      subjectKind: 'policy',
      subjectId: `${kind}/${version}`,
      reason,
      before: newest ? { version: newest.version, contentHash: newest.content_hash } : null,
      after: { version, contentHash: contentHash(content), effectiveFrom: from },
    };
    return { value: { kind, version }, audit: [audit], events: [eventOf(audit)] };
  });
}

/** Throws Refusal `policy-invalid` that names each fault by its place, the first hundred of them. */
function refuseFaults(all: readonly PolicyFault[]): void {
  const faults = all.slice(0, MOST_FAULTS);
  if (faults.length === 0) return;
  // What has a sentence of its own is said there, in the reader's language.
  const plain = faults.filter(({ code }) => code === undefined).map(({ what }) => what);
  const reasons = faults.map(({ at, what, code, params }) => ({
    ...(code === undefined ? { code: 'policy-invalid' as const, params: { what } } : { code, params: params ?? {} }),
    pointer: `/content${at}`,
  }));
  throw new Refusal('policy-invalid', plain.length > 0 ? { what: plain.join('; ') } : {}, { reasons });
}

/**
 * Approves a version, once, by another person than its author: from its day on it is in force. Throws Refusal `policy-invalid` when it does
 * not fit beside what is approved by now for the days on which it will count, or was written when less was checked.
 */
export async function approvePolicyVersion(
  store: Store,
  actor: Actor,
  kind: PolicyKind,
  version: number,
  reason: string | null,
): Promise<{ kind: PolicyKind; version: number; approvedBy: string }> {
  const value = await write(store, actor, async ({ tx, at: { today } }) => {
    // Two that contradict each other are not approved at once, each beside what was before.
    await tx.selectFrom('policy').select('version').orderBy('kind').orderBy('version').forNoKeyUpdate().execute();
    const row = await tx
      .selectFrom('policy')
      .select(['content', 'author', 'approved_by', 'effective_from'])
      .where('kind', '=', kind)
      .where('version', '=', version)
      .executeTakeFirst();
    if (!row) throw new Refusal('policy-unknown', { policy: kind, version });
    if (row.approved_by !== null) throw new Refusal('already-decided', { by: row.approved_by });
    await refuseOwn(tx, actor, row.author, 'policy.approve');
    const days = await daysOf(tx, { kind, version, from: row.effective_from }, today);
    refuseFaults(policyFaultsFrom(kind, row.content as unknown as PolicyContents[PolicyKind], days));
    await tx
      .updateTable('policy')
      .set({ approved_by: actor.id })
      .where('kind', '=', kind)
      .where('version', '=', version)
      .execute();
    const audit = {
      action: 'policy.approved',
      subjectKind: 'policy',
      subjectId: `${kind}/${version}`,
      reason,
      before: { approvedBy: null },
      after: { approvedBy: actor.id, author: row.author, effectiveFrom: row.effective_from },
    };
    return { value: { kind, version, approvedBy: actor.id }, audit: [audit], events: [eventOf(audit)] };
  });
  store.policies.refresh();
  return value;
}

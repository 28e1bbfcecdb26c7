import type { Actor } from '../domain/kernel/actor.ts';
import type { BusinessDate } from '../domain/kernel/calendar.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import type { PolicyContents, PolicyKind } from '../domain/policy.ts';
import { policyFaults } from '../domain/policy-faults.ts';
import { eventOf } from './payments.ts';
import { LostRace } from './rows.ts';
import { contentHash } from './setup.ts';
import { write } from './transaction.ts';
import type { Store } from './transaction.ts';

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
  const { current } = await store.policies.current();
  const templates = await store.db.selectFrom('template').select('id').distinct().execute();
  const context = {
    kinds: Object.keys(current['work-orders'].content.kinds),
    templates: templates.map((row) => row.id),
    ladders: current.ladders.content.ladders.map((ladder) => ladder.id),
    grades: current.grades.content.grades.map((row) => row.grade),
  };
  const faults = policyFaults(kind, content, context);
  if (faults.length > 0) {
    const what = faults.map((fault) => fault.what).join('; ');
    const reasons = faults.map((fault) => ({
      code: 'policy-invalid' as const,
      params: { what: fault.what },
      pointer: `/content${fault.at}`,
    }));
    throw new Refusal('policy-invalid', { what }, { reasons });
  }
  return write(store, actor, async (tx, at) => {
    const newest = await tx
      .selectFrom('policy')
      .selectAll()
      .where('kind', '=', kind)
      .orderBy('version', 'desc')
      .limit(1)
      .forUpdate()
      .executeTakeFirst();
    const before = newest?.version ?? 0;
    if (seen !== null && seen !== before) throw new Refusal('version-mismatch', { given: seen, current: before });
    const from = effectiveFrom ?? at.today;
    if (from < at.today) throw new Refusal('invalid', { what: `${from} < ${at.today}` }, { pointer: '/effectiveFrom' });
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

/** Approves a version, once, by another person than its author: from its day on it is in force. */
export async function approvePolicyVersion(
  store: Store,
  actor: Actor,
  kind: PolicyKind,
  version: number,
  reason: string | null,
): Promise<{ kind: PolicyKind; version: number; approvedBy: string }> {
  const value = await write(store, actor, async (tx) => {
    const row = await tx
      .selectFrom('policy')
      .select(['author', 'approved_by', 'effective_from'])
      .where('kind', '=', kind)
      .where('version', '=', version)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw new Refusal('policy-unknown', { policy: kind, version });
    if (row.approved_by !== null) throw new Refusal('already-decided', { by: row.approved_by });
    if (row.author === actor.id) throw new Refusal('forbidden', { verb: 'policy.approve' });
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

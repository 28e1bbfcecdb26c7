import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import type { PolicyContents, PolicyKind } from '../../domain/policy.ts';
import { policyFaults } from '../../domain/policy-faults.ts';
import { LostRace } from '../platform/rows.ts';
import { refuseOwn } from '../access/second-person.ts';
import { noticeTemplates } from '../../domain/outreach/message.ts';
import { momentOf, write, eventOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import type { NamedGrades, PolicyContext, PolicyFault } from '../../domain/platform/policy-fault.ts';
import { contentHash } from '../platform/content-hash.ts';
import { rolesFilled } from '../access/roles-filled.ts';

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
  refuseFaults(policyFaults(kind, content, await contextOf(store, effectiveFrom)));
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

/** What a version must fit beside: the policies in force now, and the letters that are on its day (null: today). */
async function contextOf(store: Store, from: BusinessDate | null): Promise<PolicyContext> {
  const { current } = await store.policies.current();
  const moment = await momentOf(store.db, store);
  const inForce = from !== null && from > moment.today ? from : moment.today;
  const letters = await store.db
    .selectFrom('template')
    .select(['id', 'class', 'language', 'channel'])
    .distinct()
    .where('approved_by', 'is not', null)
    .where('effective_from', '<=', inForce)
    .execute();
  const own = await store.db.selectFrom('customer').select('ladder').distinct().where('ladder', 'is not', null).execute();
  const { ladders } = current.ladders.content;
  const ofSteps = ladders.flatMap(({ rungs }) => rungs.flatMap(({ template }) => template ?? []));
  const { channels } = current['contact-rules'].content;
  return {
    kinds: Object.keys(current['work-orders'].content.kinds),
    templates: [...new Set(letters.map(({ id }) => id))],
    letters: { letters, channels, ofSteps: [...new Set(ofSteps)], ofNotices: noticeTemplates },
    ladders: ladders.map((ladder) => ladder.id),
    ownLadders: own.flatMap(({ ladder }) => ladder ?? []),
    grades: current.grades.content.grades.map((row) => row.grade),
    gradesNamed: gradesNamedBy(current),
    from: inForce,
    filled: [...(await rolesFilled(store.db, moment, null))],
  };
}

/** What of the policies in force names grades. */
const gradesNamedBy = (current: Awaited<ReturnType<Store['policies']['current']>>['current']): NamedGrades[] => [
  { by: 'credit-rules', grades: current['credit-rules'].content.checks.grade?.held ?? [] },
  ...current['approval-matrix'].content.rows.map(({ id, when }) => ({
    by: `approval-matrix, row ${id}`,
    grades: when.grades ?? [],
  })),
  ...current.ladders.content.strategy.map(({ when }, at) => ({ by: `strategy, row ${at + 1}`, grades: when.grades ?? [] })),
];

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
 * not fit beside what is in force by now, or was written when less was checked.
 */
export async function approvePolicyVersion(
  store: Store,
  actor: Actor,
  kind: PolicyKind,
  version: number,
  reason: string | null,
): Promise<{ kind: PolicyKind; version: number; approvedBy: string }> {
  const asked = await store.db
    .selectFrom('policy')
    .select('effective_from')
    .where('kind', '=', kind)
    .where('version', '=', version)
    .executeTakeFirst();
  const context = await contextOf(store, asked?.effective_from ?? null);
  const value = await write(store, actor, async (tx) => {
    const row = await tx
      .selectFrom('policy')
      .select(['content', 'author', 'approved_by', 'effective_from'])
      .where('kind', '=', kind)
      .where('version', '=', version)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw new Refusal('policy-unknown', { policy: kind, version });
    if (row.approved_by !== null) throw new Refusal('already-decided', { by: row.approved_by });
    await refuseOwn(tx, actor, row.author, 'policy.approve');
    refuseFaults(policyFaults(kind, row.content as unknown as PolicyContents[PolicyKind], context));
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

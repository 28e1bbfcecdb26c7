import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { dateOf } from '../../domain/platform/calendar.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { WarningEffect } from '../../domain/credit/policy.ts';
import type { Facts } from '../../domain/credit/profile.ts';
import { judgeWarnings } from '../../domain/credit/warnings.ts';
import type { WarningVerdict } from '../../domain/credit/warnings.ts';
import type { Tx } from '../platform/database.ts';
import { recordset } from '../platform/rows.ts';
import type { EventFact, Moment, Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import { openReview } from './reviews.ts';
import type { NewReview } from './reviews.ts';
import { warningFacts } from './warning-facts.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

interface Standing {
  id: string;
  key: string;
  kind: string;
  customerId: string;
  effects: readonly WarningEffect[];
  times: number;
  raisedAt: Instant;
}

/** What settling came to; `holds`: open warnings by which a customer's orders are held. */
export type SettledWarnings = Effects & {
  raised: number;
  holds: Map<string, { key: string; since: string }[]>;
};

/**
 * Raises the warnings that are called for and closes those whose cause is gone, each once a cause. Most customers have none, so what is
 * done for each of those few is done one by one.
 */
export async function settleWarnings(work: Work, dossiers: ReadonlyMap<string, Facts>): Promise<SettledWarnings> {
  const { tx, at, store } = work;
  const { current } = await store.policies.current();
  const { version, content } = current['credit-rules'];
  const rules = content.warnings;
  const facts = await warningFacts(work, store.zone, rules, dossiers);
  const standing = await openWarnings(tx, [...dossiers.keys()]);
  const keys = standing.map((one) => one.key);
  const called = facts.flatMap((one) => judgeWarnings(one, rules, at.today, keys));
  const fresh = called.filter((verdict) => !keys.includes(verdict.key));
  const gone = standing.filter((one) => !called.some((verdict) => verdict.key === one.key));
  const effects = noEffects();
  const raised = await raise(work, `credit-rules/${version}`, fresh);
  for (const one of raised) addEffects(effects, await tell(work, one, `credit-rules/${version}`));
  addEffects(effects, await close(work, gone));
  const open = [...standing.filter((one) => !gone.includes(one)), ...raised.map(({ row }) => row)];
  return { ...effects, raised: raised.length, holds: holdsOf(open, store.zone) };
}

async function openWarnings(tx: Tx, customerIds: readonly string[]): Promise<Standing[]> {
  const { rows } = await sql<Standing>`
    select id, key, kind, customer_id as "customerId", effects, times, raised_at as "raisedAt" from early_warning
    where customer_id = any(${[...customerIds]}::uuid[]) and closed_at is null order by key`.execute(tx);
  return rows;
}

interface Raised {
  row: Standing;
  verdict: WarningVerdict;
}

/** A cause that was gone and is back counts anew. */
async function raise({ tx, at }: Work, policyVersion: string, verdicts: readonly WarningVerdict[]): Promise<Raised[]> {
  if (verdicts.length === 0) return [];
  const rows = verdicts.map(({ customerId, ...one }) => ({ ...one, customer_id: customerId }));
  const { rows: raised } = await sql<Standing>`
    insert into early_warning (key, customer_id, kind, severity, detail, effects, policy_version, raised_at)
    select key, customer_id, kind, severity, detail, effects, ${policyVersion}, ${at.now}::timestamptz
    from ${recordset(rows, 'key text, customer_id uuid, kind text, severity text, detail jsonb, effects jsonb')} order by key
    on conflict (key) do update set closed_at = null, raised_at = excluded.raised_at, times = early_warning.times + 1, severity = excluded.severity,
      detail = excluded.detail, effects = excluded.effects, policy_version = excluded.policy_version
    returning id, key, kind, customer_id as "customerId", effects, times, raised_at as "raisedAt"`.execute(tx);
  const byKey = new Map(raised.map((row) => [row.key, row]));
  return verdicts.flatMap((verdict) => {
    const row = byKey.get(verdict.key);
    return row ? [{ row, verdict }] : [];
  });
}

const workOrderKey = ({ id, times }: Pick<Standing, 'id' | 'times'>): string => `warning/${id}/${times}`;

/** The record of a raised warning, and what policy says follows from it. */
async function tell(work: Work, { row, verdict }: Raised, policyVersion: string): Promise<Effects> {
  const { at } = work;
  const about = { subjectKind: 'early-warning', subjectId: row.id, customerId: row.customerId };
  const { kind, severity, effects, detail } = verdict;
  const audit: AuditFact = { ...about, action: 'warning.raised', policyVersion, after: { kind, severity, effects, detail } };
  const event: EventFact = { ...about, kind: 'warning.raised', data: { kind, severity } };
  const left: Effects = { ...noEffects(), audit: [audit], events: [event] };
  if (effects.includes('work-order'))
    addEffects(
      left,
      await openWorkOrder(work, {
        key: workOrderKey(row),
        kind: 'early-warning',
        customerId: row.customerId,
        subject: `early warning ${kind}`,
        reason: { warning: kind, ...detail },
      }),
    );
  if (effects.includes('review')) addEffects(left, (await openReview(work, reviewOf(row, verdict, at))).effects);
  return left;
}

const reviewOf = ({ id, times, customerId }: Standing, { kind, detail }: WarningVerdict, at: Moment): NewReview => ({
  key: `early-warning/${id}/${times}`,
  customerId,
  cause: 'early-warning',
  detail: { warning: kind, ...detail },
  dueAt: at.now,
});

async function close(work: Work, gone: readonly Standing[]): Promise<Effects> {
  const { tx, at } = work;
  if (gone.length === 0) return noEffects();
  await sql`update early_warning set closed_at = ${at.now}::timestamptz where id = any(${gone.map((one) => one.id)}::uuid[])`.execute(
    tx,
  );
  const effects = await cancelWorkOrders(work, { keys: gone.map(workOrderKey) }, 'cause-gone');
  for (const { id, customerId, kind } of gone) {
    const about = { subjectKind: 'early-warning', subjectId: id, customerId };
    effects.audit.push({ ...about, action: 'warning.closed', reason: 'cause-gone', after: { kind } });
    effects.events.push({ ...about, kind: 'warning.closed', data: { kind } });
  }
  return effects;
}

function holdsOf(open: readonly Standing[], zone: string): SettledWarnings['holds'] {
  const holds: SettledWarnings['holds'] = new Map();
  for (const { customerId, effects, key, raisedAt } of open) {
    if (!effects.includes('hold')) continue;
    holds.set(customerId, [...(holds.get(customerId) ?? []), { key, since: dateOf(raisedAt, zone) }]);
  }
  return holds;
}

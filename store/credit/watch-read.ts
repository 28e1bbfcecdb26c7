import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { WarningEffect, WarningKind } from '../../domain/credit/policy.ts';
import type { FindingKind } from '../../domain/credit/quality.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import type { Store } from '../platform/transaction.ts';

export interface WarningView {
  id: string;
  customer: string;
  kind: WarningKind;
  severity: 'notice' | 'warning' | 'alarm';
  /** The customer's own. */
  currency: string;
  detail: Readonly<Record<string, unknown>>;
  effects: readonly WarningEffect[];
  policyVersion: string;
  raisedAt: Instant;
  closedAt: Instant | null;
}

export interface FindingView {
  id: string;
  customer: string;
  kind: FindingKind;
  detail: Readonly<Record<string, unknown>>;
  foundAt: Instant;
  clearedAt: Instant | null;
}

interface Filter<Kind> {
  customer?: string | undefined;
  kind?: Kind | undefined;
  /** True: only those that still stand; false: only those that are over. */
  open?: boolean | undefined;
  after?: readonly [at: Instant, id: string] | undefined;
}

/** Early warnings the actor may see, newest first; one more than `limit` when there are more. */
export async function listWarnings(
  store: Store,
  actor: Actor,
  filter: Filter<WarningKind>,
  limit: number,
): Promise<WarningView[]> {
  const { rows } = await sql<WarningView>`
    select w.id, c.external_id as customer, c.currency, w.kind, w.severity, w.detail, w.effects, w.policy_version as "policyVersion", w.raised_at as "raisedAt",
      w.closed_at as "closedAt"
    from early_warning w join customer c on c.id = w.customer_id
    where ${sql.join([seesCustomer(actor), ...conditions(filter, 'raised_at', 'closed_at')], sql` and `)}
    order by w.raised_at desc, w.id desc limit ${limit + 1}`.execute(store.db);
  return rows;
}

/** Faults of master data the actor may see, newest first; one more than `limit` when there are more. */
export async function listFindings(
  store: Store,
  actor: Actor,
  filter: Filter<FindingKind>,
  limit: number,
): Promise<FindingView[]> {
  const { rows } = await sql<FindingView>`
    select w.id, c.external_id as customer, w.kind, w.detail, w.found_at as "foundAt", w.cleared_at as "clearedAt"
    from data_finding w join customer c on c.id = w.customer_id
    where ${sql.join([seesCustomer(actor), ...conditions(filter, 'found_at', 'cleared_at')], sql` and `)}
    order by w.found_at desc, w.id desc limit ${limit + 1}`.execute(store.db);
  return rows;
}

function conditions({ customer, kind, open, after }: Filter<string>, at: string, ended: string): RawBuilder<boolean>[] {
  return [
    ...(customer === undefined
      ? []
      : [sql<boolean>`(c.external_id = ${customer} or c.id = ${isOurId(customer) ? customer : null}::uuid)`]),
    ...(kind === undefined ? [] : [sql<boolean>`w.kind = ${kind}`]),
    ...(open === undefined ? [] : [sql<boolean>`(${sql.ref(`w.${ended}`)} is null) = ${open}`]),
    ...(after === undefined ? [] : [sql<boolean>`(${sql.ref(`w.${at}`)}, w.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`]),
  ];
}

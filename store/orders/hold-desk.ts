import { sql } from 'kysely';
import { Refusal } from '../../domain/platform/refusal.ts';
import { isFirstTime, numberOf, staleFacts } from '../../domain/credit/profile.ts';
import { routeOfHold } from '../../domain/credit/route.ts';
import type { Tx } from '../platform/database.ts';
import type { Work } from '../platform/transaction.ts';
import { lockAccounts } from '../credit/accounts.ts';
import { collectDossier } from '../credit/dossier.ts';
import { unitOf, wayOf } from '../approvals/way.ts';
import type { Way } from '../approvals/way.ts';

/** A held order or shipment, as the approval matrix asks about it. */
export interface HeldAmount {
  kind: 'order-hold' | 'shipment-hold';
  customerId: string;
  currency: string;
  /** What would be released. */
  amountMinor: number;
}

/** The way to a decision on what is held: by the amount to release, the customer's grade and type. At least one tier. */
export async function wayOfHold({ tx, at, store }: Work, of: HeldAmount): Promise<Way> {
  const { current } = await store.policies.current();
  const grades = current.grades.content;
  const facts = await collectDossier(tx, store, at, of.customerId);
  const { rows } = await sql<{ grade: string | null }>`
    select grade from credit_profile where customer_id = ${of.customerId}::uuid`.execute(tx);
  const { version, content } = current['approval-matrix'];
  const route = routeOfHold(
    {
      kind: of.kind,
      customerType: String(facts.customerType?.value ?? 'other'),
      grade: rows[0]?.grade ?? null,
      firstTime: isFirstTime(numberOf(facts, 'tradeMonths'), grades),
      amountMinor: of.amountMinor,
      termsDays: null,
      unitMinor: unitOf(grades, of.currency),
      withinProposal: false,
      withinStanding: false,
      factsComplete: staleFacts(facts, current['credit-rules'].content.freshness, at.today).length === 0,
    },
    content,
  );
  return wayOf(route, version);
}

/** Nobody releases anything to whoever stands on a sanctions list. Throws Refusal `sanctioned`. */
export async function refuseSanctioned(tx: Tx, customerId: string): Promise<void> {
  const { rows } = await sql<{ since: string | null }>`
    select e ->> 'since' as since from credit_profile p, jsonb_array_elements(p.listed) e
    where p.customer_id = ${customerId}::uuid and e ->> 'list' = 'sanctions' limit 1`.execute(tx);
  const [entry] = rows;
  if (entry) throw new Refusal('sanctioned', entry.since === null ? {} : { since: entry.since });
}

/**
 * A release is decided on the account as it was looked at. Locks it with all that is judged together with it, groups first. Throws Refusal
 * `stale-exposure`.
 */
export async function lookAtAccount(tx: Tx, accountId: string, given: number): Promise<void> {
  await lockAccounts(tx, [accountId]);
  const { rows } = await sql<{ version: number }>`select version from credit_account where id = ${accountId}::uuid`.execute(tx);
  const current = rows[0]?.version ?? 0;
  if (current !== given) throw new Refusal('stale-exposure', { given, current }, { pointer: '/exposureVersion' });
}

import { sql } from 'kysely';
import { fillableTiers } from '../../domain/approvals/way.ts';
import type { ActName } from '../../domain/approvals/act.ts';
import type { GradesPolicy } from '../../domain/credit/policy.ts';
import { routeOfHold } from '../../domain/credit/route.ts';
import type { Route } from '../../domain/credit/route.ts';
import { parseAmount } from '../../domain/platform/money.ts';
import { isFirstTime, monthsBetween } from '../../domain/credit/profile.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { Role } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Work } from '../platform/transaction.ts';
import { rolesFilled } from '../access/roles-filled.ts';

/** The way to a decision as its process keeps it. */
export interface Way {
  /** Id of the row of the approval matrix. */
  row: string;
  policyVersion: string;
  tiers: readonly { roles: readonly Role[]; deadlineWorkingDays: number }[];
}

/** What the approval matrix is asked. */
export interface ActQuestion {
  kind: ActName;
  customerId: string | null;
  given: { amountMinor: number; currency: string } | null;
  days: number | null;
  /** The ERP has booked it: it waits, whoever there is to decide. */
  booked: boolean;
}

/**
 * The way to a decision on an act, by its kind and amount, as this house can fill it. Rows without tiers are passed over: a second person
 * always decides. Throws Refusal `approver-missing` when there is none.
 */
export async function wayOfAct({ tx, at, store, actor }: Work, of: ActQuestion): Promise<Way> {
  const { current } = await store.policies.current();
  const { rows } = await sql<{ type: string; grade: string | null; firstInvoice: BusinessDate | null }>`
    select c.type, p.grade, (select min(i.issue_date) from invoice i where i.customer_id = c.id) as "firstInvoice" from customer c left join credit_profile p on p.customer_id = c.id where c.id = ${of.customerId}::uuid`.execute(
    tx,
  );
  const [customer] = rows;
  const { version, content } = current['approval-matrix'];
  const route = routeOfHold(
    {
      kind: of.kind,
      customerType: customer?.type ?? 'other',
      grade: customer?.grade ?? null,
      firstTime:
        customer !== undefined && isFirstTime(monthsBetween(customer.firstInvoice ?? at.today, at.today), current.grades.content),
      amountMinor: of.given?.amountMinor ?? null,
      termsDays: of.days,
      unitMinor: of.given && unitOf(current.grades.content, of.given.currency),
      withinProposal: false,
      withinStanding: false,
      factsComplete: true,
    },
    content,
  );
  const way = wayOf(route, version);
  const { kinds } = current['work-orders'].content;
  const tiers = fillableTiers(way.tiers, {
    requester: actor.role,
    others: await rolesFilled(tx, at, actor.id),
    escalateTo: (role) => (kinds[`act-${role.replaceAll('_', '-')}`]?.escalateTo ?? []) as readonly Role[],
  });
  if (!tiers && of.booked) return way;
  if (!tiers) throw new Refusal('approver-missing', { role: way.tiers[0]?.roles[0] ?? '' });
  return { ...way, tiers };
}

/** One unit of the approval matrix in minor units of a currency; null: the policy has none for it. */
export function unitOf({ units }: GradesPolicy, currency: string): number | null {
  const unit = parseAmount(units[currency] ?? '', currency);
  return unit.ok ? unit.minor : null;
}

/** A route as its process keeps it: tier by tier. */
export function wayOf({ row, seats }: Route, version: number): Way {
  const tiers = [...new Set(seats.map(({ tier }) => tier))].map((tier) => seats.filter((seat) => seat.tier === tier));
  return {
    row,
    policyVersion: `approval-matrix/${version}`,
    tiers: tiers.map((side) => ({
      roles: side.map(({ role }) => role),
      deadlineWorkingDays: side[0]?.deadlineWorkingDays ?? 1,
    })),
  };
}

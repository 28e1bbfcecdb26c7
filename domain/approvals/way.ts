import type { Role } from '../platform/actor.ts';
import type { RouteTier } from './policy.ts';

/** Who could decide beside whoever asks: roles with at least one other person in them, or one who stands in by delegation. */
export interface Deciders {
  /** Of whoever asks. */
  requester: Role | 'system';
  others: ReadonlySet<Role>;
  /** Where the task of a role goes when its time has run out. */
  escalateTo(role: Role): readonly Role[];
}

/** Who decides for whom, the highest first: in a house of two any of them is the second person. */
const anyDecider: readonly Role[] = ['finance_director', 'credit_manager', 'credit_officer'];

/**
 * The tiers of the matrix as this house can fill them. A role nobody else holds goes to the next role at once; the tier that is the
 * asking person's own is agreed to by asking, as long as somebody else decides too. Null: there is no second person at all.
 */
export function fillableTiers(tiers: readonly RouteTier[], deciders: Deciders): RouteTier[] | null {
  const seen = new Set<Role>();
  const filled: RouteTier[] = [];
  for (const { roles, deadlineWorkingDays } of tiers) {
    const fits: Role[] = [];
    for (const role of roles) {
      const found = [role, ...deciders.escalateTo(role)].find((one) => deciders.others.has(one));
      if (found === undefined && role !== deciders.requester) return null;
      if (found === undefined || seen.has(found)) continue;
      seen.add(found);
      fits.push(found);
    }
    if (fits.length > 0) filled.push({ roles: fits, deadlineWorkingDays });
  }
  if (filled.length > 0) return filled;
  const other = anyDecider.find((role) => deciders.others.has(role));
  return other === undefined ? null : [{ roles: [other], deadlineWorkingDays: tiers[0]?.deadlineWorkingDays ?? 1 }];
}

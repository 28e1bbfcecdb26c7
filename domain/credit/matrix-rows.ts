import { actKinds } from '../approvals/act.ts';
import { decidedByPeople, rowFor } from './route.ts';
import type { RouteQuestion } from './route.ts';
import type { ApprovalMatrix, RouteKind, RouteRow } from '../approvals/policy.ts';
import { applicationKinds, routeKinds } from '../approvals/policy.ts';
import { customerTypes } from '../customers/customer.ts';

/** So many questions are tried for a policy; what is not found out by then counts as reached. */
const MOST_QUESTIONS = 40_000;

/**
 * The rows of an approval matrix, the last aside, that no question reaches: the rows above take all of theirs, or their own conditions
 * exclude each other. A single row that takes all of another's is seen at once; the rest is found by asking, over what customers, amounts and terms can be; `grades` are those of policy. Ids are unique.
 */
export function unreachedRows(matrix: ApprovalMatrix, grades: readonly string[]): RouteRow[] {
  const held = decidedByPeople(matrix);
  let left = MOST_QUESTIONS;
  const isReached = (row: RouteRow, at: number): boolean => {
    if (matrix.rows.slice(0, at).some((above) => takesAllOf(above, row)) || forNobody(row)) return false;
    for (const question of questionsOf(row, matrix, grades)) {
      left -= 1;
      if (left < 0 || rowFor(question, isApplication(question.kind) ? matrix : held)?.id === row.id) return true;
    }
    return false;
  };
  return matrix.rows.slice(0, -1).filter((row, at) => !isReached(row, at));
}

/** Whether a row holds wherever another does; one without tiers is passed over, so it takes nothing for sure. */
function takesAllOf({ when: wide, tiers }: RouteRow, { when: narrow }: RouteRow): boolean {
  const all = <T>(own: readonly T[] | undefined, of: readonly T[] | undefined): boolean =>
    own === undefined || (of !== undefined && of.every((one) => own.includes(one)));
  const most = (own: number | undefined, of: number | undefined): boolean => own === undefined || (of !== undefined && of <= own);
  const same = (own: boolean | undefined, of: boolean | undefined): boolean => own === undefined || own === of;
  return (
    tiers.length > 0 &&
    all(wide.kinds, narrow.kinds) &&
    all(wide.types, narrow.types) &&
    all(wide.grades, narrow.grades) &&
    same(wide.firstTime, narrow.firstTime) &&
    most(wide.maxUnits, narrow.maxUnits) &&
    most(wide.maxTermsDays, narrow.maxTermsDays) &&
    same(wide.withinProposal, narrow.withinProposal) &&
    same(wide.withinStanding, narrow.withinStanding) &&
    same(wide.factsComplete, narrow.factsComplete)
  );
}

/** The kinds, by place, that a row names and can never be asked for, while it can for others of them. */
export function idleKinds({ when, tiers }: RouteRow): number[] {
  const kinds = when.kinds ?? [];
  const idle = kinds.flatMap((kind, at) => {
    const { within, complete } = askedOf(kind);
    const can = [
      wanted(when.withinProposal, within),
      wanted(when.withinStanding, within),
      wanted(when.factsComplete, complete),
    ].every((possible) => possible.length > 0);
    return can && (tiers.length > 0 || isApplication(kind)) ? [] : [at];
  });
  return idle.length < kinds.length ? idle : [];
}

/** Without tiers a row is for applications alone. */
const forNobody = ({ when, tiers }: RouteRow): boolean => tiers.length === 0 && when.kinds?.some(isApplication) === false;

const isApplication = (kind: RouteKind): boolean => (applicationKinds as readonly string[]).includes(kind);
const flags = [true, false] as const;
const wanted = (own: boolean | undefined, possible: readonly boolean[] = flags): readonly boolean[] =>
  possible.filter((one) => own === undefined || one === own);

/** What can be said of a question of a kind: only an application has a proposal and a standing, and an act is asked with its facts complete. */
const askedOf = (kind: RouteKind) => ({
  within: isApplication(kind) ? flags : ([false] as const),
  complete: (actKinds as readonly string[]).includes(kind) ? ([true] as const) : flags,
});

/** What a row could be asked, on both sides of every bound. */
function* questionsOf({ when }: RouteRow, matrix: ApprovalMatrix, grades: readonly string[]): Generator<RouteQuestion> {
  const { rows, byHandFrom } = matrix;
  const amounts = around([...rows.map((one) => one.when.maxUnits), byHandFrom.units], when.maxUnits);
  const terms = around([...rows.map((one) => one.when.maxTermsDays), byHandFrom.termsDays], when.maxTermsDays);
  for (const kind of when.kinds ?? routeKinds) {
    const { within, complete } = askedOf(kind);
    for (const customerType of when.types ?? customerTypes)
      for (const grade of when.grades ?? [...grades, null])
        for (const amountMinor of amounts)
          for (const termsDays of terms)
            for (const firstTime of wanted(when.firstTime))
              for (const withinProposal of wanted(when.withinProposal, within))
                for (const withinStanding of wanted(when.withinStanding, within))
                  for (const factsComplete of wanted(when.factsComplete, complete)) {
                    const of = { kind, customerType, grade, firstTime, withinProposal, withinStanding, factsComplete };
                    yield { ...of, amountMinor, termsDays, unitMinor: 1 };
                  }
  }
}

/** The bounds and what lies just above them, the largest that a row takes first; then nothing at all. */
function around(bounds: readonly (number | undefined)[], most: number | undefined): (number | null)[] {
  const all = [...new Set([0, ...bounds.flatMap((bound) => (bound === undefined ? [] : [bound, bound + 1]))])];
  return [...all.filter((one) => most === undefined || one <= most).toSorted((a, b) => b - a), null];
}

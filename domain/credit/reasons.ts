import { formatAmount } from '../platform/money.ts';
import type { FactName } from './facts.ts';
import type { StaleFact } from './profile.ts';
import type { BoundCode, Proposal } from './proposal.ts';
import type { Score, ScoreLine } from './scorecard.ts';
import type { Words } from '../platform/words.ts';

/** A reason of a verdict with its figures; words.ts says it. */
export type VerdictReason =
  | { code: 'points'; line: ScoreLine }
  | { code: 'missing' | 'stale'; facts: readonly FactName[] }
  | { code: 'factor'; title: Words; shift: number }
  | { code: 'peers'; title: Words; members: number | null }
  | { code: 'first-time' | 'sme-regime' | 'no-unit'; currency: string }
  | { code: BoundCode; amount: string; currency: string };

const TOP = 4;

interface Verdict extends Score {
  firstTime: boolean;
  smeRegime: boolean;
  missing: readonly FactName[];
  stale: readonly StaleFact[];
  proposal: Proposal;
}

/** The top reasons for and against, the strongest first and in the scorecard's order among equals, and what else must be known. */
export function verdictReasons(
  of: Verdict,
  currency: string,
): { reasonsFor: VerdictReason[]; reasonsAgainst: VerdictReason[]; notes: VerdictReason[] } {
  const { lines, missing, stale, factors, peerGroup, firstTime, smeRegime, proposal } = of;
  const reason = (line: ScoreLine): VerdictReason => ({ code: 'points', line });
  const judged = lines.filter((line) => line.peers !== null);
  return {
    reasonsFor: strongest(lines.filter((line) => line.points > 0)).map(reason),
    reasonsAgainst: strongest(lines.filter((line) => line.points < 0)).map(reason),
    notes: [
      ...(missing.length > 0 ? [{ code: 'missing' as const, facts: missing }] : []),
      ...(stale.length > 0 ? [{ code: 'stale' as const, facts: stale.map((one) => one.name) }] : []),
      ...factors.map(({ title, shift }): VerdictReason => ({ code: 'factor', title, shift })),
      ...(judged.length > 0 ? [{ code: 'peers' as const, title: peerGroup.title, members: peerGroup.members }] : []),
      ...(firstTime ? [{ code: 'first-time' as const, currency }] : []),
      ...(smeRegime ? [{ code: 'sme-regime' as const, currency }] : []),
      ...boundNotes(proposal),
    ],
  };
}

function boundNotes({ bounds, decisive, limitMinor, currency }: Proposal): VerdictReason[] {
  if (decisive === null || limitMinor === null) return [{ code: 'no-unit', currency }];
  const kept = bounds.find((bound) => bound.code === 'step-kept' && bound.code !== decisive);
  return [
    { code: decisive, amount: formatAmount(limitMinor, currency), currency },
    ...(kept ? [{ code: kept.code, amount: formatAmount(kept.amountMinor, currency), currency }] : []),
  ];
}

const strongest = (lines: ScoreLine[]): ScoreLine[] =>
  lines.sort((a, b) => Math.abs(b.points) - Math.abs(a.points)).slice(0, TOP);

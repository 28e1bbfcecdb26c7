import type { Assessment } from './assess.ts';
import type { Route } from './route.ts';

/** A verdict and the way it was to be decided, as far as a change of policy can move them. */
export interface Judged {
  grade: string;
  score: number;
  limitMinor: number | null;
  termsDays: number;
  /** Row of the approval matrix and its seats as text: `1 credit_officer, 2 credit_manager`. */
  row: string;
  seats: string;
}

export const flipKinds = ['grade', 'limit', 'terms', 'route'] as const;
export type FlipKind = (typeof flipKinds)[number];

/** `stricter`: a worse grade, or the same and a lower limit or shorter terms; `milder` the other way; `same`: neither. */
export type Direction = 'stricter' | 'milder' | 'same';

export const judgedOf = ({ grade, score, proposal }: Assessment, { row, seats }: Route): Judged => ({
  grade,
  score,
  limitMinor: proposal.limitMinor,
  termsDays: proposal.termsDays,
  row,
  seats: seats.map(({ tier, role }) => `${tier} ${role}`).join(', '),
});

/** What another policy turns of a verdict. Two rows with the same seats are the same way. */
export function flipsOf(before: Judged, after: Judged): FlipKind[] {
  return [
    ...(before.grade === after.grade ? [] : ['grade' as const]),
    ...(before.limitMinor === after.limitMinor ? [] : ['limit' as const]),
    ...(before.termsDays === after.termsDays ? [] : ['terms' as const]),
    ...(before.seats === after.seats ? [] : ['route' as const]),
  ];
}

/** Which way a verdict moves; `grades` is the best first, and a grade no longer there counts as the worst. */
export function directionOf(before: Judged, after: Judged, grades: readonly string[]): Direction {
  const rank = (grade: string): number => (grades.includes(grade) ? grades.indexOf(grade) : grades.length);
  const way = (from: number, to: number): Direction | null => (from === to ? null : to < from ? 'stricter' : 'milder');
  return (
    way(-rank(before.grade), -rank(after.grade)) ??
    way(before.limitMinor ?? 0, after.limitMinor ?? 0) ??
    way(before.termsDays, after.termsDays) ??
    'same'
  );
}

import type { BusinessDate } from '../platform/calendar.ts';
import { factTable } from './facts.ts';
import type { Dimension, FactName, FactSource } from './facts.ts';
import type { Bin, Characteristic, DatedFactor, PeerGroup, PeerReference, ScorecardPolicy, Segment } from './policy.ts';
import { numberOf } from './profile.ts';
import type { Facts, FactValue } from './profile.ts';
import type { Words } from '../platform/words.ts';

/** Whom a scorecard judges. */
export interface Scored {
  today: BusinessDate;
  facts: Facts;
  /** What our own ledger shows of the customer's peers; null: not known. */
  peers: PeerFigures | null;
  /** What the customer buys. */
  productLines: readonly string[];
}

export interface PeerFigures extends PeerReference {
  members: number;
}

/** One line of a score. `bin` null: the fact is missing. `judged` is the value less the peers' figure. */
export interface ScoreLine {
  id: string;
  title: Words;
  dimension: Dimension;
  fact: FactName;
  value: FactValue | null;
  asOf: BusinessDate | null;
  source: FactSource | null;
  peers: number | null;
  judged: number | null;
  bin: string | null;
  /** Bounds of the bin in figures; null: open. */
  from: number | null;
  below: number | null;
  points: number;
}

export interface Score {
  score: number;
  base: number;
  lines: readonly ScoreLine[];
  factors: readonly { id: string; title: Words; shift: number }[];
  /** Sum of the factors in force: by so much the thresholds of all grades are stricter. */
  shift: number;
  peerGroup: { id: string; title: Words; from: 'ledger' | 'policy'; members: number | null; reference: PeerReference };
}

/** Points of every characteristic that holds for the customer, and their sum with the base. */
export function scoreOf(of: Scored, policy: ScorecardPolicy): Score {
  const peerGroup = peersOf(of, policy.peerGroups);
  const lines = policy.characteristics
    .filter((one) => holds(one.for, of))
    .map((one) => lineOf(one, of.facts, peerGroup.reference));
  const factors = policy.factors
    .filter((factor) => inForce(factor, of.today) && holds(factor.for, of))
    .map(({ id, title, shift }) => ({ id, title, shift }));
  return {
    score: lines.reduce((sum, line) => sum + line.points, policy.base),
    base: policy.base,
    lines,
    factors,
    shift: factors.reduce((sum, factor) => sum + factor.shift, 0),
    peerGroup,
  };
}

/** Whether a segment holds for the customer; a fact that is not known is in no list. */
export function holds(segment: Segment | undefined, { facts, productLines }: Pick<Scored, 'facts' | 'productLines'>): boolean {
  const within = (list: readonly string[] | undefined, name: FactName): boolean =>
    list === undefined || list.includes(String(facts[name]?.value ?? ''));
  return (
    segment === undefined ||
    (within(segment.types, 'customerType') &&
      within(segment.tiers, 'tier') &&
      within(segment.regions, 'region') &&
      (segment.productLines?.some((line) => productLines.includes(line)) ?? true))
  );
}

const inForce = ({ from, until }: DatedFactor, today: BusinessDate): boolean =>
  from <= today && (until === undefined || today <= until);

/** What the customer's class shows: by our own ledger where it knows enough of them, and never more than the ceiling excuses. */
function peersOf(of: Scored, groups: readonly PeerGroup[]): Score['peerGroup'] {
  const group = groups.find((one) => holds(one.for, of));
  if (!group) throw new Error('policy scorecard: no peer group holds');
  const { peers } = of;
  const own = peers !== null && group.minMembers !== undefined && peers.members >= group.minMembers ? peers : null;
  const { daysBeyondTerms, onTimeShare, oldestOverdueDays } = own ?? group.reference;
  const { ceiling } = group;
  const reference = {
    daysBeyondTerms: Math.max(0, Math.min(daysBeyondTerms, ceiling?.daysBeyondTerms ?? Infinity)),
    onTimeShare: Math.max(onTimeShare, ceiling?.onTimeShare ?? 0),
    oldestOverdueDays: Math.max(0, Math.min(oldestOverdueDays, ceiling?.oldestOverdueDays ?? Infinity)),
  };
  return { id: group.id, title: group.title, from: own ? 'ledger' : 'policy', members: own?.members ?? null, reference };
}

function lineOf(one: Characteristic, facts: Facts, reference: PeerReference): ScoreLine {
  const fact = tellsNothing(one.fact, facts) ? undefined : facts[one.fact];
  const head = { id: one.id, title: one.title, dimension: factTable[one.fact].dimension, fact: one.fact };
  if (!fact)
    return {
      ...head,
      ...{ value: null, asOf: null, source: null, peers: null, judged: null, bin: null, from: null, below: null },
      points: one.missing,
    };
  const { value, asOf, source } = fact;
  const peers = one.againstPeers ? reference[one.fact as keyof PeerReference] : null;
  // Of two shares only a few decimals mean anything: 0.7 − 0.4 is 0.3, not a hair below it; and no −0, which JSON does not keep.
  const judged = typeof value === 'number' ? Math.round((value - (peers ?? 0)) * 1e9) / 1e9 + 0 : null;
  const at = one.bins.findIndex((bin) => fits(bin, judged, value));
  const bin = one.bins[at];
  if (!bin) throw new Error(`policy scorecard: ${one.id} has no bin for ${String(value)}`);
  const bounds = { from: one.bins[at - 1]?.below ?? null, below: bin.below ?? null };
  return { ...head, value, asOf, source, peers, judged, bin: bin.id, ...bounds, points: bin.points };
}

/** Facts our books always have: that nothing has happened yet is no merit of somebody who has hardly begun to trade. */
const always: readonly FactName[] = [
  ...(['overdueShare', 'oldestOverdueDays', 'collectionStage', 'legalCases'] as const),
  ...(['brokenPromises', 'disputesUpheld', 'disputesRejected'] as const),
];
const nothingYet: readonly (FactValue | undefined)[] = [0, 'none', 'due'];

/**
 * Nobody who never traded with us has kept promises or paid on time, so in the first month zeros of our own books are not behaviour; what did
 * happen by then (an overdue item, a broken promise, a payment on or after its day) is.
 */
const tellsNothing = (name: FactName, facts: Facts): boolean =>
  facts[name]?.source === 'ledger' &&
  (numberOf(facts, 'tradeMonths') ?? 0) === 0 &&
  always.includes(name) &&
  nothingYet.includes(facts[name]?.value);

function fits(bin: Bin, judged: number | null, value: FactValue): boolean {
  if (bin.below !== undefined) return judged !== null && judged < bin.below;
  if (bin.is !== undefined) return (typeof value === 'string' || typeof value === 'boolean') && bin.is.includes(value);
  return true;
}

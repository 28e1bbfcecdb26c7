import { actKinds } from './act.ts';
import type { Role } from '../platform/actor.ts';
import type { Words } from '../platform/words.ts';

// ---- Approval ----

export const applicationKinds = ['new', 'raise', 'temporary', 'terms', 'review'] as const;

/** What is approved: an application by its kind, the release of a held order or shipment, or an act that gives money, time or credit. */
export const routeKinds = [...applicationKinds, 'order-hold', 'shipment-hold', ...actKinds] as const;

export type RouteKind = (typeof routeKinds)[number];

export interface RouteCondition {
  kinds?: readonly RouteKind[];
  types?: readonly string[];
  grades?: readonly string[];
  firstTime?: boolean;
  /** Amount in units (of an application its limit, of a hold the amount to release), and terms, up to and with these. */
  maxUnits?: number;
  maxTermsDays?: number;
  /** Whether what is asked for stays within what was proposed, and within what stands already. */
  withinProposal?: boolean;
  withinStanding?: boolean;
  /** Whether a fact is missing or stale. */
  factsComplete?: boolean;
}

/** Tiers follow one another; the roles of one tier decide side by side and all must agree. */
export interface RouteTier {
  roles: readonly Role[];
  deadlineWorkingDays: number;
}

export interface RouteRow {
  id: string;
  when: RouteCondition;
  title: Words;
  /** Without tiers the proposal is taken as it is, unless it must be decided by hand. */
  tiers: readonly RouteTier[];
}

export interface ApprovalMatrix {
  /** The first row that holds is taken; the last holds for everybody. */
  rows: readonly RouteRow[];
  /** From these on always by hand, whatever the rows say; then by the first row with tiers that holds. */
  byHandFrom: { units: number; termsDays: number };
}

import type { ConnectorName } from './facts.ts';
import type { ProcessPlan } from '../platform/plan.ts';

/** The night's pass: `watch` looks at the next customers, until all have been looked at. */
export type NightStep = 'watch' | 'close';
export type NightPlan = ProcessPlan<NightStep>;

/** A refresh of one customer's facts: `ask` asks the connectors that were called for. */
export type RefreshStep = 'ask' | 'close';
export type RefreshPlan = ProcessPlan<RefreshStep> & { connectors: readonly ConnectorName[] };

import { fault, twice } from '../platform/policy-fault.ts';
import type { PolicyFault } from '../platform/policy-fault.ts';
import type { Segment } from './policy.ts';

const conditions = ['types', 'tiers', 'regions', 'productLines'] as const satisfies readonly (keyof Segment)[];

/** A condition of a segment names somebody, and each once. */
export const segmentFaults = (segment: Segment | undefined, at: string): PolicyFault[] =>
  conditions.flatMap((name) => {
    const named = segment?.[name];
    if (named === undefined) return [];
    return named.length === 0 ? [fault(`${at}/${name}`, `${name} names nobody`)] : twice(named, `${at}/${name}`);
  });

/** Whether a segment holds for everybody for whom the other does. */
export const takesAllOf = (wide: Segment, narrow: Segment): boolean =>
  conditions.every((name) => wide[name] === undefined || (narrow[name]?.every((one) => wide[name]?.includes(one)) ?? false));

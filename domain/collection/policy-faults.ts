import { roles } from '../kernel/actor.ts';
import { amountFaults } from '../amount-faults.ts';
import { isZone } from '../kernel/calendar.ts';
import { contactSlot } from './governor.ts';
import { ladderFaults } from './ladder.ts';
import { unreachedStrategy } from './strategy-rows.ts';
import type { CollectionPolicy, ContactPolicy, LaddersPolicy, WorkOrderPolicy } from './policy.ts';
import type { PolicyContext, PolicyFault } from '../kernel/policy-fault.ts';

/** Each rung names what exists, and the strategy holds for everybody. */
export function laddersFaults(
  { ladders: all, strategy }: LaddersPolicy,
  { kinds, templates, grades }: PolicyContext,
): PolicyFault[] {
  const ids = all.map((ladder) => ladder.id);
  const own = all.flatMap((ladder, at) => [
    ...ladderFaults(ladder).map(({ rung, fault }) => ({ at: `/ladders/${at}`, what: `${ladder.id} ${rung} ${fault}`.trim() })),
    ...(ids.indexOf(ladder.id) === at ? [] : [{ at: `/ladders/${at}/id`, what: `${ladder.id} duplicate-id` }]),
    ...ladder.rungs.flatMap((rung, no): PolicyFault[] => {
      const where = `/ladders/${at}/rungs/${no}`;
      return [
        ...(rung.workOrder && !kinds.includes(rung.workOrder)
          ? [{ at: `${where}/workOrder`, what: `unknown kind ${rung.workOrder}` }]
          : []),
        ...(rung.template && !templates.includes(rung.template)
          ? [{ at: `${where}/template`, what: `unknown template ${rung.template}` }]
          : []),
      ];
    }),
  ]);
  const rows = strategy.flatMap((row, at) =>
    ids.includes(row.ladder) ? [] : [{ at: `/strategy/${at}/ladder`, what: `unknown dunning procedure ${row.ladder}` }],
  );
  const last = strategy.at(-1);
  const open =
    last && Object.keys(last.when).length === 0 ? [] : [{ at: '/strategy', what: 'the last row must hold for everybody' }];
  const unreached = unreachedStrategy(strategy, grades).map((at): PolicyFault => ({
    at: `/strategy/${at}`,
    what: `row ${at + 1} is never reached`,
    code: 'table-row',
    params: { row: at + 1, name: strategy[at]?.ladder ?? '' },
  }));
  return [...own, ...rows, ...open, ...unreached];
}

/** Minimum balances are amounts of their currency. */
export function collectionFaults({ minBalance, bookedAlone = {} }: CollectionPolicy): PolicyFault[] {
  return [...amountFaults('/minBalance', minBalance), ...amountFaults('/bookedAlone', bookedAlone)];
}

/** The window has room for a slot. */
export function contactRulesFaults(rules: ContactPolicy): PolicyFault[] {
  if (!isZone(rules.zone)) return [{ at: '/zone', what: `${rules.zone} is no time zone` }];
  try {
    contactSlot('any', rules);
    return [];
  } catch (error) {
    if (error instanceof RangeError) return [{ at: '', what: error.message }];
    throw error;
  }
}

/** Kinds in use stay: open ladders name them. */
export function workOrdersFaults({ kinds }: WorkOrderPolicy, context: PolicyContext): PolicyFault[] {
  const gone = context.kinds
    .filter((kind) => !(kind in kinds))
    .map((kind) => ({ at: `/kinds/${kind}`, what: `${kind} is in use` }));
  const wrong = Object.entries(kinds).flatMap(
    ([kind, { role, escalateTo, deadlineWorkingDays, warnWorkingDays }]): PolicyFault[] => {
      const unknown = [role, ...escalateTo].filter((name) => !(roles as readonly string[]).includes(name));
      return [
        ...unknown.map((name) => ({ at: `/kinds/${kind}`, what: `unknown role ${name}` })),
        ...(warnWorkingDays > deadlineWorkingDays
          ? [{ at: `/kinds/${kind}/warnWorkingDays`, what: 'warns before it is opened' }]
          : []),
      ];
    },
  );
  return [...gone, ...wrong];
}

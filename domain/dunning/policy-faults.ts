import { isContact, ladderFaults } from './ladder.ts';
import type { Ladder, StrategyRow } from './ladder.ts';
import { ladderDayFaults } from './ladder-days.ts';
import { stepLetterFaults } from './letters-there.ts';
import { unreachedStrategy } from './strategy-rows.ts';
import type { LaddersPolicy } from './policy.ts';
import { fault, goneFaults, twice, unknownGrades } from '../platform/policy-fault.ts';
import type { PolicyContext, PolicyFault } from '../platform/policy-fault.ts';

/** Each rung names what exists, and the strategy holds for everybody. */
export function laddersFaults({ ladders: all, strategy }: LaddersPolicy, context: PolicyContext): PolicyFault[] {
  const ids = all.map((ladder) => ladder.id);
  const last = strategy.at(-1);
  return [
    ...all.flatMap((ladder, at) => [
      ...ladderFaults(ladder).map(({ rung, fault: of }) => fault(`/ladders/${at}`, `${ladder.id} ${rung} ${of}`.trim())),
      ...(ids.indexOf(ladder.id) === at ? [] : [fault(`/ladders/${at}/id`, `${ladder.id} duplicate-id`)]),
      ...ladderDayFaults(ladder, `/ladders/${at}`),
      ...nameFaults(ladder, context, `/ladders/${at}`),
    ]),
    ...(context.ownLadders ?? [])
      .filter((own) => !ids.includes(own))
      .map((own) => fault('/ladders', `${own} is named by customers`)),
    ...goneFaults('dunning procedure', context.laddersNamed ?? [], ids, '/ladders'),
    ...strategy.flatMap((row, at) => strategyFaults(row, ids, context, `/strategy/${at}`)),
    ...(last && Object.keys(last.when).length === 0 ? [] : [fault('/strategy', 'the last row must hold for everybody')]),
    ...unreachedStrategy(strategy, context.grades).map((at): PolicyFault => ({
      ...fault(`/strategy/${at}`, `row ${at + 1} is never reached`),
      code: 'table-row',
      params: { row: at + 1, name: strategy[at]?.ladder ?? '' },
    })),
  ];
}

/** Templates and kinds of task that a step names: they exist, and go with what it does. */
function nameFaults({ rungs }: Ladder, { kinds, templates, letters }: PolicyContext, at: string): PolicyFault[] {
  return rungs.flatMap(({ action, template, workOrder }, no) => {
    const where = `${at}/rungs/${no}`;
    const idle = isContact(action) ? workOrder !== undefined && 'workOrder' : template !== undefined && 'template';
    return [
      ...(workOrder && !kinds.includes(workOrder) ? [fault(`${where}/workOrder`, `unknown kind ${workOrder}`)] : []),
      ...(template && !templates.includes(template) ? [fault(`${where}/template`, `unknown template ${template}`)] : []),
      ...(template && letters ? stepLetterFaults(template, letters, `${where}/template`) : []),
      ...(idle ? [fault(`${where}/${idle}`, `${idle} has no part in ${action}`)] : []),
    ];
  });
}

function strategyFaults(
  { when, ladder }: StrategyRow,
  ladders: readonly string[],
  { grades }: PolicyContext,
  at: string,
): PolicyFault[] {
  return [
    ...(['types', 'regions', 'tiers', 'grades'] as const).flatMap((name) => twice(when[name] ?? [], `${at}/when/${name}`)),
    ...unknownGrades(when.grades ?? [], grades, `${at}/when/grades`),
    ...(ladders.includes(ladder) ? [] : [fault(`${at}/ladder`, `unknown dunning procedure ${ladder}`)]),
  ];
}

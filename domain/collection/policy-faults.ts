import { may, roles } from '../kernel/actor.ts';
import type { Permission, Role } from '../kernel/actor.ts';
import { amountFaults } from '../amount-faults.ts';
import { isZone } from '../kernel/calendar.ts';
import { allowedMinutesOf } from './governor.ts';
import { isContact, ladderFaults } from './ladder.ts';
import type { Ladder, StrategyRow } from './ladder.ts';
import { ladderDayFaults } from './ladder-days.ts';
import { channelFaults, stepLetterFaults } from './letters-there.ts';
import { unreachedStrategy } from './strategy-rows.ts';
import type { CollectionPolicy, ContactPolicy, LaddersPolicy, WorkOrderKind, WorkOrderPolicy } from './policy.ts';
import { fault, twice, unknownGrades } from '../kernel/policy-fault.ts';
import type { PolicyContext, PolicyFault } from '../kernel/policy-fault.ts';

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

/** Minimum balances are amounts of their currency. */
export function collectionFaults({ minBalance, bookedAlone = {}, promiseBringsForward = [] }: CollectionPolicy): PolicyFault[] {
  return [
    ...amountFaults('/minBalance', minBalance),
    ...amountFaults('/bookedAlone', bookedAlone),
    ...twice(promiseBringsForward, '/promiseBringsForward'),
  ];
}

/** The window has room for a slot, quiet hours silence a part of the day, and the caps go with one another. */
export function contactRulesFaults(rules: ContactPolicy, { letters }: PolicyContext): PolicyFault[] {
  if (!isZone(rules.zone)) return [fault('/zone', `${rules.zone} is no time zone`)];
  const { perDay, perWeek, fallback, channels } = rules;
  return [
    ...hourFaults(rules),
    ...(perDay > perWeek ? [fault('/perDay', 'more contacts a day than a week')] : []),
    ...(fallback && fallback.perWeek > perWeek ? [fault('/fallback/perWeek', 'more fallbacks than contacts a week')] : []),
    ...Object.entries(channels).flatMap(([of, named]) => twice(named, `/channels/${of}`)),
    ...(letters ? channelFaults(channels, letters, '/channels') : []),
  ];
}

const MINUTES_A_DAY = 1440;

function hourFaults(rules: ContactPolicy): PolicyFault[] {
  const { quiet, window, both } = allowedMinutesOf(rules);
  if (quiet === 0) return [fault('/quietTo', 'quiet hours that silence nothing')];
  if (quiet === MINUTES_A_DAY) return [fault('/quietTo', 'quiet hours that silence the whole day')];
  if (window === 0) return [fault('/windowTo', 'a window that holds no minute')];
  if (both === 0) return [fault('/windowFrom', 'quiet hours silence the whole window')];
  return rules.minutesPerSlot > window ? [fault('/minutesPerSlot', 'a slot is longer than the window')] : [];
}

/** Kinds in use stay: open ladders name them. */
export function workOrdersFaults({ kinds }: WorkOrderPolicy, context: PolicyContext): PolicyFault[] {
  const gone = context.kinds
    .filter((kind) => !Object.hasOwn(kinds, kind))
    .map((kind) => fault(`/kinds/${kind}`, `${kind} is in use`));
  return [...gone, ...Object.entries(kinds).flatMap(([name, kind]) => kindFaults(name, kind, `/kinds/${name}`))];
}

const allows = (role: string, verb: Permission): boolean => may({ kind: 'user', id: '', role: role as Role, scope: {} }, verb);

/** Tasks that end by themselves once their cause is gone: whoever reads them is enough. */
const endsByItself = ['process-fails', 'faulty-rows', 'calendar-notice'];

/** Whose a task is whose decision belongs to a role: its kind is named after it. */
const decider = /^(?:approval|release|act)-(.+)$/;

function kindFaults(name: string, kind: WorkOrderKind, at: string): PolicyFault[] {
  const { role, escalateTo, deadlineWorkingDays, warnWorkingDays, effects = [] } = kind;
  const all = [role, ...escalateTo].map((one, no) => ({ one, where: no === 0 ? `${at}/role` : `${at}/escalateTo/${no - 1}` }));
  const owner = decider.exec(name)?.[1]?.replaceAll('-', '_');
  return [
    ...all.flatMap(({ one, where }, no) => {
      if (!(roles as readonly string[]).includes(one)) return [fault(where, `unknown role ${one}`)];
      if (!allows(one, endsByItself.includes(name) ? 'task.read' : 'task.work'))
        return [fault(where, `${one} does not work on tasks`)];
      if (effects.includes('decide-hold') && !allows(one, 'hold.decide'))
        return [fault(where, `${one} does not decide on holds`)];
      return all.findIndex((other) => other.one === one) === no ? [] : [fault(where, `${one} has the task already`)];
    }),
    ...(owner !== undefined && allows(owner, 'credit.decide') && role !== owner
      ? [fault(`${at}/role`, `a task that only ${owner} can decide`)]
      : []),
    ...(warnWorkingDays > deadlineWorkingDays ? [fault(`${at}/warnWorkingDays`, 'warns before it is opened')] : []),
    ...twice(effects, `${at}/effects`),
  ];
}

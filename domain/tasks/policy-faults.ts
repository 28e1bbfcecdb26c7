import { may, roles } from '../platform/actor.ts';
import type { Permission, Role } from '../platform/actor.ts';
import { fault, goneFaults, twice } from '../platform/policy-fault.ts';
import type { PolicyContext, PolicyFault } from '../platform/policy-fault.ts';
import type { WorkOrderKind, WorkOrderPolicy } from './policy.ts';

/** Kinds in use stay: open ladders name them. So do those that other policies name. */
export function workOrdersFaults({ kinds }: WorkOrderPolicy, context: PolicyContext): PolicyFault[] {
  const gone = context.kinds
    .filter((kind) => !Object.hasOwn(kinds, kind))
    .map((kind) => fault(`/kinds/${kind}`, `${kind} is in use`));
  const left = [...Object.keys(kinds), ...context.kinds];
  const named = goneFaults('kind of task', context.kindsNamed ?? [], left, '/kinds');
  return [...gone, ...named, ...Object.entries(kinds).flatMap(([name, kind]) => kindFaults(name, kind, `/kinds/${name}`))];
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

import { isZone } from '../platform/calendar.ts';
import { allowedMinutesOf } from './governor.ts';
import { channelFaults } from '../dunning/letters-there.ts';
import { fault, twice } from '../platform/policy-fault.ts';
import type { PolicyContext, PolicyFault } from '../platform/policy-fault.ts';
import type { ContactPolicy } from './policy.ts';

/** The window has room for a slot, quiet hours silence a part of the day, the caps go with one another, and a stop is in force for a day at least. */
export function contactRulesFaults(rules: ContactPolicy, { letters, from }: PolicyContext): PolicyFault[] {
  if (!isZone(rules.zone)) return [fault('/zone', `${rules.zone} is no time zone`)];
  const { perDay, perWeek, fallback, channels, enforcementOff: off } = rules;
  return [
    ...hourFaults(rules),
    ...(perDay > perWeek ? [fault('/perDay', 'more contacts a day than a week')] : []),
    ...(fallback && fallback.perWeek > perWeek ? [fault('/fallback/perWeek', 'more fallbacks than contacts a week')] : []),
    ...(off && from !== undefined && off.until < from
      ? [fault('/enforcementOff/until', 'ends before the version is in force')]
      : []),
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

import { fault } from '../platform/policy-fault.ts';
import type { LettersThere, PolicyFault } from '../platform/policy-fault.ts';

const languages = ['zh', 'en'] as const;

/** Languages in which a template has no letter for a channel. An SMS says the same whatever it is about. */
const lacking = (template: string, channel: string, { letters }: LettersThere): string[] =>
  channel === 'sms'
    ? []
    : languages.filter(
        (language) => !letters.some((one) => one.id === template && one.language === language && one.channel === channel),
      );

/** A letter of a step can be written to every customer, by every channel of its class. */
export function stepLetterFaults(template: string, there: LettersThere, at: string): PolicyFault[] {
  const of = there.letters.find(({ id }) => id === template)?.class;
  if (of === undefined) return [];
  if (there.ofNotices.includes(template)) return [fault(at, `${template} is a notice of its own and no letter of a step`)];
  const [channel] = (there.channels[of] ?? []).filter((one) => lacking(template, one, there).length > 0);
  return channel === undefined ? [] : [lackingFault(template, channel, there, at)];
}

/** By every channel of a class the letters of the steps in force can be written. */
export const channelFaults = (
  channels: Readonly<Record<string, readonly string[]>>,
  there: LettersThere,
  at: string,
): PolicyFault[] =>
  Object.entries(channels).flatMap(([of, named]) => {
    const ofClass = there.ofSteps.filter((template) => there.letters.some(({ id, class: its }) => id === template && its === of));
    return named.flatMap((channel, no) =>
      ofClass
        .filter((template) => lacking(template, channel, there).length > 0)
        .slice(0, 1)
        .map((template) => lackingFault(template, channel, there, `${at}/${of}/${no}`)),
    );
  });

const lackingFault = (template: string, channel: string, there: LettersThere, at: string): PolicyFault =>
  fault(at, `${template} has no letter in ${lacking(template, channel, there).join(' and ')} by ${channel}`);

import type { BusinessDate } from './calendar.ts';
import type { RefusalCode, RefusalParams } from './refusal-codes.ts';

/** What a policy contradicts: `at` is a JSON pointer into its content. With a code, people read the words of that code, not `what`. */
export interface PolicyFault {
  at: string;
  what: string;
  code?: RefusalCode;
  params?: RefusalParams;
}

/** The policies a new version must fit beside, on one day. */
export interface PolicyContext {
  kinds: readonly string[];
  templates: readonly string[];
  /** Ids of the ladders in force. */
  ladders: readonly string[];
  /** Grades in force, the best first. */
  grades: readonly string[];
  /** Roles that somebody fills by a credential or a delegation; absent: not judged. */
  filled?: readonly string[];
  /** What letters there are, and how each class of them goes; absent: not judged. */
  letters?: LettersThere;
  /** Ladders that customers have of their own. */
  ownLadders?: readonly string[];
  /** What in the other policies in force names grades, ladders and kinds of tasks; absent: not judged. */
  gradesNamed?: readonly Naming[];
  laddersNamed?: readonly Naming[];
  kindsNamed?: readonly Naming[];
  /** The day from which the version will be in force; absent: not judged. */
  from?: BusinessDate;
}

/** What stands beside a version from a day on, until the next of its days. */
export interface PolicyDay {
  day: BusinessDate;
  context: PolicyContext;
}

/** What a policy names; `by`: the policy, and the row where it has rows. */
export interface Naming {
  by: string;
  names: readonly string[];
}

export interface LettersThere {
  letters: readonly { id: string; class: string; language: string; channel: string }[];
  /** By contact rules in force, channels by class of message. */
  channels: Readonly<Record<string, readonly string[]>>;
  /** Templates that steps of the ladders in force name. */
  ofSteps: readonly string[];
  /** Templates of notices: about no step. */
  ofNotices: readonly string[];
}

export const fault = (at: string, what: string): PolicyFault => ({ at, what });

/** What a list names more than once, each at its place; `field` is the part of an item that holds it, such as '/id'. */
export const twice = (names: readonly string[], at: string, field = ''): PolicyFault[] =>
  names.flatMap((name, no) => (names.indexOf(name) === no ? [] : [fault(`${at}/${no}${field}`, `${name} appears twice`)]));

/** What is named by another policy and is not there. */
export const goneFaults = (what: string, named: readonly Naming[], left: readonly string[], at: string): PolicyFault[] =>
  named.flatMap(({ by, names }) =>
    names.filter((one) => !left.includes(one)).map((one) => fault(at, `${what} ${one} is named by ${by}`)),
  );

/** What names no grade in force. */
export const unknownGrades = (named: readonly string[], known: readonly string[], at: string): PolicyFault[] =>
  named.flatMap((grade, no) => (known.includes(grade) ? [] : [fault(`${at}/${no}`, `unknown grade ${grade}`)]));

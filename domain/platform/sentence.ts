/** What a sentence about a fact may say. */
export interface Figures {
  about: string;
  /** Why, in words; `code`: as it is recorded. */
  reason: string;
  code: string;
  amount: string;
  /** A field after the fact as it is recorded, to choose words by; '' when it is not there. */
  get: (name: string) => string;
  /** The same as people read it: roles, channels, steps and times in words; `as`: by the words of another field. */
  say: (name: string, as?: string) => string;
  /** Names of the fields after the fact. */
  fields: readonly string[];
}
export type Sentence = readonly [en: (f: Figures) => string, zh: (f: Figures) => string];

/** Words for the values of a field; a value without words is shown as it is. */
export const choose =
  (words: Readonly<Record<string, string>>, name: string) =>
  (f: Figures): string =>
    words[f.get(name)] ?? f.get(name);

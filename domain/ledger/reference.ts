const shortest = 3;

/** A document that text may name by any of its numbers: the sender's own id of it, and the number that is printed on it. */
export interface NamedDocument {
  key: string;
  names: readonly string[];
}

/**
 * The documents that free text names, as whole words, whatever the case or width of its letters. "INV-1" is not named by "INV-10" or
 * "INV-1-2"; a number of one or two characters counts only when it is the whole text, and one that several documents bear names none.
 */
export function documentsNamedBy(text: string, documents: readonly NamedDocument[]): ReadonlySet<string> {
  const whole = plain(text);
  const bearers = new Map<string, Set<string>>();
  for (const { key, names } of documents) {
    for (const word of names.map(plain)) bearers.set(word, (bearers.get(word) ?? new Set()).add(key));
  }
  const longestFirst = [...bearers].toSorted(([a], [b]) => b.length - a.length || (a < b ? -1 : 1));
  const named = new Set<string>();
  let free = whole;
  for (const [word, keys] of longestFirst) {
    const at = word.length < shortest ? -1 : wholeWordAt(whole, free, word);
    if (at === -1 && (word !== whole || word === '')) continue;
    const [only] = keys;
    if (only !== undefined && keys.size === 1) named.add(only);
    if (at !== -1) free = free.slice(0, at) + '\0'.repeat(word.length) + free.slice(at + word.length);
  }
  return named;
}

/** The one document that a name given outright means: by the sender's id, else by a printed number that only one bears. */
export function documentMeant<T extends { invoice: string; number: string }>(
  name: string,
  documents: readonly T[],
): string | null {
  if (documents.some((one) => one.invoice === name)) return name;
  const [only, ...more] = new Set(documents.filter((one) => one.number === name).map((one) => one.invoice));
  return only !== undefined && more.length === 0 ? only : null;
}

const plain = (text: string): string => text.normalize('NFKC').trim().toUpperCase();

const letterOrDigit = /[A-Z0-9]/;
const joiner = /[-_.]/;

/** The place of a word in the text that no longer number has claimed; -1 when there is none. */
function wholeWordAt(text: string, free: string, word: string): number {
  for (let at = free.indexOf(word); at !== -1; at = free.indexOf(word, at + 1)) {
    if ((!goesOn(text, at - 1, -1) || isLabelled(text, at)) && !goesOn(text, at + word.length, 1)) return at;
  }
  return -1;
}

/** Whether the word goes on past its edge: a letter or digit, or a joiner followed by one. */
function goesOn(text: string, at: number, step: 1 | -1): boolean {
  const char = text[at] ?? '';
  return letterOrDigit.test(char) || (joiner.test(char) && letterOrDigit.test(text[at + step] ?? ''));
}

/** Whether a label in letters and a full stop stand before the word: "No.611365", "INV.611365". */
const isLabelled = (text: string, at: number): boolean =>
  /(?<![A-Z0-9]|[-_.])[A-Z]+\.$/.test(text.slice(Math.max(0, at - 20), at));

const shortest = 3;

/**
 * The invoice numbers a payment's free text names, as whole words, whatever the case or width of its letters. "INV-1" is not
 * named by "INV-10" or "INV-1-2"; a number of one or two characters counts only when it is the whole text.
 */
export function invoicesNamedBy(reference: string, invoices: ReadonlySet<string>): ReadonlySet<string> {
  const text = plain(reference);
  const longestFirst = [...invoices].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const named = new Set<string>();
  let free = text;
  for (const invoice of longestFirst) {
    const word = plain(invoice);
    if (word === text && word !== '') named.add(invoice);
    if (word.length < shortest) continue;
    const at = wholeWordAt(text, free, word);
    if (at === -1) continue;
    named.add(invoice);
    free = free.slice(0, at) + '\0'.repeat(word.length) + free.slice(at + word.length);
  }
  return named;
}

const plain = (text: string): string => text.normalize('NFKC').trim().toUpperCase();

const letterOrDigit = /[A-Z0-9]/;
const joiner = /[-_.]/;

/** The place of a word in the text that no longer number has claimed; -1 when there is none. */
function wholeWordAt(text: string, free: string, word: string): number {
  for (let at = free.indexOf(word); at !== -1; at = free.indexOf(word, at + 1)) {
    if (!goesOn(text, at - 1, -1) && !goesOn(text, at + word.length, 1)) return at;
  }
  return -1;
}

/** Whether the word goes on past its edge: a letter or digit, or a joiner followed by one. */
function goesOn(text: string, at: number, step: 1 | -1): boolean {
  const char = text[at] ?? '';
  return letterOrDigit.test(char) || (joiner.test(char) && letterOrDigit.test(text[at + step] ?? ''));
}

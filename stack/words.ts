/** A sentence in both languages; whoever shows it knows which one is read. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}

/** Tells the user how far it is. */
export type Say = (words: Words) => void;

/** The language of the person at the terminal, by the system's settings. */
export function terminalLanguage(env: NodeJS.ProcessEnv): 'zh' | 'en' {
  return /^zh/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || '') ? 'zh' : 'en';
}

/** Columns a text takes in a terminal: Chinese characters and full-width marks take two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const char of text)
    columns += /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u.test(char)
      ? 2
      : 1;
  return columns;
}

/** The text filled up with blanks to so many columns. */
export const padTo = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - columnsOf(text)));

/** The text with blanks before it, for figures. */
export const padFrom = (text: string, columns: number): string => ' '.repeat(Math.max(0, columns - columnsOf(text))) + text;

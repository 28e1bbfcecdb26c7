import { plainText } from './plain-text.ts';

/** Sentences as people judged them: what no letter may say, found by its phrases or not, and what letters say. */
export interface LetterSentences {
  refused: Readonly<Record<string, readonly string[]>>;
  doubtful: readonly string[];
  plain: readonly string[];
}

/** How far a sentence is from what letters say; above none it is nearer to what they may not. */
export type Tone = (sentence: string) => number;

const han = /\p{Script=Han}/u;

/** The characters and pairs of them of a Chinese text, the words and pairs of them of an English one. */
function partsOf(sentence: string): Set<string> {
  const text = plainText(sentence).toLowerCase();
  const signs = [...text].map((sign) => (han.test(sign) ? sign : ' '));
  const words = text.match(/[a-z']+/g) ?? [];
  const pairs = (list: readonly string[], between: string) => list.slice(1).map((one, at) => `${list[at]}${between}${one}`);
  return new Set(
    [...signs, ...pairs(signs, ''), ...words, ...pairs(words, ' ')].filter((part) => !/^ *$|^ \S$|^\S $/.test(part)),
  );
}

const SMOOTHING = 0.5;
/** Set by leaving sentences out: most of what nobody had shown it lies above, few of what letters say. */
const DOUBTFUL_FROM = -1;

/** Learns from sentences how each of their parts weighs (naive Bayes): no list of phrases holds what the next author writes. */
export function learnTone(bad: readonly string[], plain: readonly string[]): Tone {
  const count = (sentences: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const sentence of sentences) for (const part of partsOf(sentence)) counts.set(part, (counts.get(part) ?? 0) + 1);
    return counts;
  };
  const [among, beside] = [count(bad), count(plain)];
  const share = (counts: ReadonlyMap<string, number>, part: string, of: number): number =>
    Math.log(((counts.get(part) ?? 0) + SMOOTHING) / (of + 1));
  return (sentence) =>
    [...partsOf(sentence)]
      .filter((part) => among.has(part) || beside.has(part))
      .reduce((sum, part) => sum + share(among, part, bad.length) - share(beside, part, plain.length), 0);
}

/** Whether a person should look at a sentence before it goes to a customer. */
export const isDoubtful = (sentence: string, tone: Tone): boolean => tone(sentence) > DOUBTFUL_FROM;

/** Sentences of a template as it is written, without its code; each once. */
export function sentencesOf(template: string): string[] {
  const text = template.replace(/\{%-?\s*comment.*?endcomment\s*-?%\}/gs, '').replace(/\{%.*?%\}/gs, '\n');
  const said = text.replace(/\{\{\s*(?:'([^']*)'|"([^"]*)")?.*?\}\}/gs, (_, one?: string, two?: string) => one ?? two ?? '…');
  const parts = said.split(/(?<=[。!?;!?;])|(?<=\.)\s+|\n/u).map((part) => part.trim());
  return [...new Set(parts)].filter((part) => /\p{Script=Han}{2}|[a-z]{2,} [a-z]/iu.test(part));
}

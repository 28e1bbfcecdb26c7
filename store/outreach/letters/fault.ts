import type { Words } from '../../../domain/platform/words.ts';

/** What cannot be in a template, in both languages. */
export class LetterFault extends Error {
  readonly words: Words;
  constructor(words: Words) {
    super(words.en);
    this.words = words;
  }
}

/** What the library says of a text that it cannot read, in Chinese; its sentences are English alone. */
const zhOf: readonly (readonly [RegExp, string])[] = [
  [/^tag "?(.+?)"? not found/, '没有标签 $1'],
  [/^tag "?(.+?)"? not closed/, '标签 $1 没有结束'],
  [/^output "?(.+?)"? not closed/, '输出 $1 没有结束'],
  [/^undefined filter: (\S+?),?$/, '没有过滤器 $1'],
  [/^undefined variable: (.+?),?$/, '没有名称 $1'],
];

/** The first line of what went wrong, in both languages; the place in the text is kept. */
export function faultWords(error: unknown): Words {
  if (error instanceof LetterFault) return error.words;
  const en = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  const [, said = en, line, column] = /^(.*?),? ?line:(\d+), col:(\d+)$/.exec(en) ?? [];
  const known = zhOf.find(([pattern]) => pattern.test(said));
  const zh = known ? said.replace(...known) : `无法读取（${said}）`;
  return { en, zh: line === undefined ? zh : `${zh}，第 ${line} 行第 ${column} 列` };
}

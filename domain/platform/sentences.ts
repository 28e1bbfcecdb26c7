import { sayDate } from './said-time.ts';

type Language = 'zh' | 'en';
type Params = Readonly<Record<string, string>>;

/** A sentence for each code, in both languages. */
export type Sentences<Code extends string> = Readonly<Record<Language, Readonly<Record<Code, (params: Params) => string>>>>;

/** What is said of a code without words. */
export const byAnotherVersion: Readonly<Record<Language, string>> = {
  en: 'recorded by another version of the product, which this one has no words for',
  zh: '由其他版本的系统记录，当前版本没有对应的说明',
};

/**
 * The sentence of a code. Rows outlive versions, and during an upgrade the older half may read what the newer wrote: a code without words
 * is said to be one, and keeps nobody from reading the rest.
 */
export function sentenceOf<Code extends string>(
  sentences: Sentences<Code>,
  { code, params }: { readonly code: Code; readonly params: Params },
  language: Language,
): string {
  const known: Readonly<Record<string, ((params: Params) => string) | undefined>> = sentences[language];
  const figures = Object.fromEntries(Object.entries(params).map(([name, text]) => [name, sayDate(text, language)]));
  const said = (Object.hasOwn(known, code) ? known[code]?.(figures) : undefined) ?? byAnotherVersion[language];
  return language === 'zh' ? closedUp(said) : said;
}

const CHINESE = /(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])/g;

/** A sentence without the space that a figure beginning or ending with a Chinese word leaves between two Chinese characters. */
export const closedUp = (sentence: string): string => sentence.replace(CHINESE, '');

import { figuresOf, sayFigure } from './refusal-figures.ts';
import { refusalsEn } from './refusals-en.ts';
import { invalidSentence } from '../platform/refusals-invalid.ts';
import { refusalsZh } from './refusals-zh.ts';
import { byAnotherVersion, closedUp } from '../platform/sentences.ts';
import type { RefusalCode, RefusalParams, RefusalText } from '../platform/refusal-codes.ts';

const clause = /\[([^\]]*)\]/g;

const placeholder = /\{(\w+)\}/g;

/** A clause in square brackets is said only when every figure it names is known. Figures are put in once, never read again. */
function fill(template: string, code: RefusalCode, params: RefusalParams, language: 'zh' | 'en'): string {
  const known = (name: string): boolean => Object.hasOwn(params, name);
  const put = (text: string): string =>
    text.replace(placeholder, (_, name: string) => (known(name) ? sayFigure(code, params, name, language) : ''));
  return template
    .split(clause)
    .map((text, place) =>
      place % 2 === 0 || [...text.matchAll(placeholder)].every(([, name = '']) => known(name)) ? put(text) : '',
    )
    .join('');
}

/** The refusal in words: what is wrong, with the figures known, and how to mend it. */
export function refusalText(code: RefusalCode, params: RefusalParams, language: 'zh' | 'en'): RefusalText {
  const texts: Partial<Record<string, RefusalText>> = language === 'zh' ? refusalsZh : refusalsEn;
  const words = byAnotherVersion[language];
  // A refusal that was kept, as in the rows of an import, may be another version's.
  const { title, detail } = (Object.hasOwn(texts, code) ? texts[code] : undefined) ?? { title: words, detail: words };
  const own = code === 'invalid' ? invalidSentence(params['fault'], language) : undefined;
  const said = fill(own ?? detail, code, figuresOf(code, params), language);
  return { title, detail: language === 'zh' ? closedUp(said) : said };
}

/** Text in both languages. */
export interface Words {
  en: string;
  zh: string;
}

/** A word of a table, in both languages. */
export const w = (en: string, zh: string): Words => ({ en, zh });

/** Words by code, by the record's field. */
export type CodeWords = Readonly<Record<string, Readonly<Record<string, Words>>>>;

/** Words for each of a closed set of codes. */
export type WordsByCode<Code extends string> = Readonly<Record<Code, Words>>;

/** Lists kept by language, as one list by code. */
export function wordsByCode<Code extends string>(
  lists: Readonly<Record<'en' | 'zh', Readonly<Record<Code, string>>>>,
): WordsByCode<Code> {
  const codes = Object.keys(lists.en) as Code[];
  return Object.fromEntries(codes.map((code) => [code, w(lists.en[code], lists.zh[code])])) as Record<Code, Words>;
}

const invisible = /[\p{Cf}\p{Mn}]/gu;
/** Blanks and signs between Chinese characters hide a word from a list, not from its reader. */
const split = /(?<=\p{Script=Han})[\s*_.·•\-~/|、]+(?=\p{Script=Han})/gu;

/** Text as its reader takes it in, whatever breaks, blanks, wide letters and signs that nobody sees it is written with. */
export const plainText = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(invisible, '')
    .replace(split, '')
    .replace(/[’‘]/g, "'")
    .replace(/(?<=[\w-])。(?=[a-z])/gi, '.')
    .replace(/\s+/g, ' ');

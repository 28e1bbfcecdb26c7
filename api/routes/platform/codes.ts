import { codeList } from '../../../contracts/platform/codes.ts';
import { codeWords } from '../../../domain/records/code-words.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';

const listed = (language: Language) =>
  Object.entries(codeWords).flatMap(([field, words]) =>
    Object.entries(words).map(([code, text]) => ({ field, code, text: text[language] })),
  );

/** The codes that stand in answers, with their words: whoever shows them to people need not invent any. */
export function codeRoutes(): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/codes',
      verb: 'signed-in',
      tag: 'System',
      summary: 'What each state, kind and step means, in words for people',
      answers: { 200: { description: 'Every code with its words.', schema: codeList } },
      handle: ({ language }) => Promise.resolve({ status: 200, body: { data: listed(language) } }),
    }),
  ];
}

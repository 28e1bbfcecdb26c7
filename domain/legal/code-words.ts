import { w } from '../platform/words.ts';

import type { CodeWords } from '../platform/words.ts';

/** What the codes of legal mean, by the record's field. */
export const legalCodeWords = {
  'legal-case.state': {
    demand: w('formal demand', '发函阶段'),
    path: w('path to be chosen', '待选择路径'),
    waiting: w('waiting', '等待中'),
    closed: w('closed', '已结案'),
  },
} as const satisfies CodeWords;

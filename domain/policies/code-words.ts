import { w } from '../platform/words.ts';

import type { CodeWords } from '../platform/words.ts';

/** What the codes of policies mean, by the record's field. */
export const policiesCodeWords = {
  'calendar-day.kind': { off: w('day off', '休息日'), work: w('working day', '工作日') },
} as const satisfies CodeWords;

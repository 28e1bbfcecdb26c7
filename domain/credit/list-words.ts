import type { lists } from './facts.ts';
import type { Words } from '../platform/words.ts';

/** What each sanction or court list is called. */
export const listWords: Readonly<Record<(typeof lists)[number], Words>> = {
  dishonest: { en: 'the list of dishonest persons subject to enforcement', zh: '失信被执行人名单' },
  sanctions: { en: 'a sanctions list', zh: '制裁名单' },
  'consumption-limit': { en: 'the list of persons whose consumption is limited', zh: '限制高消费名单' },
  'abnormal-operation': { en: 'the list of abnormal operations', zh: '经营异常名录' },
  other: { en: 'another list', zh: '其他名单' },
};

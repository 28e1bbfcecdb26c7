import { roleWords } from '../platform/code-words.ts';
import { w } from '../platform/words.ts';
import type { CodeWords } from '../platform/words.ts';

/** What the codes of tasks mean, by the record's field. */
export const tasksCodeWords = {
  'task.role': roleWords,
  'task.state': {
    open: w('open', '待办'),
    warned: w('nearly due', '即将到期'),
    escalated: w('escalated', '已升级'),
    done: w('done', '已完成'),
    cancelled: w('cancelled', '已取消'),
  },
} as const satisfies CodeWords;

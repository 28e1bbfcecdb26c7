import { w } from '../platform/words.ts';

import type { CodeWords } from '../platform/words.ts';

/** What the codes of dunning mean, by the record's field. */
export const dunningCodeWords = {
  'receivable.plan-step': {
    wait: w('wait', '等待'),
    notice: w('send a notice', '发送到期通知'),
    remind: w('send a reminder', '发送催款提醒'),
    'work-order': w('open a task', '建立待办'),
    escalate: w('escalate', '升级处理'),
    legal: w('hand over to legal', '移交法务'),
    close: w('close', '结束'),
  },
  'receivable.stage': {
    scheduled: w('scheduled', '未到期'),
    due: w('due', '到期'),
    reminder: w('reminder', '催款'),
    escalation: w('escalation', '升级'),
    legal: w('legal', '法务'),
    closed: w('closed', '已关闭'),
  },
  'step.state': {
    planned: w('planned', '已计划'),
    requested: w('requested', '待发送'),
    taken: w('done', '已执行'),
    missed: w('missed', '已错过'),
    skipped: w('skipped', '已跳过'),
    'before-go-live': w('before going live', '上线前'),
  },
} as const satisfies CodeWords;

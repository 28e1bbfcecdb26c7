import { w } from '../platform/words.ts';
import type { Role } from '../platform/actor.ts';
import type { Words, CodeWords } from '../platform/words.ts';

const role: Readonly<Record<Role, Words>> = {
  erp: w('ERP system', 'ERP 系统'),
  sales: w('sales', '销售'),
  credit_officer: w('credit officer', '信用专员'),
  credit_manager: w('credit manager', '信用经理'),
  finance_director: w('finance director', '财务总监'),
  collector: w('collector', '催收专员'),
  logistics: w('logistics', '物流'),
  legal: w('legal', '法务'),
  auditor: w('auditor', '审计'),
  admin: w('administrator', '管理员'),
};

/** What the codes of tasks mean, by the record's field. */
export const tasksCodeWords = {
  'task.role': role,
  'task.state': {
    open: w('open', '待办'),
    warned: w('nearly due', '即将到期'),
    escalated: w('escalated', '已升级'),
    done: w('done', '已完成'),
    cancelled: w('cancelled', '已取消'),
  },
} as const satisfies CodeWords;

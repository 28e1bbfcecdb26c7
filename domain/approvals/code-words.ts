import { roleWords } from '../platform/code-words.ts';
import { w } from '../platform/words.ts';
import type { CodeWords } from '../platform/words.ts';

/** What the codes of approvals mean, by the record's field. */
export const approvalsCodeWords = {
  'credit-application.requested-role': roleWords,
  'pending-act.state': {
    pending: w('pending', '待复核'),
    approved: w('approved', '已批准'),
    declined: w('declined', '已拒绝'),
    withdrawn: w('withdrawn', '已撤回'),
    lapsed: w('lapsed', '已失效'),
  },
  'approval.state': {
    waiting: w('waiting for the tier before', '等待上一级'),
    open: w('awaiting a decision', '待审批'),
    approved: w('approved', '已批准'),
    declined: w('declined', '已拒绝'),
    returned: w('returned', '已退回'),
    countered: w('counter-proposal made', '已提出调整方案'),
    escalated: w('passed on to the next tier', '已上报下一级'),
  },
  'approval.verdict': {
    approve: w('approve', '同意'),
    decline: w('decline', '拒绝'),
    return: w('return', '退回'),
    counter: w('make a counter-proposal', '提出调整方案'),
  },
} as const satisfies CodeWords;

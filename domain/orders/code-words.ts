import { w, wordsByCode } from '../platform/words.ts';
import type { HoldVerdict, OrderHoldState, OrderHoldStep } from './order-hold.ts';
import type { ReturnCredit, ReturnState } from './returns.ts';
import { orderHoldStateWords } from './hold-words.ts';
import type { CodeWords, WordsByCode } from '../platform/words.ts';

const orderDecision = { approved: w('approved', '通过'), held: w('held', '冻结'), rejected: w('rejected', '拒绝') };
const orderHoldStep: WordsByCode<OrderHoldStep> = {
  route: w('set the approval route', '确定审批路径'),
  warn: w('warn that it lapses', '提醒即将失效'),
  lapse: w('lapse', '失效'),
  close: w('close', '结束'),
};

/** What the codes of orders mean, by the record's field. */
export const ordersCodeWords = {
  'goods-return.credit': {
    none: w('nothing of it was invoiced', '无已开票部分'),
    waits: w('waits for a second person', '等待双人复核'),
    conceded: w('a credit note is due', '应开贷项通知单'),
    declined: w('declined', '已拒绝'),
  } satisfies WordsByCode<ReturnCredit>,
  'goods-return.state': {
    posted: w('posted', '已登记'),
    withdrawn: w('taken back', '已撤回'),
  } satisfies WordsByCode<ReturnState>,
  'order-decision.decision': orderDecision,
  'order-hold.plan-step': orderHoldStep,
  'order-hold.state': wordsByCode<OrderHoldState>(orderHoldStateWords),
  'order-hold.verdict': {
    release: w('release', '放行'),
    part: w('release in part', '部分放行'),
    prepay: w('release against prepayment', '收到预付款后放行'),
    reject: w('reject', '拒绝'),
  } satisfies WordsByCode<HoldVerdict>,
  'sales-order.decision': orderDecision,
  'sales-order.state': {
    open: w('open', '未完成'),
    closed: w('closed', '已关闭'),
    cancelled: w('cancelled', '已取消'),
    lapsed: w('lapsed', '已失效'),
  },
} as const satisfies CodeWords;

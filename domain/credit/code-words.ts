import type { ApplicationState, ApplicationStep } from './application.ts';
import type { HoldVerdict, OrderHoldState, OrderHoldStep } from './order-hold.ts';
import type { ReturnCredit, ReturnState } from './returns.ts';
import type { ReviewState, ReviewStep } from './review.ts';
import { applicationStateWords } from './application-words.ts';
import { orderHoldStateWords } from './hold-words.ts';
import type { Words } from '../kernel/words.ts';

type ByCode<Code extends string> = Readonly<Record<Code, Words>>;

export const w = (en: string, zh: string): Words => ({ en, zh });

/** Lists kept by language, as lists by code. */
function byCode<Code extends string>(lists: Readonly<Record<'en' | 'zh', Readonly<Record<Code, string>>>>): ByCode<Code> {
  const codes = Object.keys(lists.en) as Code[];
  return Object.fromEntries(codes.map((code) => [code, w(lists.en[code], lists.zh[code])])) as Record<Code, Words>;
}

const orderDecision = { approved: w('approved', '通过'), held: w('held', '冻结'), rejected: w('rejected', '拒绝') };
const bucket = {
  reserved: w('reserved by orders', '订单占用'),
  ordered: w('ordered, ships soon', '待发货订单'),
  delivered: w('delivered, not invoiced', '已发货未开票'),
  open: w('invoiced, open', '已开票未结'),
  bills: w('bills not yet cleared', '未到期票据'),
  deposits: w('deposits', '预收款'),
};

const reviewState: ByCode<ReviewState> = {
  open: w('planned', '待复审'),
  running: w('being decided', '复审中'),
  raised: w('limit raised', '额度上调'),
  kept: w('limit kept', '额度维持'),
  lowered: w('limit lowered', '额度下调'),
  cancelled: w('cancelled', '已取消'),
};
const applicationStep: ByCode<ApplicationStep> = {
  gather: w('put the credit file together', '汇集授信档案'),
  ask: w('ask data providers', '查询外部数据'),
  score: w('score', '评分'),
  route: w('set the approval route', '确定审批路径'),
  grant: w('grant by policy', '按信用政策授信'),
  warn: w('warn that it expires', '提醒即将过期'),
  expire: w('expire', '过期'),
  close: w('close', '结束'),
};
const orderHoldStep: ByCode<OrderHoldStep> = {
  route: w('set the approval route', '确定审批路径'),
  warn: w('warn that it lapses', '提醒即将失效'),
  lapse: w('lapse', '失效'),
  close: w('close', '结束'),
};
const reviewStep: ByCode<ReviewStep> = {
  start: w('start its application', '发起复审申请'),
  settle: w('record its result', '记录复审结果'),
  wait: w('wait', '等待'),
  close: w('close', '结束'),
};
/** What the codes of credit and orders mean, by the record's field. */
export const creditCodeWords = {
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
  'connector-call.state': {
    asked: w('asked', '已查询'),
    answered: w('answered', '已答复'),
    failed: w('failed', '查询失败'),
    unavailable: w('unavailable', '无法连接'),
  },
  'credit-account.kind': { payer: w('payer', '付款方'), group: w('group', '集团') },
  'credit-application.kind': {
    new: w('first limit', '首次授信'),
    raise: w('raise of the limit', '提高额度'),
    temporary: w('temporary limit', '临时额度'),
    terms: w('change of terms', '调整账期'),
    review: w('review', '复审'),
  },
  'credit-application.plan-step': applicationStep,
  'credit-application.state': byCode<ApplicationState>(applicationStateWords),
  'credit-limit.kind': { standing: w('permanent', '长期'), temporary: w('temporary', '临时') },
  'credit-review.cause': {
    date: w('its date', '到期复审'),
    'early-warning': w('an early warning', '风险预警'),
    'broken-promise': w('a broken promise', '未兑现的付款承诺'),
    'promise-kept': w('a promise kept after all, on whose breach it was decided', '曾按失约审批的承诺，事后核实已兑现'),
    'limit-expiry': w('the limit expires', '额度到期'),
    request: w('a request', '人工发起'),
    dunning: w('a step of dunning', '催收步骤'),
  },
  'credit-review.plan-step': reviewStep,
  'credit-review.state': reviewState,
  'early-warning.severity': { notice: w('notice', '提示'), warning: w('warning', '预警'), alarm: w('alarm', '警报') },
  'exposure-by-date.bucket': bucket,
  'exposure-entry.bucket': bucket,
  'night.plan-step': { watch: w('look at the next customers', '巡检下一批客户'), close: w('close', '结束') },
  'goods-return.credit': {
    none: w('nothing of it was invoiced', '无已开票部分'),
    waits: w('waits for a second person', '等待双人复核'),
    conceded: w('a credit note is due', '应开贷项通知单'),
    declined: w('declined', '已拒绝'),
  } satisfies ByCode<ReturnCredit>,
  'goods-return.state': { posted: w('posted', '已登记'), withdrawn: w('taken back', '已撤回') } satisfies ByCode<ReturnState>,
  'order-decision.decision': orderDecision,
  'order-hold.plan-step': orderHoldStep,
  'order-hold.state': byCode<OrderHoldState>(orderHoldStateWords),
  'order-hold.verdict': {
    release: w('release', '放行'),
    part: w('release in part', '部分放行'),
    prepay: w('release against prepayment', '收到预付款后放行'),
    reject: w('reject', '拒绝'),
  } satisfies ByCode<HoldVerdict>,
  'sales-order.decision': orderDecision,
  'sales-order.state': {
    open: w('open', '未完成'),
    closed: w('closed', '已关闭'),
    cancelled: w('cancelled', '已取消'),
    lapsed: w('lapsed', '已失效'),
  },
  'security.effect': {
    'raises-limit': w('raises the limit', '提高额度'),
    'lowers-exposure': w('lowers the exposure', '降低信用占用'),
  },
  'security.kind': {
    guarantee: w('guarantee', '保证'),
    deposit: w('deposit', '保证金'),
    insurance: w('credit insurance', '信用保险'),
    mortgage: w('mortgage', '抵押'),
    'letter-of-credit': w('letter of credit', '信用证'),
    other: w('other', '其他'),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Words>>>>;

import { w, wordsByCode } from '../platform/words.ts';
import type { ApplicationState, ApplicationStep } from './application.ts';
import type { ReviewState, ReviewStep } from './review.ts';
import { applicationStateWords } from './application-words.ts';
import type { CodeWords, WordsByCode } from '../platform/words.ts';

const bucket = {
  reserved: w('reserved by orders', '订单占用'),
  ordered: w('ordered, ships soon', '待发货订单'),
  delivered: w('delivered, not invoiced', '已发货未开票'),
  open: w('invoiced, open', '已开票未结'),
  bills: w('bills not yet cleared', '未到期票据'),
  deposits: w('deposits', '预收款'),
};
const reviewState: WordsByCode<ReviewState> = {
  open: w('planned', '待复审'),
  running: w('being decided', '复审中'),
  raised: w('limit raised', '额度上调'),
  kept: w('limit kept', '额度维持'),
  lowered: w('limit lowered', '额度下调'),
  cancelled: w('cancelled', '已取消'),
};
const applicationStep: WordsByCode<ApplicationStep> = {
  gather: w('put the credit file together', '汇集授信档案'),
  ask: w('ask data providers', '查询外部数据'),
  score: w('score', '评分'),
  route: w('set the approval route', '确定审批路径'),
  grant: w('grant by policy', '按信用政策授信'),
  warn: w('warn that it expires', '提醒即将过期'),
  expire: w('expire', '过期'),
  close: w('close', '结束'),
};
const reviewStep: WordsByCode<ReviewStep> = {
  start: w('start its application', '发起复审申请'),
  settle: w('record its result', '记录复审结果'),
  wait: w('wait', '等待'),
  close: w('close', '结束'),
};

/** What the codes of credit mean, by the record's field. */
export const creditCodeWords = {
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
  'credit-application.state': wordsByCode<ApplicationState>(applicationStateWords),
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
} as const satisfies CodeWords;

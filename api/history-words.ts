import type { Activities } from '../activities/index.ts';
import { sayInstant } from '../domain/platform/said-time.ts';
import type { ProcessKind } from '../domain/platform/subject.ts';
import { isSpoken, sayPlanReason, sayPlanState, sayPlanStep } from '../domain/records/plan-words.ts';
import type { HistoryEvent } from './history-json.ts';
import { sayCause, sayFailure } from './history-reasons.ts';
import type { Language } from './route.ts';
import type { PlanReason } from '../domain/platform/plan.ts';

/** A line of the story of a process. */
export interface Told {
  at: string;
  what: string;
  detail: string | null;
}

type Words = Record<Language, string>;
type Fields = Record<string, unknown>;

/** What each activity does, as the credit manual says it; one of an older version is told by its own name. */
const acts: Readonly<Record<string, Words>> = {
  reassessReceivable: { zh: '重新核对应收款事实并制定计划', en: 'Read the facts of the receivable and planned anew' },
  judgePromise: { zh: '判定付款承诺', en: 'Judged a promise to pay' },
  requestNotice: { zh: '请求发送到期通知', en: 'Asked for a notice to be sent' },
  requestReminder: { zh: '请求发送催款提醒', en: 'Asked for a reminder to be sent' },
  openWorkOrder: { zh: '建立工单', en: 'Opened a task' },
  escalate: { zh: '升级处理', en: 'Escalated' },
  openLegalCase: { zh: '移交法务并立案', en: 'Handed over to legal' },
  reassessWorkOrder: { zh: '重新核对工单', en: 'Looked at the task again' },
  warnWorkOrder: { zh: '提醒工单即将到期', en: 'Warned that the task is nearly due' },
  escalateWorkOrder: { zh: '工单逾期，升级至上一级角色', en: 'The task is late: escalated to the next role' },
  contactCustomer: {
    zh: '核对待联系事项，按当时余额撰写消息，或说明何时联系',
    en: 'Looked at what is to be said to the customer: composed it from the balances of that moment, or said when',
  },
  deliverMessage: { zh: '向服务商提交消息', en: 'Handed the message to the provider' },
  askConnector: { zh: '查询外部数据来源', en: 'Asked a data provider about the customer' },
  giveUpConnector: { zh: '数据来源未响应，转人工录入', en: 'The data provider told nothing: a person takes over' },
  planRefresh: { zh: '核对还需查询的数据来源', en: 'Looked at which data providers are still to be asked' },
  reassessNight: { zh: '核对夜间巡检进度', en: 'Looked at how far the night has come' },
  watchCustomers: {
    zh: '夜间巡检一批客户：客户信用档案、预警、数据质量',
    en: 'Looked at the next customers: profile, warnings, data quality',
  },
  giveUpDelivery: {
    zh: '消息未能按时送出，交由人工处理',
    en: 'The message could not be delivered in its time: a person takes over',
  },
  reassessReservation: { zh: '核对订单占用的额度', en: 'Looked at what the order keeps reserved' },
  lapseReservation: { zh: '订单未按期发货，占用的额度失效', en: 'The order did not ship in time: its reservation lapsed' },
  reassessApplication: { zh: '重新核对授信申请', en: 'Looked at the application for credit again' },
  gatherFacts: { zh: '汇集客户资料，检查是否过期', en: 'Put the credit file together and looked how old its facts are' },
  scoreCustomer: { zh: '按评分卡评估并提出额度建议', en: 'Scored the customer and proposed limit and terms' },
  routeApplication: { zh: '按审批矩阵确定审批路径', en: 'Set the approval route by the approval matrix' },
  grantByPolicy: { zh: '按信用政策自动授信', en: 'Granted as policy allows without a person' },
  warnOfExpiry: { zh: '提醒申请即将过期', en: 'Warned that the application is about to expire' },
  expireApplication: { zh: '申请过期，无人决定', en: 'The application expired: nobody decided' },
  decideApplication: {
    zh: '核对权限、双人复核与信用占用后记录审批决定',
    en: 'Recorded a decision, after checking role, second person and exposure once more',
  },
  withdrawApplication: { zh: '撤回申请', en: 'Took the application back' },
  resubmitApplication: { zh: '补充后重新提交申请', en: 'Took in the answer of the applicant' },
  reassessReview: { zh: '重新核对授信复审', en: 'Looked at the credit review again' },
  startReview: { zh: '到期发起复审申请', en: 'The review was due: started its application' },
  settleReview: { zh: '记录复审结果', en: 'Noted what came of the review' },
  recheckHeldOrder: { zh: '重新检查被冻结的订单', en: 'Judged the held order anew' },
  routeHeldOrder: { zh: '按审批矩阵确定订单放行的审批人', en: 'Set the approval route of the held order' },
  warnOfLapse: { zh: '提醒被冻结的订单即将失效', en: 'Warned that the held order is about to lapse' },
  decideOrderHold: {
    zh: '核对权限、双人复核、订单内容与信用占用后记录放行决定',
    en: 'Recorded a decision on the held order, after checking role, second person, content and exposure once more',
  },
  compareBooks: { zh: '按现有单据重新核对客户对账单', en: "Held the customer's statement against our books as they are now" },
  reassessStatement: { zh: '核对对账单的答复情况', en: 'Looked how the statement stands' },
  handOverStatement: {
    zh: '客户未按期答复对账单，转人工跟进',
    en: 'Nobody answered the statement in time: a person takes over',
  },
  lapseHold: { zh: '冻结到期，订单的冻结部分取消', en: 'The hold expired: what was held of the order is cancelled' },
  reassessShipmentHold: { zh: '重新检查被冻结的发货', en: 'Judged the held shipment anew' },
  tellDepartments: { zh: '通知各部门并确定审批路径', en: 'Told the departments and set the approval route' },
  giveHoldNotice: { zh: '请求向客户发送发货冻结通知', en: 'Asked for the notice of the hold to be sent to the customer' },
  noteUnanswered: { zh: '答复期限已过', en: 'The time to answer was over' },
  decideShipmentHold: {
    zh: '核对权限、双人复核与法定条件后记录发货冻结的决定',
    en: "Recorded an act on the held shipment, after checking role, second person and the law's conditions once more",
  },
} satisfies Record<keyof Activities, Words>;

/** The events a reader cares for; the engine's own bookkeeping (workflow tasks, starts of attempts) is left out. */
const said: Record<string, Words> = {
  WORKFLOW_EXECUTION_STARTED: { zh: '流程开始', en: 'The process began' },
  WORKFLOW_EXECUTION_COMPLETED: { zh: '流程结束', en: 'The process ended' },
  WORKFLOW_EXECUTION_FAILED: { zh: '流程失败', en: 'The process failed' },
  WORKFLOW_EXECUTION_TIMED_OUT: { zh: '流程超时', en: 'The process ran out of time' },
  WORKFLOW_EXECUTION_CANCELED: { zh: '流程已取消', en: 'The process was cancelled' },
  WORKFLOW_EXECUTION_TERMINATED: { zh: '流程被终止', en: 'The process was terminated' },
  WORKFLOW_EXECUTION_CONTINUED_AS_NEW: {
    zh: '历史记录过长，以相同状态续开新的一段',
    en: 'The history grew long: it goes on in a new one',
  },
  WORKFLOW_EXECUTION_SIGNALED: { zh: '收到通知：事实有变化', en: 'Signalled: some fact has changed' },
  WORKFLOW_TASK_FAILED: { zh: '程序出错，等待修复', en: 'A defect stopped it; it waits to be corrected' },
  WORKFLOW_TASK_TIMED_OUT: { zh: '处理节点未响应，将重试', en: 'The worker did not answer; it is tried again' },
  TIMER_STARTED: { zh: '开始等待', en: 'Began to wait' },
  TIMER_FIRED: { zh: '等待到时', en: 'The wait was over' },
  TIMER_CANCELED: { zh: '等待提前结束', en: 'The wait ended early' },
  ACTIVITY_TASK_SCHEDULED: { zh: '安排执行', en: 'Arranged' },
  ACTIVITY_TASK_COMPLETED: { zh: '执行完成', en: 'Done' },
  ACTIVITY_TASK_FAILED: { zh: '执行失败', en: 'Failed' },
  ACTIVITY_TASK_TIMED_OUT: { zh: '执行超时', en: 'Ran out of time' },
  WORKFLOW_EXECUTION_UPDATE_ACCEPTED: { zh: '接受决定', en: 'A decision was taken in' },
  WORKFLOW_EXECUTION_UPDATE_COMPLETED: { zh: '决定已执行', en: 'The decision was carried out' },
  UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: { zh: '阶段变更', en: 'The stage changed' },
};

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `timerStartedEventAttributes` of a TIMER_STARTED. */
function attributesOf(event: HistoryEvent): Fields {
  const key = Object.keys(event).find((name) => name.endsWith('EventAttributes'));
  const value = key === undefined ? undefined : event[key];
  return isFields(value) ? value : {};
}

function summaryOf(event: HistoryEvent): string | null {
  const data = event['userMetadata'];
  return isFields(data) && typeof data['summary'] === 'string' ? data['summary'] : null;
}

const first = (value: unknown): unknown => (Array.isArray(value) ? (value as unknown[])[0] : value);

/** Whose story it is, for whom. */
interface Telling {
  kind: ProcessKind | null;
  language: Language;
  zone: string;
}

/** Why a plan is as it is: kept as a code, or in one of the sentences that plans without codes have. */
function reasonWords(value: unknown, { kind, language, zone }: Telling): string | null {
  if (!isFields(value)) return null;
  const { reason, why } = value;
  if (isSpoken(kind) && isFields(reason)) return sayPlanReason(kind, reason as unknown as PlanReason, language, zone);
  return typeof why === 'string' && why !== '' ? sayCause(why, language) : null;
}

/** What a plan says: its next step, when, and why. */
function planWords(value: unknown, telling: Telling): string | null {
  if (!isFields(value) || typeof value['step'] !== 'string') return null;
  const { kind, language, zone } = telling;
  const step = (kind && sayPlanStep(kind, value['step'], language)) ?? (language === 'en' ? value['step'] : '其他');
  const at = typeof value['at'] === 'string' ? ` ${sayInstant(value['at'], language, zone)}` : '';
  const why = reasonWords(value, telling);
  if (language === 'zh') return `下一步：${step}${at}${why === null ? '' : `（${why}）`}`;
  return `next: ${step}${at}${why === null ? '' : ` (${why})`}`;
}

function durationWords(text: unknown, language: Language): string | null {
  const seconds = typeof text === 'string' ? Number.parseFloat(text) : Number.NaN;
  if (Number.isNaN(seconds)) return null;
  const [unit, size] =
    seconds >= 172_800 ? (['d', 86_400] as const) : seconds >= 7_200 ? (['h', 3_600] as const) : (['s', 1] as const);
  const units = { d: { zh: '天', en: 'days' }, h: { zh: '小时', en: 'hours' }, s: { zh: '秒', en: 'seconds' } };
  return `${Math.round((seconds / size) * 10) / 10} ${units[unit][language]}`;
}

const join = (parts: readonly (string | null)[], language: Language): string | null => {
  const known = parts.filter((part) => part !== null && part !== '');
  return known.length === 0 ? null : known.join(language === 'zh' ? '；' : '; ');
};

function activityName(attributes: Fields): string | null {
  const type = attributes['activityType'];
  return isFields(type) && typeof type['name'] === 'string' ? type['name'] : null;
}

const actWords = (name: string | null, language: Language): string => (name === null ? '' : (acts[name]?.[language] ?? name));

/** Why an activity or timer was begun: of the plan it follows, or of what happened. */
function causeWords(summary: string | null, before: unknown, telling: Telling): string | null {
  if (summary === null) return null;
  if (isFields(before) && before['why'] === summary) return reasonWords(before, telling);
  return sayCause(summary, telling.language);
}

/** A local activity, which the engine keeps as a marker. */
function markerTold(event: HistoryEvent, attributes: Fields, before: unknown, telling: Telling): Told | null {
  const details = attributes['details'];
  if (!isFields(details)) return null;
  const data = first(details['data']);
  const name = isFields(data) && typeof data['activity_type'] === 'string' ? data['activity_type'] : null;
  if (name === null) return null;
  const { language } = telling;
  const parts = [
    causeWords(summaryOf(event), before, telling),
    planWords(first(details['result']), telling),
    sayFailure(attributes['failure'], language),
  ];
  return { at: event.eventTime, what: actWords(name, language), detail: join(parts, language) };
}

function detailOf(event: HistoryEvent, attributes: Fields, before: unknown, telling: Telling): string | null {
  const { kind, language } = telling;
  switch (event.eventType) {
    case 'WORKFLOW_EXECUTION_STARTED': {
      const input = first(attributes['input']);
      return isFields(input) ? planWords(input['plan'], telling) : null;
    }
    case 'TIMER_STARTED':
      return join(
        [durationWords(attributes['startToFireTimeout'], language), causeWords(summaryOf(event), before, telling)],
        language,
      );
    case 'WORKFLOW_EXECUTION_SIGNALED':
      return attributes['signalName'] === 'factsChanged' ? null : String(attributes['signalName'] ?? '');
    case 'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES': {
      const found = attributes['searchAttributes'];
      const fields = isFields(found) ? found['indexedFields'] : null;
      return isFields(fields)
        ? Object.values(fields)
            .flat()
            .map((stage) => (kind ? sayPlanState(kind, String(stage), language) : String(stage)))
            .join(', ')
        : null;
    }
    case 'ACTIVITY_TASK_COMPLETED':
      return planWords(first(attributes['result']), telling);
    default:
      return join(
        [
          causeWords(summaryOf(event), before, telling),
          sayFailure(attributes['failure'], language),
          typeof attributes['reason'] === 'string' ? attributes['reason'] : null,
        ],
        language,
      );
  }
}

/** The plan an event leaves its process with; undefined: none of its own. */
function planAfter(event: HistoryEvent, attributes: Fields): unknown {
  if (event.eventType === 'WORKFLOW_EXECUTION_STARTED') {
    const input = first(attributes['input']);
    return isFields(input) ? input['plan'] : undefined;
  }
  const details = attributes['details'];
  const result = first(event.eventType === 'MARKER_RECORDED' && isFields(details) ? details['result'] : attributes['result']);
  return isFields(result) && typeof result['step'] === 'string' ? result : undefined;
}

/** The history of a process in plain words; what is only the engine's bookkeeping is left out. */
export function tell(events: readonly HistoryEvent[], telling: Telling): Told[] {
  const { language } = telling;
  const scheduled = new Map<string, string | null>();
  let before: unknown = null;
  return events.flatMap((event): Told[] => {
    const attributes = attributesOf(event);
    const held = before;
    before = planAfter(event, attributes) ?? before;
    if (event.eventType === 'MARKER_RECORDED') {
      const told = markerTold(event, attributes, held, telling);
      return told ? [told] : [];
    }
    const words = said[event.eventType];
    if (!words) return [];
    if (event.eventType === 'ACTIVITY_TASK_SCHEDULED') scheduled.set(event.eventId, activityName(attributes));
    const name = scheduled.get(
      event.eventType === 'ACTIVITY_TASK_SCHEDULED' ? event.eventId : String(attributes['scheduledEventId']),
    );
    const what = event.eventType.startsWith('ACTIVITY_TASK')
      ? `${words[language]}${language === 'zh' ? '：' : ': '}${actWords(name ?? null, language)}`
      : words[language];
    return [{ at: event.eventTime, what, detail: detailOf(event, attributes, held, telling) }];
  });
}

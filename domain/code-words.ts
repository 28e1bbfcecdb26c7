import { contactWarningWords } from './collection/contact-words.ts';
import { creditCodeWords, w } from './credit/code-words.ts';
import type { Role } from './kernel/actor.ts';
import type { MovementKind } from './reconciliation/movement.ts';
import type { ProcessKind } from './kernel/subject.ts';
import { holdActWords, holdStateWords } from './shipment/hold-words.ts';
import type { ShipmentHoldStep } from './shipment/hold.ts';
import type { Words } from './kernel/words.ts';

const channel = {
  email: w('e-mail', '电子邮件'),
  sms: w('SMS', '短信'),
  wecom: w('WeCom', '企业微信'),
  letter: w('letter', '信函'),
};
const language = { zh: w('Chinese', '中文'), en: w('English', '英文') };
const termsFrom = {
  invoiceDate: w('from the invoice date', '自开票日起'),
  endOfMonth: w('from the end of the month', '自月末起'),
  delivery: w('from delivery', '自交货日起'),
};
const processKind: Readonly<Record<ProcessKind, Words>> = {
  receivable: w('collection of a receivable', '应收款催收'),
  outreach: w('contact with a customer', '客户联系'),
  'work-order': w('task', '待办（工单）'),
  'credit-application': w('credit application', '授信申请'),
  'credit-review': w('credit review', '授信复审'),
  reservation: w('reservation of an order', '订单额度占用'),
  'order-hold': w('held order', '订单冻结'),
  'shipment-hold': w('held shipment', '发货冻结'),
  nightly: w('credit monitoring run', '夜间信用巡检'),
  'profile-refresh': w('refresh of a credit profile', '信用档案更新'),
  statement: w('statement', '对账单'),
  reconciliation: w('reconciliation', '对账'),
};

const movementWords: Readonly<Record<MovementKind, Words>> = {
  invoice: w('invoice', '发票'),
  correction: w('corrected invoice', '发票更正'),
  payment: w('payment', '付款'),
  conversion: w('conversion into another currency', '币种换算'),
  'exchange-difference': w('exchange difference', '汇兑差额'),
  'credit-note': w('credit note', '贷项通知单'),
  discount: w('discount for payment in time', '现金折扣'),
  refund: w('refund', '退款'),
  'write-off': w('write-off', '坏账核销'),
  recovery: w('recovery of what was written off', '坏账收回'),
  'paid-by-other': w('paid by another customer', '由其他客户代付'),
  'paid-for-other': w('paid for another customer', '代其他客户支付'),
  'taken-over': w('balance of a customer merged into this one', '并入客户转入余额'),
  'handed-over': w('balance that went to the customer it was merged into', '转出余额至合并后的客户'),
};
const shipmentHoldStep: Readonly<Record<ShipmentHoldStep, Words>> = {
  tell: w('tell the departments', '通知各部门'),
  notice: w('give the customer notice', '通知客户'),
  answer: w('wait for an answer', '等待答复'),
  judge: w('check again', '重新检查'),
  close: w('close', '结束'),
};

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

/**
 * What each code means that a record can hold, by the record's field, in words for people. A test takes the values from the database and
 * fails for one that has none. An answer of the API gives the code for programs; `GET /v1/codes` gives these words.
 */
export const codeWords = {
  ...creditCodeWords,
  'credit-application.requested-role': role,
  'task.role': role,
  'audit.actor-kind': {
    key: w('system with an API key', '外部系统（密钥）'),
    user: w('person', '人员'),
    system: w('Duecourse', '本系统'),
  },
  'calendar-day.kind': { off: w('day off', '休息日'), work: w('working day', '工作日') },
  'contact.language': language,
  'contact.role': {
    finance: w('finance', '财务'),
    purchasing: w('purchasing', '采购'),
    management: w('management', '管理层'),
    legal: w('legal', '法务'),
    other: w('other', '其他'),
  },
  'contact-log.warning': contactWarningWords,
  'contact-log.kind': {
    call: w('call', '电话'),
    visit: w('visit', '拜访'),
    email: w('e-mail', '邮件'),
    other: w('other', '其他'),
  },
  'customer.terms-from': termsFrom,
  'customer.type': {
    hospital: w('hospital', '医院'),
    dealer: w('dealer', '经销商'),
    channel: w('channel partner', '渠道商'),
    other: w('other', '其他'),
  },
  'customer-key.kind': { 'tax-id': w('tax number', '税号'), name: w('name', '名称'), bank: w('bank account', '银行账户') },
  'customer-statement.basis': { 'open-items': w('open items', '未结项目'), movements: w('movements', '发生额') },
  'customer-statement.plan-step': { wait: w('wait', '等待'), look: w('compare', '核对'), close: w('close', '结束') },
  'customer-statement-line.kind': {
    invoice: w('invoice', '发票'),
    payment: w('payment', '付款'),
    'credit-note': w('credit note', '贷项通知单'),
    return: w('return', '退货'),
  },
  'dispute.category': {
    quantity: w('quantity', '数量'),
    price: w('price', '价格'),
    quality: w('quality', '质量'),
    paperwork: w('paperwork', '单据'),
    acceptance: w('acceptance', '验收'),
    complaint: w('complaint', '投诉'),
    return: w('goods returned', '退货'),
    other: w('other', '其他'),
  },
  'dispute.state': {
    open: w('open', '处理中'),
    upheld: w('upheld', '成立'),
    'part-upheld': w('upheld in part', '部分成立'),
    rejected: w('rejected', '不成立'),
    withdrawn: w('withdrawn', '已撤回'),
  },
  'idempotency.state': { running: w('running', '处理中'), done: w('done', '已完成') },
  'invoice.terms-from': termsFrom,
  'go-live-window.state': { open: w('open', '开放'), closing: w('closing', '正在关闭'), closed: w('closed', '已关闭') },
  'job.state': {
    queued: w('queued', '排队中'),
    running: w('running', '进行中'),
    done: w('done', '已完成'),
    failed: w('failed', '失败'),
  },
  'job-row.state': {
    created: w('created', '已新建'),
    changed: w('changed', '已更新'),
    unchanged: w('unchanged', '无变化'),
    failed: w('failed', '失败'),
  },
  'legal-case.state': {
    demand: w('formal demand', '发函阶段'),
    path: w('path to be chosen', '待选择路径'),
    waiting: w('waiting', '等待中'),
    closed: w('closed', '已结案'),
  },
  'message.channel': channel,
  'message.state': {
    requested: w('requested', '待发送'),
    deferred: w('deferred', '已推迟'),
    sending: w('being handed over', '提交中'),
    sent: w('sent', '已发送'),
    delivered: w('delivered', '已送达'),
    failed: w('failed', '发送失败'),
    unknown: w('outcome not known', '结果未知'),
    dropped: w('dropped', '已放弃'),
  },
  'notice.state': {
    requested: w('requested', '已请求'),
    taken: w('written', '已生成'),
    dropped: w('dropped', '已放弃'),
  },
  'opt-out.channel': channel,
  'pending-act.state': {
    pending: w('pending', '待复核'),
    approved: w('approved', '已批准'),
    declined: w('declined', '已拒绝'),
    withdrawn: w('withdrawn', '已撤回'),
    lapsed: w('lapsed', '已失效'),
  },
  'process.kind': processKind,
  'payment.exchange-source': { bank: w('told by the bank', '银行告知'), file: w('by the rate on file', '按登记汇率') },
  'promise.state': {
    pending: w('pending', '待兑现'),
    kept: w('kept', '已兑现'),
    'part-kept': w('kept in part', '部分兑现'),
    broken: w('broken', '未兑现'),
    cancelled: w('cancelled', '已撤销'),
  },
  'receivable.kind': {
    equipment: w('equipment', '设备'),
    maintenance: w('maintenance', '维保'),
    insurance: w('insurance', '保险'),
    other: w('other', '其他'),
  },
  'receivable.question': {
    'due-date': w('due date in doubt', '到期日存疑'),
    duplicate: w('perhaps the same document twice', '疑似重复单据'),
    discount: w('discount taken too late', '逾期扣减现金折扣'),
  },
  'credit-note.kind': { note: w('credit note', '贷项通知单'), discount: w('discount for payment in time', '现金折扣') },
  'duplicate-doubt.kind': {
    invoice: w('invoice', '发票'),
    payment: w('payment', '付款'),
    'credit-note': w('credit note', '贷项通知单'),
  },
  'duplicate-doubt.state': {
    suspected: w('perhaps the same document twice', '疑似重复'),
    'both-right': w('both are right', '两张均有效'),
    duplicate: w('a duplicate', '重复单据'),
    corrected: w('corrected: no longer the same', '已更正，不再重复'),
  },
  'payer-copy.state': {
    requested: w('requested', '待发送'),
    sent: w('sent with the letter', '已随信发送'),
    dropped: w('not sent', '未发送'),
  },
  'receivable.outcome': {
    paid: w('paid', '已付清'),
    credited: w('credited', '已由贷项通知单全额冲抵'),
    'replaced-by-plan': w('replaced by a payment plan', '已由分期还款计划替代'),
    'written-off': w('written off', '已核销坏账'),
    'nothing-owed': w('nothing was owed', '无应收金额'),
  },
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
  'reconciliation-adjustment.kind': {
    'accept-theirs': w("accept the customer's figure", '以客户数据为准'),
    'keep-ours': w('keep our figure', '以我方数据为准'),
    'allocate-payment': w('allocate a payment', '核销付款'),
  },
  'reconciliation-adjustment.state': {
    proposed: w('proposed', '待复核'),
    approved: w('approved', '已批准'),
    declined: w('declined', '已拒绝'),
    dropped: w('dropped', '已放弃'),
  },
  'reconciliation-difference.kind': {
    timing: w('timing', '时间差异'),
    price: w('price', '价格差异'),
    quantity: w('quantity', '数量差异'),
    'unrecorded-return': w('return not recorded', '未入账退货'),
    'unallocated-payment': w('unapplied payment', '未核销款项'),
    'unknown-document': w('unknown document', '单据不明'),
  },
  'reconciliation-difference.state': {
    open: w('open', '待处理'),
    adjusted: w('adjusted', '已调整'),
    cleared: w('cleared', '已消除'),
    withdrawn: w('withdrawn', '已撤回'),
  },
  'reconciliation-match.rule': {
    number: w('document number', '单据号'),
    'amount-date': w('amount and date', '金额与日期'),
    sum: w('sum of several', '多笔合计'),
  },
  'reconciliation-match.state': {
    taken: w('matched', '已匹配'),
    proposed: w('proposed', '待确认'),
    accepted: w('accepted', '已确认'),
    rejected: w('rejected', '已否决'),
  },
  'shipment-hold.act': holdActWords,
  'shipment-hold.plan-step': shipmentHoldStep,
  'shipment-hold.state': holdStateWords,
  'shipment-request.decision': {
    ship: w('ship', '发货'),
    reduce: w('ship less', '减量发货'),
    hold: w('hold', '冻结'),
  },
  'movement.kind': movementWords,
  'statement.plan-step': { 'hand-over': w('hand over to a person', '转人工跟进'), close: w('close', '结束') },
  'statement.state': {
    open: w('awaiting an answer', '待答复'),
    agreed: w('agreed', '已确认'),
    disputed: w('disputed', '有异议'),
    silent: w('not answered', '未答复'),
    withdrawn: w('withdrawn', '已撤回'),
    superseded: w('superseded', '已被新对账单替代'),
  },
  'statement-answer.verdict': { confirmed: w('confirmed', '确认'), disputed: w('disputed', '有异议') },
  'statement-line.kind': {
    receivable: w('receivable', '应收款'),
    payment: w('payment', '付款'),
    'credit-note': w('credit note', '贷项通知单'),
  },
  'step.state': {
    planned: w('planned', '已计划'),
    requested: w('requested', '待发送'),
    taken: w('done', '已执行'),
    missed: w('missed', '已错过'),
    skipped: w('skipped', '已跳过'),
    'before-go-live': w('before going live', '上线前'),
  },
  'task.state': {
    open: w('open', '待办'),
    warned: w('nearly due', '即将到期'),
    escalated: w('escalated', '已升级'),
    done: w('done', '已完成'),
    cancelled: w('cancelled', '已取消'),
  },
  'template.channel': channel,
  'template.class': {
    notice: w('notice', '通知'),
    reminder: w('reminder', '催款提醒'),
    demand: w('formal demand', '正式催款函'),
    statement: w('statement', '对账单'),
    neutral: w('neutral', '中性'),
  },
  'template.language': language,
  'template.tone': { neutral: w('neutral', '中性'), soft: w('soft', '温和'), firm: w('firm', '坚定') },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Words>>>>;

import type { Role } from './actor.ts';
import { w } from './words.ts';
import type { ProcessKind } from './subject.ts';
import type { Words, CodeWords } from './words.ts';

/** What each role is called. */
export const roleWords: Readonly<Record<Role, Words>> = {
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

/** What the codes of platform mean, by the record's field. */
export const platformCodeWords = {
  'audit.actor-kind': {
    key: w('system with an API key', '外部系统（密钥）'),
    user: w('person', '人员'),
    system: w('Duecourse', '本系统'),
  },
  'idempotency.state': { running: w('running', '处理中'), done: w('done', '已完成') },
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
  'process.kind': processKind,
} as const satisfies CodeWords;

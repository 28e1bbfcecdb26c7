import { permissions, permissionsOf, roles } from './actor.ts';
import type { Permission, Role } from './actor.ts';
import type { Words } from './words.ts';

const w = (en: string, zh: string): Words => ({ en, zh });

/** What each permission lets somebody do. */
export const permissionWords: Readonly<Record<Permission, Words>> = {
  'customer.write': w('record customers', '维护客户资料'),
  'customer.read': w('read customers', '查看客户'),
  'invoice.write': w('record invoices', '录入发票'),
  'payment.write': w('record payments', '录入收款'),
  'payment.reverse': w('reverse payments', '撤销收款'),
  'credit-note.write': w('record credit notes', '录入贷项通知单'),
  'credit-note.reverse': w('reverse credit notes', '撤销贷项通知单'),
  'money.apply': w('apply unapplied payments', '核销未核销款项'),
  'money.refund': w('refund customers', '向客户退款'),
  'receivable.read': w('read receivables', '查看应收款'),
  'dispute.open': w('open disputes', '提出争议'),
  'dispute.resolve': w('resolve disputes', '处理争议'),
  'promise.record': w('record promises to pay', '登记付款承诺'),
  'write-off': w('write receivables off', '核销坏账'),
  'task.read': w('read tasks', '查看待办'),
  'task.work': w('work on tasks', '处理待办'),
  'contact.log': w('log contacts with customers', '登记客户联系'),
  'opt-out.lift': w('lift opt-outs', '解除退订'),
  'message.read': w('read messages', '查看消息'),
  'legal.read': w('read legal cases', '查看法务案件'),
  'legal.work': w('work on legal cases', '办理法务案件'),
  'policy.read': w('read credit policies', '查看信用政策'),
  'policy.write': w('write versions of credit policies', '编写信用政策版本'),
  'policy.approve': w('approve versions of credit policies', '批准信用政策版本'),
  'template.read': w('read letter templates', '查看信函模板'),
  'template.write': w('write letter templates', '编写信函模板'),
  'template.approve': w('approve letter templates', '批准信函模板'),
  'import.run': w('import files', '导入文件'),
  'import.read': w('read imports', '查看导入结果'),
  'audit.read': w('read the audit record', '查看审计记录'),
  'process.read': w('read the histories of processes', '查看流程历史'),
  'event.read': w('read events', '查看事件'),
  'clock.change': w('move the business clock', '推进业务时钟'),
  'clock.read': w('read the business clock', '查看业务时钟'),
  'key.manage': w('manage API keys', '管理 API 密钥'),
  'user.manage': w('manage users', '管理用户'),
  'metrics.read': w('read metrics', '查看运行指标'),
  'timeline.read': w('read the timelines of customers', '查看客户时间线'),
  'credit.read': w('read limits and exposure', '查看授信额度与信用占用'),
  'credit-file.read': w('read credit files', '查看授信档案'),
  'credit.apply': w('apply for credit', '提交授信申请'),
  'credit.decide': w('decide on credit', '审批授信'),
  'credit.record': w('record facts and securities of customers', '登记客户事实与担保'),
  'order.write': w('record orders', '录入订单'),
  'order.read': w('read orders', '查看订单'),
  'shipment.write': w('record shipments and returns', '登记发货与退货'),
  'hold.decide': w('decide on held orders and shipments', '审批冻结的订单与发货'),
  'statement.write': w('record statements', '登记对账单'),
  'statement.read': w('read statements', '查看对账单'),
  'difference.settle': w('settle differences', '处理对账差异'),
  'rate.write': w('record exchange rates', '登记汇率'),
  'calendar.write': w('record holiday notices', '登记放假通知'),
  'delegation.manage': w('manage delegations', '管理代理授权'),
  'delegation.read': w('read delegations', '查看代理授权'),
  'setting.read': w('read settings', '查看系统设置'),
  'setting.write': w('change settings', '修改系统设置'),
  'act.read': w('read acts that await a second person', '查看待复核事项'),
};

interface Forbidden extends Words {
  /** Who may; none where it is no matter of roles. */
  roles: readonly Role[];
}

/** Acts that a permission alone does not allow: of some rows, or of some classes, by fewer roles. */
const narrower = {
  'template.write demand': { ...w('write templates of formal demands', '编写正式催款函模板'), roles: ['legal'] },
  'template.write other': {
    ...w('write templates of letters that are no formal demands', '编写正式催款函以外的信函模板'),
    roles: ['credit_manager'],
  },
  'template.approve demand': {
    ...w('approve templates of formal demands', '批准正式催款函模板'),
    roles: ['finance_director', 'legal'],
  },
  'act.withdraw': { ...w('take back what somebody else asked for', '撤回他人提交的事项'), roles: [] },
  'delegation.manage above': {
    ...w('delegate a role of the same rank or above', '代他人授权同级或更高级别的角色'),
    roles: [],
  },
  'customer.write elsewhere': {
    ...w('record customers outside the bounds of this credential', '维护当前凭证范围以外的客户资料'),
    roles: [],
  },
  'credit.apply another': { ...w('answer for an application of somebody else', '答复他人提交的授信申请'), roles: [] },
} as const satisfies Record<string, Forbidden>;
export type NarrowAct = keyof typeof narrower;

export const isPermission = (text: unknown): text is Permission => (permissions as readonly unknown[]).includes(text);

/** What was forbidden in words, and which roles may do it; null for what this version does not know. */
export function forbiddenAct(verb: unknown): Forbidden | null {
  if (isPermission(verb)) return { ...permissionWords[verb], roles: roles.filter((role) => permissionsOf(role).includes(verb)) };
  return typeof verb === 'string' && Object.hasOwn(narrower, verb) ? narrower[verb as NarrowAct] : null;
}

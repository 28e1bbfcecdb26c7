import { codeWords } from './code-words.ts';
import { factTable } from '../credit/facts.ts';
import { sayPolicyFaults } from './policy-fault-words.ts';
import { sayMoney } from '../platform/money.ts';
import { forbiddenAct } from '../platform/permission-words.ts';
import { sayDate } from '../platform/said-time.ts';
import type { Words } from '../platform/words.ts';
import type { RefusalCode, RefusalParams } from '../platform/refusal-codes.ts';

type Language = 'zh' | 'en';
type Table = Readonly<Record<string, Words>>;

const w = (en: string, zh: string): Words => ({ en, zh });

/** Where something stands that cannot be done now; each code means the same wherever it is said. */
const states: Table = {
  ...codeWords['sales-order.decision'],
  ...codeWords['sales-order.state'],
  ...codeWords['duplicate-doubt.state'],
  ...codeWords['reconciliation-adjustment.state'],
  ...codeWords['go-live-window.state'],
  ...codeWords['statement.state'],
  ...codeWords['credit-application.state'],
  ...codeWords['pending-act.state'],
  answered: w('answered', '已答复'),
  'not-suspected': w('not taken for a duplicate', '并未疑似重复'),
  'due-date': w('its due date is not in question', '到期日并无疑问'),
  discount: w('no discount of it is in question', '并无待定的现金折扣'),
  'no-credit': w('the customer has no credit', '客户没有授信'),
};
const roles: Table = codeWords['task.role'];
const matters: Table = {
  order: w('the order', '订单'),
  customer: w('the customer', '客户'),
  clock: w('the clock', '时钟'),
  adjustment: w('an adjustment of this difference', '该差异的处理方案'),
  'credit-application': w('a credit application of the customer', '该客户的授信申请'),
  'go-live-window': w('a go-live window', '上线导入期'),
};
const requested: Table = {
  limit: w('the limit', '额度'),
  termsDays: w('the payment terms in days', '账期'),
  validUntil: w('the last day', '截止日期'),
  group: w('a group', '所属集团'),
};
const factTypes: Table = {
  ...{ number: w('number', '数字'), share: w('share', '比例'), boolean: w('yes or no', '是或否'), date: w('date', '日期') },
  ...{ code: w('code', '代码'), text: w('text', '文本'), amounts: w('amounts', '金额'), entries: w('list entries', '名单记录') },
};
/** What a hold by law lacks. */
const parts: Table = {
  ground: w('the ground', '依据'),
  evidence: w('the evidence', '证据'),
  notice: w('the notice', '通知'),
};
const unfit: Table = {
  'no-receivable': w('no receivable is named', '未指明应收款'),
  'nothing-to-credit': w('there is nothing to credit', '没有可开具贷项通知单的金额'),
  'no-money': w('no money of the payment is unapplied', '该收款没有未核销的款项'),
};
const facts: Table = factTable;

/** What each code among the figures of a refusal means, by the refusal and the figure's name. */
const words: Partial<Record<RefusalCode, Readonly<Record<string, Table>>>> = {
  'not-open': { state: states },
  'order-closed': { state: codeWords['sales-order.state'] },
  'not-approved': { state: { ...codeWords['sales-order.state'], ...codeWords['sales-order.decision'] } },
  'dispute-closed': { state: codeWords['dispute.state'] },
  'promise-closed': { state: codeWords['promise.state'] },
  'receivable-closed': { outcome: codeWords['receivable.outcome'] },
  'tier-exceeded': { role: roles },
  'task-role': { role: roles },
  'approver-missing': { role: roles },
  'scope-unheeded': { role: roles },
  'ground-missing': { what: parts },
  'waits-already': { what: matters },
  conflict: { what: matters },
  'limit-missing': { what: requested },
  'adjustment-unfit': { kind: codeWords['reconciliation-adjustment.kind'], what: unfit },
  'fact-value': { fact: facts, type: factTypes },
  'evidence-missing': { fact: facts },
};

/** The figures that are amounts, where the refusal names their `currency` beside them. */
const money: Partial<Record<RefusalCode, readonly string[]>> = {
  'amount-not-positive': ['value'],
  'amount-exceeds-open': ['value', 'open'],
  'amount-exceeds-payment': ['value'],
  'amount-exceeds-unapplied': ['value', 'available'],
  'credit-exceeds-invoice': ['value', 'left'],
  'instalments-sum': ['sum', 'amount'],
  'statement-sum': ['sum', 'total'],
  'already-reversed': ['writeOff'],
};

/** What names something by the id it was sent with: said as it was typed, whatever it looks like. */
const asTyped = /^(?:id|customer|into|invoice|order|document|payment|receivable|note|refund|contact|request|key|cell|name)$/;
const plainAmount = /^-?\d+(\.\d+)?$/;

/** The figures of a refusal, those among them that follow from the others: of what is forbidden, the roles that may. */
export function figuresOf(code: RefusalCode, params: RefusalParams): RefusalParams {
  const may = code === 'forbidden' ? (forbiddenAct(params['verb'])?.roles ?? []) : [];
  return may.length > 0 ? { ...params, roles: may.join(' ') } : params;
}

function sayForbidden(name: string, text: string, language: Language): string {
  if (name !== 'roles') return forbiddenAct(text)?.[language] ?? sayDate(text, language);
  const said = text.split(' ').map((role) => roles[role]?.[language] ?? sayDate(role, language));
  return said.join(language === 'zh' ? '、' : ', ');
}

/** A figure of a refusal as it is said: amounts with their currency, days as people write them, codes in words, `nameZh` for `name` in Chinese. */
export function sayFigure(code: RefusalCode, params: RefusalParams, name: string, language: Language): string {
  const inChinese = language === 'zh' ? params[`${name}Zh`] : undefined;
  if (inChinese !== undefined) return String(inChinese);
  const text = String(params[name]);
  if (code === 'policy-invalid') return sayPolicyFaults(text, language);
  if (code === 'forbidden') return sayForbidden(name, text, language);
  const { currency } = params;
  if (typeof currency === 'string' && money[code]?.includes(name) === true && plainAmount.test(text))
    return sayMoney(text, currency, language);
  return words[code]?.[name]?.[text]?.[language] ?? (asTyped.test(name) ? text : sayDate(text, language));
}

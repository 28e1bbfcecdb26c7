import { formatAmount } from '../kernel/money.ts';
import type { ShipmentReason, ShipmentReasonCode } from './judge.ts';

type Language = 'zh' | 'en';
type Shown = Record<string, string | number | string[] | null>;
type Sentence = (f: Shown) => string;

const list = (value: Shown[string] | undefined): string => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));

const sentences: Record<Language, Record<ShipmentReasonCode, Sentence>> = {
  en: {
    'order-not-approved': (f) =>
      `The order is not approved to ship (${f['state']}). It may ship once its hold is released; a closed order must be reopened first.`,
    'no-limit': (f) =>
      `No credit limit is in force; ${f['amount']} ${f['currency']} would need one. Apply for a limit, or have the customer pay before.`,
    'limit-expired': (f) => `The credit limit ended on ${f['expiredOn']}. Have it renewed, or have the customer pay before.`,
    'limit-exceeded': (f) =>
      `With this shipment ${f['after']} of ${f['limit']} ${f['currency']} would be used: ${f['over']} too much. A payment of that amount, security, or a higher limit would let all of it ship; less ships at once.`,
    'group-limit-exceeded': (f) =>
      `With this shipment the group would use ${f['after']} of ${f['limit']} ${f['currency']}: ${f['over']} too much. A payment by any member, or a higher group limit would let all of it ship; less ships at once.`,
    'overdue-amount': (f) =>
      `${f['overdue']} ${f['currency']} is overdue; more than ${f['threshold']} stops shipments. It ships when the customer pays down to that.`,
    'overdue-days': (f) =>
      `The oldest open item is ${f['days']} days overdue (due ${f['since']}); more than ${f['maximumDays']} stop shipments. It ships when that item is paid.`,
    'statement-unconfirmed': (f) =>
      `The statement of ${f['since']} has not been confirmed for ${f['days']} days; more than ${f['maximumDays']} stop shipments. It ships when the customer confirms or answers it.`,
    'books-differ': (f) =>
      `The customer's books and ours differ by ${f['difference']} ${f['currency']}, more than the ${f['tolerance']} let pass. Goods worth the difference stay here until it is settled.`,
    'licence-expired': (f) => `The licence or registration ended on ${f['until']}. Record the renewed one in the profile.`,
    listed: (f) =>
      `The customer stands on: ${list(f['lists'])}. Only a decision can let it ship; correct the profile if the entry is wrong.`,
    'hold-open': (f) =>
      `Shipments to this customer are held (request ${f['request']}). It is judged again when that hold has ended.`,
  },
  zh: {
    'order-not-approved': (f) => `订单尚未获准发货（${f['state']}）。冻结解除后方可发货；已关闭的订单须先重新打开。`,
    'no-limit': (f) => `没有生效的授信额度；本次发货需要 ${f['amount']} ${f['currency']}。请申请授信，或由客户先付款。`,
    'limit-expired': (f) => `授信额度已于 ${f['expiredOn']} 到期。请续期，或由客户先付款。`,
    'limit-exceeded': (f) =>
      `本次发货后信用占用将达 ${f['after']}，额度为 ${f['limit']} ${f['currency']}，超出 ${f['over']}。客户支付该金额、提供担保或提高额度后可全部发货；未超出部分可先发。`,
    'group-limit-exceeded': (f) =>
      `本次发货后集团信用占用将达 ${f['after']}，集团额度为 ${f['limit']} ${f['currency']}，超出 ${f['over']}。集团成员付款或提高集团额度后可全部发货；未超出部分可先发。`,
    'overdue-amount': (f) =>
      `逾期金额 ${f['overdue']} ${f['currency']}，超过 ${f['threshold']} 即暂停发货。客户还款至该金额以内后即可发货。`,
    'overdue-days': (f) =>
      `最早一笔欠款已逾期 ${f['days']} 天（到期日 ${f['since']}），超过 ${f['maximumDays']} 天即暂停发货。该笔付清后即可发货。`,
    'statement-unconfirmed': (f) =>
      `${f['since']} 的对账单已 ${f['days']} 天未获确认，超过 ${f['maximumDays']} 天即暂停发货。客户确认或答复后即可发货。`,
    'books-differ': (f) =>
      `双方账目相差 ${f['difference']} ${f['currency']}，超过容差 ${f['tolerance']}。差异处理完毕前，扣减与差异等值的货物。`,
    'licence-expired': (f) => `许可证或注册已于 ${f['until']} 到期。请在画像中登记新的证照。`,
    listed: (f) => `客户列入名单：${list(f['lists'])}。只能由审批人决定放行；若记录有误，请更正画像。`,
    'hold-open': (f) => `该客户处于发货控制中（申请 ${f['request']}），该控制结束后重新检查。`,
  },
};

/** Figures as they are shown: amounts as decimal texts in the order's currency, or in the limit's, the overdue items' or the books'. */
export function shownShipmentFigures({ figures }: ShipmentReason, orderCurrency: string): Shown {
  const own = figures['limitCurrency'] ?? figures['overdueCurrency'] ?? figures['booksCurrency'];
  const currency = typeof own === 'string' ? own : orderCurrency;
  const entries = Object.entries(figures).flatMap(([name, value]): [string, Shown[string]][] => {
    if (name.endsWith('Currency')) return [];
    if (name.endsWith('Minor') && typeof value === 'number') return [[name.slice(0, -5), formatAmount(value, currency)]];
    return [[name, typeof value === 'object' && value !== null ? [...value] : value]];
  });
  const amounts = Object.keys(figures).some((name) => name.endsWith('Minor'));
  return Object.fromEntries(amounts ? [...entries, ['currency', currency]] : entries);
}

/** A reason in words: what is the matter, with its figures, and what would change it. */
export const sayShipmentReason = (reason: ShipmentReason, orderCurrency: string, language: Language): string =>
  sentences[language][reason.code](shownShipmentFigures(reason, orderCurrency));

import { listsSanctions, spokenFigures } from '../orders/figures.ts';
import { closedUp } from '../platform/sentences.ts';
import type { Breach, IssueFault } from './breach.ts';
import type { ShipmentReasonCode } from '../credit/hold-clause.ts';

type Language = 'zh' | 'en';
type Spoken = ReturnType<typeof spokenFigures>;
/** `sanctions`: whether one of the lists is a sanctions list. */
type Sentence = (f: Spoken, sanctions: boolean) => string;

const sentences: Record<Language, Record<ShipmentReasonCode | IssueFault, Sentence>> = {
  en: {
    'not-asked': () => 'Nobody asked whether these goods may leave. Send a shipment request before goods leave.',
    'more-than-allowed': (f) => `Of line ${f['line']} ${f['quantity']} left; ${f['allowed']} was allowed.`,
    'more-than-ordered': (f) =>
      `Of line ${f['line']} ${f['quantity']} left; ${f['left']} was left of the order. The order grew by the rest.`,
    'order-not-approved': (f) =>
      `The order is not approved to ship (${f['state']}). It may ship once its hold is released; a closed order must be reopened first.`,
    'no-limit': (f) =>
      `No credit limit is in force; ${f['amount']} would need one. Apply for a limit, or have the customer pay before.`,
    'limit-expired': (f) => `The credit limit ended on ${f['expiredOn']}. Have it renewed, or have the customer pay before.`,
    'limit-exceeded': (f) =>
      `With this shipment ${f['after']} of ${f['limit']} would be used: ${f['over']} too much. A payment of that amount, security, or a higher limit would let all of it ship; less ships at once.`,
    'group-limit-expired': (f) =>
      `The group's credit limit ended on ${f['expiredOn']}; until it has another one, it counts as zero. Have it renewed, or have the customer pay before.`,
    'group-limit-exceeded': (f) =>
      `With this shipment the group would use ${f['after']} of ${f['limit']}: ${f['over']} too much. A payment by any member, or a higher group limit would let all of it ship; less ships at once.`,
    'overdue-amount': (f) =>
      `${f['overdue']} is overdue; more than ${f['threshold']} stops shipments. It ships when the customer pays down to that.`,
    'overdue-days': (f) =>
      `The oldest open item is ${f['days']} days overdue (due ${f['since']}); more than ${f['maximumDays']} stop shipments. It ships when that item is paid.`,
    'dunning-hold': (f) =>
      `Orders and shipments have been held since ${f['since']} for an overdue item, by a step of its dunning procedure. It ships when that item is paid.`,
    'statement-unconfirmed': (f) =>
      `The statement of ${f['since']} has not been confirmed for ${f['days']} days; more than ${f['maximumDays']} stop shipments. It ships when the customer confirms or answers it.`,
    'statement-never': (f) =>
      `No statement was ever exchanged with this customer, and its books are reconciled strictly: with these goods ${f['amount']} would be added to ${f['out']} that is out, and ${f['maximum']} may be. Send a first statement (also of nothing owed), or take in the customer's own.`,
    'books-differ': (f) =>
      `The customer's books and ours differ by ${f['difference']}, more than the ${f['tolerance']} let pass. Goods worth the difference stay here until it is settled.`,
    'licence-expired': (f) => `The licence or registration ended on ${f['until']}. Record the renewed one in the profile.`,
    listed: (f, sanctions) =>
      sanctions
        ? `The customer is on: ${f['lists']}. Nothing leaves for a customer on a sanctions list: no payment, security or decision lets it ship, only the end of the listing; correct the profile if the entry is wrong.`
        : `The customer is on: ${f['lists']}. Only a decision can let it ship; correct the profile if the entry is wrong.`,
    'grade-held': (f) =>
      `The customer's credit grade is ${f['grade']}: goods leave only by decision. A new assessment with a better grade, or prepayment, would let it ship.`,
    'prepayment-missing': (f) =>
      `The goods are to be paid before they leave. ${f['received']} of ${f['amount']} is in; ${f['missing']} is missing. They ship when that money arrives and names the order.`,
    'hold-open': (f) =>
      `Shipments to this customer are held (request ${f['request']}). It is judged again when that hold has ended.`,
  },
  zh: {
    'not-asked': () => '发货前未提交发货申请。请在货物发出前提交申请。',
    'more-than-allowed': (f) => `第 ${f['line']} 行发出 ${f['quantity']}，获准 ${f['allowed']}。`,
    'more-than-ordered': (f) => `第 ${f['line']} 行发出 ${f['quantity']}，订单仅余 ${f['left']}；超出部分已计入订单。`,
    'order-not-approved': (f) => `订单尚未获准发货（${f['state']}）。冻结解除后方可发货；已关闭的订单须先重新打开。`,
    'no-limit': (f) => `没有生效的授信额度；本次发货需要 ${f['amount']}。请申请授信，或由客户先付款。`,
    'limit-expired': (f) => `授信额度已于 ${f['expiredOn']} 到期。请续期，或由客户先付款。`,
    'limit-exceeded': (f) =>
      `本次发货后信用占用将达 ${f['after']}，额度为 ${f['limit']}，超出 ${f['over']}。客户支付该金额、提供担保或提高额度后可全部发货；未超出部分可先发。`,
    'group-limit-expired': (f) => `集团授信额度已于 ${f['expiredOn']} 到期，新额度生效前按零计。请续期，或由客户先付款。`,
    'group-limit-exceeded': (f) =>
      `本次发货后集团信用占用将达 ${f['after']}，集团额度为 ${f['limit']}，超出 ${f['over']}。集团成员付款或提高集团额度后可全部发货；未超出部分可先发。`,
    'overdue-amount': (f) => `逾期金额 ${f['overdue']}，超过 ${f['threshold']} 即暂停发货。客户还款至该金额以内后即可发货。`,
    'overdue-days': (f) =>
      `最早一笔欠款已逾期 ${f['days']} 天（到期日 ${f['since']}），超过 ${f['maximumDays']} 天即暂停发货。该笔付清后即可发货。`,
    'dunning-hold': (f) => `因逾期款项已执行催收步骤，自 ${f['since']} 起暂停订单与发货。该笔付清后即可发货。`,
    'statement-unconfirmed': (f) =>
      `${f['since']} 的对账单已 ${f['days']} 天未获确认，超过 ${f['maximumDays']} 天即暂停发货。客户确认或答复后即可发货。`,
    'statement-never': (f) =>
      `与该客户从未对账，而其适用严格对账：已发出未结 ${f['out']}，本次再发 ${f['amount']}，首次对账前上限为 ${f['maximum']}。请先发送首份对账单（无欠款也可），或录入客户对账单。`,
    'books-differ': (f) => `双方账目相差 ${f['difference']}，超过容差 ${f['tolerance']}。差异处理完毕前，扣减与差异等值的货物。`,
    'licence-expired': (f) => `许可证或注册已于 ${f['until']} 到期。请在信用档案中登记新的证照。`,
    listed: (f, sanctions) =>
      sanctions
        ? `客户列入名单：${f['lists']}。列入制裁名单期间一律不得发货：付款、担保或审批均不能放行，须待移出名单；若记录有误，请更正信用档案。`
        : `客户列入名单：${f['lists']}。只能由审批人决定放行；若记录有误，请更正信用档案。`,
    'grade-held': (f) => `客户信用等级为 ${f['grade']}，须经审批放行。重新评估取得更高等级，或由客户先付款后即可发货。`,
    'prepayment-missing': (f) =>
      `该订单须先款后货：应收 ${f['amount']}，已收 ${f['received']}，尚缺 ${f['missing']}。款项到账并注明订单后即可发货。`,
    'hold-open': (f) => `该客户处于发货冻结中（申请 ${f['request']}），该冻结结束后重新检查。`,
  },
};

/** A reason in words: what is the matter, with its figures, and what would change it. */
export const sayShipmentReason = ({ code, figures }: Breach, orderCurrency: string, language: Language): string =>
  closedUp(sentences[language][code](spokenFigures(figures, orderCurrency, language), listsSanctions(figures['lists'])));

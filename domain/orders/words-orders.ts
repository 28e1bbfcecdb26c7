import { listsSanctions, spokenFigures } from './figures.ts';
import { closedUp } from '../platform/sentences.ts';
import type { OrderReason, ReasonCode } from './check.ts';

type Language = 'zh' | 'en';
type Spoken = ReturnType<typeof spokenFigures>;
/** `sanctions`: whether one of the lists is a sanctions list. */
type Sentence = (f: Spoken, sanctions: boolean) => string;

const sentences: Record<Language, Record<ReasonCode, Sentence>> = {
  en: {
    'rate-missing': (f) =>
      `The order counts against a limit in ${f['to']}, and there is no exchange rate from ${f['from']} on or before ${f['date']}. It is judged as soon as that rate is recorded.`,
    'no-limit': (f) =>
      `No credit limit is in force; ${f['amount']} would need one. Apply for a limit, or send the order as prepaid.`,
    'limit-expired': (f) => `The credit limit ended on ${f['expiredOn']}. Have it renewed, or send the order as prepaid.`,
    'limit-exceeded': (f) =>
      `Exposure would be ${f['after']} of ${f['limit']}: ${f['over']} too much. A payment or a smaller order of that amount, security, or a higher limit would let it pass.`,
    'group-limit-expired': (f) =>
      `The group's credit limit ended on ${f['expiredOn']}; until it has another one, it counts as zero. Have it renewed, or send the order as prepaid.`,
    'group-limit-exceeded': (f) =>
      `The group's exposure would be ${f['after']} of ${f['limit']}: ${f['over']} too much. A payment by any member or a smaller order of that amount, or a higher group limit would let it pass.`,
    'document-too-large': (f) =>
      `The order of ${f['amount']} is above the largest allowed, ${f['maximum']}. Split it, or have it released.`,
    'overdue-amount': (f) =>
      `${f['overdue']} is overdue; more than ${f['threshold']} stops new orders. It passes when the customer pays down to that.`,
    'overdue-days': (f) =>
      `The oldest open item is ${f['days']} days overdue (due ${f['since']}); more than ${f['maximumDays']} stop new orders. It passes when that item is paid.`,
    'stage-reached': (f) =>
      `A receivable has reached the stage "${f['stage']}"; from "${f['from']}" on orders stop. It passes when that receivable is settled.`,
    'dunning-hold': (f) =>
      `Orders and shipments have been held since ${f['since']} for an overdue item, by a step of its dunning procedure. It passes when that item is paid.`,
    'profile-old': (f) =>
      `The credit profile is of ${f['asOf']}, older than ${f['maximumDays']} days. Have the profile refreshed.`,
    'licence-expired': (f) => `The licence or registration ended on ${f['until']}. Record the renewed one in the profile.`,
    listed: (f, sanctions) =>
      sanctions
        ? `The customer is on: ${f['lists']}. Nothing is supplied to a customer on a sanctions list: no payment, security or decision releases it, only the end of the listing; correct the profile if the entry is wrong.`
        : `The customer is on: ${f['lists']}. Only a decision can release the order; correct the profile if the entry is wrong.`,
    'terms-too-long': (f) =>
      `Payment terms of ${f['termsDays']} days are longer than the grade allows (${f['maximumDays']}). Shorten the terms, or apply for longer ones.`,
    'order-abnormal': (f) =>
      `The order of ${f['amount']} is more than ${f['factor']} times the usual ${f['median']}. A person must look at it and decide.`,
    'order-abnormal-prepay': (f) =>
      `The order of ${f['amount']} is more than ${f['factor']} times the usual ${f['median']} and goes only against payment before; ${f['deposits']} was received. It passes when the money is in.`,
    'grade-held': (f) =>
      `The customer's credit grade is ${f['grade']}: orders go only by decision. A new assessment with a better grade, or prepayment, would let it pass.`,
    'goods-left-unasked': (f) =>
      `Goods left that should have stayed: ${f['shipments']}. New orders wait until a person has looked at it and closed the task.`,
    prepaid: () => 'Prepaid: it takes no credit.',
    'prepayment-missing': (f) =>
      `The order is to be paid before it ships. ${f['received']} of ${f['amount']} is in; ${f['missing']} is missing. It passes when that money arrives and names the order.`,
    'within-tolerance': (f) => `Within the tolerance of what was approved: up to ${f['allowed']} until ${f['until']}.`,
    released: (f) => `Released by decision, ${f['amount']}.`,
  },
  zh: {
    'rate-missing': (f) =>
      `本单须计入以 ${f['to']} 计的授信额度，但没有登记 ${f['date']} 或之前 ${f['from']} 兑 ${f['to']} 的汇率。登记汇率后即自动审核。`,
    'no-limit': (f) => `没有生效的授信额度；本单需要 ${f['amount']}。请申请授信，或改为预付款订单。`,
    'limit-expired': (f) => `授信额度已于 ${f['expiredOn']} 到期。请续期，或改为预付款订单。`,
    'limit-exceeded': (f) =>
      `信用占用将达 ${f['after']}，额度为 ${f['limit']}，超出 ${f['over']}。客户付款或减少该金额的订单、提供担保、或提高额度后即可通过。`,
    'group-limit-expired': (f) => `集团授信额度已于 ${f['expiredOn']} 到期，新额度生效前按零计。请续期，或改为预付款订单。`,
    'group-limit-exceeded': (f) =>
      `集团信用占用将达 ${f['after']}，集团额度为 ${f['limit']}，超出 ${f['over']}。集团成员付款或减少该金额的订单、或提高集团额度后即可通过。`,
    'document-too-large': (f) => `订单金额 ${f['amount']} 超过单笔上限 ${f['maximum']}。请拆分订单，或申请放行。`,
    'overdue-amount': (f) => `逾期金额 ${f['overdue']}，超过 ${f['threshold']} 即暂停新订单。客户还款至该金额以内后即可通过。`,
    'overdue-days': (f) =>
      `最早一笔欠款已逾期 ${f['days']} 天（到期日 ${f['since']}），超过 ${f['maximumDays']} 天即暂停新订单。该笔付清后即可通过。`,
    'stage-reached': (f) => `有应收款已进入“${f['stage']}”阶段，自“${f['from']}”起暂停新订单。该应收款了结后即可通过。`,
    'dunning-hold': (f) => `因逾期款项已执行催收步骤，自 ${f['since']} 起暂停订单与发货。该笔付清后即可通过。`,
    'profile-old': (f) => `客户信用档案日期为 ${f['asOf']}，已超过 ${f['maximumDays']} 天。请更新信用档案。`,
    'licence-expired': (f) => `许可证或注册已于 ${f['until']} 到期。请在信用档案中登记新的证照。`,
    listed: (f, sanctions) =>
      sanctions
        ? `客户列入名单：${f['lists']}。列入制裁名单期间一律不得供货：付款、担保或审批均不能放行，须待移出名单；若记录有误，请更正信用档案。`
        : `客户列入名单：${f['lists']}。只能由审批人放行；若记录有误，请更正信用档案。`,
    'terms-too-long': (f) => `账期 ${f['termsDays']} 天，超过该等级允许的 ${f['maximumDays']} 天。请缩短账期，或申请更长账期。`,
    'order-abnormal': (f) => `订单金额 ${f['amount']} 超过通常金额 ${f['median']} 的 ${f['factor']} 倍，须由人工核实后决定。`,
    'order-abnormal-prepay': (f) =>
      `订单金额 ${f['amount']} 超过通常金额 ${f['median']} 的 ${f['factor']} 倍，须先款后货；已收 ${f['deposits']}。款项到账后即可通过。`,
    'grade-held': (f) => `客户信用等级为 ${f['grade']}，订单须经审批放行。重新评估取得更高等级，或改为预付款订单后即可通过。`,
    'goods-left-unasked': (f) => `以下发货本不应发出：${f['shipments']}。须由人工核实并办结待办后，新订单方可通过。`,
    prepaid: () => '预付款订单，不占用授信。',
    'prepayment-missing': (f) =>
      `本单须先款后货：应收 ${f['amount']}，已收 ${f['received']}，尚缺 ${f['missing']}。款项到账并注明本订单后即可通过。`,
    'within-tolerance': (f) => `未超出已批准金额的容差：${f['until']} 前不超过 ${f['allowed']}。`,
    released: (f) => `经审批放行，${f['amount']}。`,
  },
};

/** A reason in words: what is the matter, with its figures, and what would change it. */
export const sayReason = ({ code, figures }: OrderReason, orderCurrency: string, language: Language): string =>
  closedUp(sentences[language][code](spokenFigures(figures, orderCurrency, language), listsSanctions(figures['lists'])));

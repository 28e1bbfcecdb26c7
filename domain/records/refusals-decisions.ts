import type { RefusalCode, RefusalText } from '../platform/refusal-codes.ts';

/** What is said of decisions: who may, on what, and when, in English. */
export const decisionsEn = {
  'own-request': {
    title: 'Own request',
    detail: 'Nobody decides what they asked for themselves. Another person of this tier, or their delegate, must decide.',
  },
  'tier-exceeded': {
    title: 'Above your tier',
    detail: 'This decision belongs to another tier[: {role}][ (tier {tier})][; yours ends at {limit}]. Have it decided there.',
  },
  'counter-not-lower': {
    title: 'No counter-proposal',
    detail:
      'A counter-proposal must lower the current proposal. Give a lower limit or shorter terms than are offered now, or approve what is offered.',
  },
  'same-eyes': {
    title: 'Decided by you before',
    detail: 'You have decided this at another tier, or for somebody else. Another person must decide here.',
  },
  'own-customer': {
    title: 'Own customer',
    detail:
      'Nobody decides on the credit of a customer they look after. Another person of this tier, or their delegate, must decide.',
  },
  'stale-exposure': {
    title: 'The exposure has changed',
    detail:
      'The account changed after the credit file was read[ (version {given}, now {current})]. Read it again, look at what changed, and decide on the new version.',
  },
  unapprovable: {
    title: 'Version cannot be approved any more',
    detail:
      'This version can no longer be approved[: version {newer}, which is newer, is in force or will be][: it fails the check of letters, {fault}]. Write a new version and have that approved.',
  },
  'not-open': {
    title: 'Not waiting for this',
    detail: 'This cannot be done now[: it is {state}]. Read it again to see what it waits for.',
  },
  'ground-missing': {
    title: 'A hold needs its ground',
    detail:
      'A hold by law needs a ground, evidence and a notice to the customer[: {what} is missing]. Without them it is our own breach (Civil Code 527, 528). Give them, or release.',
  },
  'limit-missing': {
    title: 'No limit asked for',
    detail: 'Something that this kind of application needs is missing[: {what}]. Send it in "requested".',
  },
  'fact-value': {
    title: 'Not a value of this fact',
    detail:
      'The value does not fit its fact[: {fact}][ is of type {type}][, from {from} to {to}]. The definitions of all facts stand in docs/connectors.md; amounts are lists of currency and decimal string.',
  },
  'evidence-missing': {
    title: 'Evidence is missing',
    detail:
      'This fact counts only with evidence[: {fact}]. Give a text, the reference of a document or the hash of a file in "evidence".',
  },
  'statement-sum': {
    title: 'The lines do not add up',
    detail:
      'The lines of the statement do not add up to its total[: they come to {sum}, the total says {total}]. Send all lines, or correct the total; what the customer owes is positive, payments and credits are taken off.',
  },
  'adjustment-unfit': {
    title: 'Does not settle this difference',
    detail:
      'This adjustment[ ({kind})] does not settle this difference[: {what}]. A document only the customer has is put right by posting it; a credit needs the instalment it goes to in "receivable"; an allocation needs a payment with money that lies on nothing.',
  },
  'act-pending': {
    title: 'Another one waits',
    detail: 'Something else on this waits for a second person already[ ({id})]. Have it decided, or withdraw it, then ask again.',
  },
  'approver-missing': {
    title: 'Nobody could decide',
    detail: 'Nobody but you could decide on this[ ({role})]. Give a second person that role, or a delegation.',
  },
  'intent-missing': {
    title: 'Nobody asked for this decision here',
    detail: 'A decision is carried out only as it was sent to the API, by the user who signed in there. Send it through the API.',
  },
  'intent-lapsed': {
    title: 'Asked too long ago',
    detail:
      'The decision was not taken up within[ {minutes}] minutes and lapsed. Look once more and send it again, with another Idempotency-Key.',
  },
  'decide-there': {
    title: 'Ends with a decision',
    detail: 'This task ends when the matter is decided[ (POST {where})], not by calling it done.',
  },
  'task-role': {
    title: 'Another role does this task',
    detail: 'This task is for another role[ ({role})]. Let somebody in that role do it, or ask for a delegation.',
  },
} satisfies Partial<Record<RefusalCode, RefusalText>>;

/** The same in Chinese. */
export const decisionsZh = {
  'own-request': {
    title: '不得审批本人申请',
    detail: '任何人不得审批自己提交的申请。请由该审批级的其他人员或其被授权代理人决定。',
  },
  'tier-exceeded': {
    title: '超出审批权限',
    detail: '该决定属于其他审批级[：{role}][（第 {tier} 级）][，您的权限上限为 {limit}]。请由该级审批人决定。',
  },
  'counter-not-lower': {
    title: '不构成调整',
    detail: '调整方案必须低于当前方案。请给出比当前方案更低的额度或更短的账期，或直接同意当前方案。',
  },
  'same-eyes': { title: '您已作过决定', detail: '您已在其他审批级或代他人作过决定。此处须由另一人决定。' },
  'own-customer': {
    title: '不得审批本人客户',
    detail: '任何人不得审批自己负责的客户的授信。请由该审批级的其他人员或其被授权代理人决定。',
  },
  'stale-exposure': {
    title: '信用占用已变化',
    detail: '读取授信档案后账户已发生变化[（版本 {given}，现为 {current}）]。请重新读取并查看变化后再作决定。',
  },
  unapprovable: {
    title: '该版本已不能批准',
    detail: '该版本已不能批准[：更新的版本 {newer} 已获批准][：未通过信函内容检查，{fault}]。请编写新版本并提交批准。',
  },
  'not-open': { title: '当前不可执行', detail: '当前不能执行此操作[：状态为 {state}]。请重新读取，查看其等待的事项。' },
  'ground-missing': {
    title: '缺少法定依据',
    detail:
      '法定中止履行须有依据、证据并及时通知对方[：缺少 {what}]，否则构成我方违约（民法典第五百二十七条、第五百二十八条）。请补充，或予以放行。',
  },
  'limit-missing': { title: '缺少申请内容', detail: '此类申请缺少必填内容[：{what}]。请在 "requested" 中提供。' },
  'fact-value': {
    title: '数值不符合该资料的定义',
    detail:
      '数值不符合定义[：{fact}][ 的类型为 {type}][，取值从 {from} 到 {to}]。各项资料的定义见 docs/connectors.md；金额为币种与十进制字符串的列表。',
  },
  'evidence-missing': {
    title: '缺少证据',
    detail: '该资料须附证据方可采信[：{fact}]。请在 "evidence" 中提供说明、文件编号或文件哈希。',
  },
  'statement-sum': {
    title: '明细合计不符',
    detail:
      '对账单明细合计与总额不符[：明细合计 {sum}，所填总额 {total}]。请补齐明细或更正总额：客户应付为正，付款和贷项通知单为减项。',
  },
  'adjustment-unfit': {
    title: '该处理方式不适用于此差异',
    detail:
      '该处理方式[（{kind}）]不适用于此差异[：{what}]。仅客户一方有的单据，请补录该单据；确认客户金额时请在 "receivable" 中指明对应的应收款；核销付款需有尚未核销的款项。',
  },
  'act-pending': {
    title: '已有待批事项',
    detail: '该对象已有另一项内容等待双人复核[（{id}）]。请先审批或撤回，再重新提交。',
  },
  'approver-missing': {
    title: '无人可以复核',
    detail: '除您以外没有人可以审批此事项[（{role}）]。请为另一人授予该角色，或办理委托授权。',
  },
  'intent-missing': {
    title: '本系统未收到该决定',
    detail: '只有经 API 由本人登录提交的决定才会执行。请通过 API 提交。',
  },
  'intent-lapsed': {
    title: '提交已超时',
    detail: '该决定在[ {minutes} ]分钟内未被处理，已失效。请重新查看后再次提交，并使用新的 Idempotency-Key。',
  },
  'decide-there': {
    title: '须以审批结束',
    detail: '该待办在审批完成后自动结束[（POST {where}）]，不能直接标记为完成。',
  },
  'task-role': {
    title: '该待办属于其他角色',
    detail: '该待办应由其他角色办理[（{role}）]。请由该角色的同事处理，或办理委托授权。',
  },
} satisfies Partial<Record<RefusalCode, RefusalText>>;

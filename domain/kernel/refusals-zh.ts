import type { RefusalCode, RefusalText } from './refusal.ts';

/** Chinese sentences. A clause in [ ] is said only when the figures it names are given. */
export const refusalsZh: Readonly<Record<RefusalCode, RefusalText>> = {
  'not-found': { title: '未找到', detail: '此处没有对应的内容[（编号 {id}）]。请检查路径和编号（系统编号或您自己的编号均可）。' },
  forbidden: { title: '没有权限', detail: '当前角色无权执行此操作[（{verb}）]。请向管理员申请相应角色，或由有权限的同事办理。' },
  unauthenticated: {
    title: '未登录',
    detail: '请求未携带有效凭证。请使用未过期的密钥发送 "Authorization: Bearer dck_…"，或先登录。',
  },
  invalid: { title: '输入无效', detail: '输入不符合要求[：{what}]。请更正所列字段后重新提交。' },
  conflict: { title: '内容冲突', detail: '内容已被他人修改[：{what}]。请重新读取，再执行仍需要的操作。' },
  'already-exists': { title: '已存在', detail: '该编号已用于其他内容[：{id}]。请更换编号，或修改已有记录。' },
  'amount-malformed': {
    title: '金额格式错误',
    detail: '金额须为普通十进制字符串，例如 "6000.00"[，而不是“{value}”]；不得含千分位、加号、指数或空格。',
  },
  'amount-fraction': {
    title: '小数位过多',
    detail:
      '金额[ {value} ]的小数位多于币种[ {currency} ]所允许的位数[（{exponent} 位）]。请按币种的小数位填写（CNY 2 位，JPY 0 位，KWD 3 位）。',
  },
  'amount-too-large': { title: '金额过大', detail: '金额[ {value} ]超出可精确保存的范围。请检查是否多输了数字，或拆分金额。' },
  'amount-not-positive': { title: '金额须为正数', detail: '金额[ {value} ]必须大于零。如需冲减，请使用冲销或贷项通知单。' },
  'amount-exceeds-open': {
    title: '超过未结金额',
    detail: '金额[ {value} ]超过[ {invoice} 的]未结金额[（{open}）]。请减少金额，或把余额分配到其他发票。',
  },
  'amount-exceeds-payment': {
    title: '超过收款金额',
    detail: '各项核销之和超过收款金额[（{value}）]。请减少核销金额，或不指定核销而按规则分配。',
  },
  'currency-unknown': { title: '未知币种', detail: '币种[“{currency}”]不是有效的 ISO 4217 代码。请使用三位大写字母，例如 CNY。' },
  'currency-mismatch': {
    title: '币种不一致',
    detail: '币种[ {currency} ]与所属单据的币种[（{expected}）]不一致。请按单据币种提交。',
  },
  'customer-unknown': {
    title: '客户不存在',
    detail: '没有该客户[：{customer}]。请先提交客户（PUT /v1/customers/…），再重复本操作。',
  },
  'invoice-unknown': { title: '发票不存在', detail: '该客户没有此发票[：{invoice}]。请先提交发票，或更正编号。' },
  'receivable-unknown': {
    title: '应收款不存在',
    detail: '没有该应收款[：{receivable}][，第 {instalment} 期]。请检查发票编号和期次。',
  },
  'payment-unknown': { title: '收款不存在', detail: '没有该收款[：{payment}]。请检查编号（系统编号或您自己的编号均可）。' },
  'instalments-sum': { title: '分期合计不符', detail: '各期金额之和[（{sum}）]与发票金额[（{amount}）]不一致。请更正其中一项。' },
  'date-in-future': { title: '日期在未来', detail: '日期[ {date} ]晚于业务日期[ {today}]。请在当日提交单据，或更正日期。' },
  'idempotency-body': { title: '幂等键内容不同', detail: '该 Idempotency-Key 曾用于其他内容。新的请求请使用新的键。' },
  'idempotency-running': { title: '仍在处理', detail: '使用该 Idempotency-Key 的首个请求仍在处理。请稍候，再发送相同的请求。' },
  'receivable-closed': {
    title: '应收款已关闭',
    detail: '该应收款已关闭[（{outcome}）]。如需重新打开，请冲销使其关闭的收款或贷项通知单。',
  },
  'instalment-has-money': {
    title: '该期已有核销',
    detail: '[第 {instalment} 期]已有款项核销，不能修改。请先冲销收款，或提交贷项通知单。',
  },
  'already-reversed': {
    title: '已冲销',
    detail: '该收款[ {payment} ]此前已冲销[（{date}）]，无可再冲销的金额。请核对收款编号。',
  },
  'already-decided': {
    title: '已作出决定',
    detail: '此事项此前已有决定[（决定人 {by}）][（{date}）]，以首次决定为准。如事实有变，请重新申请。',
  },
  'clock-fixed': { title: '时钟不可更改', detail: '本系统的业务时间与真实时间一致。只有本地演示环境可以调速或跳转。' },
  'policy-unknown': {
    title: '策略不存在',
    detail: '没有生效的策略[ {policy}][，版本 {version}]。请选择存在且已批准的类别和版本。',
  },
  'policy-invalid': { title: '策略不可用', detail: '策略自相矛盾[：{what}]。请更正所列之处并保存为新版本。' },
  'import-unreadable': {
    title: '文件无法读取',
    detail: '文件无法读取[：{what}][（第 {row} 行）]。请提交 UTF-8 或 GB18030 编码的 CSV，或 XLSX，并保留一行表头。',
  },
  'mapping-invalid': { title: '列映射不符', detail: '列映射与文件不符[：{what}]。请为每个必填字段指定表头中的一列。' },
  'task-closed': { title: '任务已结束', detail: '该任务已完成或已取消。请刷新工作清单，选择未结的任务。' },
  'dispute-closed': { title: '争议已结束', detail: '该争议已处理完毕[（{state}）]。如客户再次提出异议，请新建争议。' },
  'promise-date-past': { title: '承诺日期已过', detail: '承诺日期[ {date} ]须为今日[（{today}）]或之后。请与客户重新确认日期。' },
  'promise-closed': { title: '承诺已结束', detail: '该付款承诺已不在待履行状态[（{state}）]。如客户再次承诺，请新建付款承诺。' },
  'template-invalid': { title: '模板不可用', detail: '该模板不可用[：{what}]。请修改所指之处后重新保存。' },
  'reason-required': { title: '须说明理由', detail: '此操作须记录理由。请在 "reason" 字段中说明原因。' },
  'rate-limited': { title: '请求过多', detail: '该调用方的请求过多。请等待[ {seconds} 秒]后放慢速度继续。' },
  'engine-down': {
    title: '流程引擎不可用',
    detail: '无法连接流程引擎，未作出任何决定。请一分钟后重新发送；管理员可运行 "duecourse doctor" 检查。',
  },
  'database-down': {
    title: '数据库不可用',
    detail:
      '无法连接数据库，不能确定是否已保存。请一分钟后以相同编号或 Idempotency-Key 重新发送，不会重复执行；管理员可运行 "duecourse doctor" 检查。',
  },
  'unsupported-media': {
    title: '内容类型不支持',
    detail: '此处不接受该内容类型[（{type}）]。请以 "application/json" 发送 JSON；导入请使用 CSV 或 XLSX。',
  },
  'too-large': { title: '请求过大', detail: '请求过大或嵌套过深[（上限 {limit}）]。请拆分，或使用导入。' },
  'version-mismatch': {
    title: '版本已更新',
    detail: '提交的版本[（{given}）]不是当前版本[（{current}）]。请重新读取，查看变更后按新版本提交。',
  },
  'order-unknown': { title: '订单不存在', detail: '没有该订单[：{order}]。请先提交订单（PUT /v1/orders/…），或更正编号。' },
  'order-closed': {
    title: '订单已关闭',
    detail: '订单[ {order} ]已不是未结状态[（{state}）]。请先重新打开（POST /v1/orders/…/reopen），或提交新订单。',
  },
  'quantity-exceeds': {
    title: '超出剩余数量',
    detail: '数量[ {value} ][（第 {line} 行）]超出剩余可发数量[（{left}）]。请减少数量，或先变更订单。',
  },
  'not-approved': {
    title: '未获批准，不得发货',
    detail: '订单[ {order} ]尚未获批[（{state}）]，不得发货。请等待冻结的处理决定，或申请放行。',
  },
  'line-unknown': {
    title: '行号不存在',
    detail: '订单[ {order} ]没有该行[：{line}]。请更正行号，或先提交含该行的订单（PUT /v1/orders/…）。',
  },
  'shipment-held': {
    title: '发货受控，不得出库',
    detail: '货物处于发货控制中[（发货申请 {request}）]，不得出库。请查看控制详情及解除条件（GET /v1/shipment-holds）。',
  },
  'request-required': {
    title: '须先申请发货',
    detail: '订单[ {order} ]须经发货申请方可出库。请先提交申请（POST /v1/shipment-requests），并在 "request" 中注明。',
  },
  'request-unknown': {
    title: '发货申请不存在',
    detail: '该订单没有此发货申请[：{request}]。请先提交申请（POST /v1/shipment-requests），或更正编号。',
  },
  'answer-awaited': {
    title: '客户仍可答复',
    detail:
      '须先通知客户，并给予提供担保的合理期限[（至 {until}）]后方可解除合同（民法典第五百二十八条）。请通知并等待，或予以放行。',
  },
  'rate-missing': {
    title: '缺少汇率',
    detail: '没有登记汇率[：{from} 兑 {to}][（{date} 或之前）]。请先登记汇率（POST /v1/exchange-rates），再重新提交。',
  },
  'own-request': { title: '不得审批本人申请', detail: '任何人不得审批自己提交的申请。请由该审批级的其他人员或其受托人决定。' },
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
    detail: '任何人不得审批自己负责的客户的授信。请由该审批级的其他人员或其受托人决定。',
  },
  'stale-exposure': {
    title: '信用占用已变化',
    detail: '读取资料后账户已发生变化[（版本 {given}，现为 {current}）]。请重新读取并查看变化后再作决定。',
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
    detail: '数值不符合定义[：{fact}][ 的类型为 {type}]。各项资料的定义见 docs/connectors.md；金额为币种与十进制字符串的列表。',
  },
  'evidence-missing': {
    title: '缺少证据',
    detail: '该资料须附证据方可采信[：{fact}]。请在 "evidence" 中提供说明、文件编号或文件哈希。',
  },
  'statement-sum': {
    title: '明细合计不符',
    detail:
      '对账单明细合计与总额不符[：明细合计 {sum}，所填总额 {total}]。请补齐明细或更正总额：客户应付为正，付款和贷项为减项。',
  },
  'adjustment-unfit': {
    title: '该处理方式不适用于此差异',
    detail:
      '该处理方式[（{kind}）]不适用于此差异[：{what}]。仅客户一方有的单据，请补录该单据；确认客户金额时请在 "receivable" 中指明对应的应收款；核销付款需有尚未核销的款项。',
  },
};

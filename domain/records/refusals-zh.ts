import { datesZh } from './refusals-dates.ts';
import { ordersZh } from './refusals-orders.ts';
import { decisionsZh } from './refusals-decisions.ts';
import { moneyZh } from './refusals-money.ts';
import type { RefusalCode, RefusalText } from '../platform/refusal-codes.ts';

/** Chinese sentences. A clause in [ ] is said only when the figures it names are given. */
export const refusalsZh: Readonly<Record<RefusalCode, RefusalText>> = {
  ...moneyZh,
  ...decisionsZh,
  ...ordersZh,
  ...datesZh,
  'not-found': { title: '未找到', detail: '此处没有对应的内容[（编号 {id}）]。请检查路径和编号（系统编号或您自己的编号均可）。' },
  forbidden: {
    title: '没有权限',
    detail: '当前角色无权执行此操作[：{verb}][。有权的角色：{roles}]。请向管理员申请相应角色，或由有权限的同事办理。',
  },
  unauthenticated: {
    title: '未登录',
    detail: '请求未携带有效凭证。请使用未过期的密钥发送 "Authorization: Bearer dck_…"，或先登录。',
  },
  invalid: { title: '输入无效', detail: '输入不符合要求。请更正所列字段后重新提交。' },
  conflict: { title: '内容冲突', detail: '内容已被他人修改[：{what}]。请重新读取，再执行仍需要的操作。' },
  'other-customer': {
    title: '单据属于其他客户',
    detail: '该编号的单据属于其他客户，不能转给本客户。请更正客户编号；若为本客户单据，请使用新的编号。',
  },
  'waits-already': {
    title: '已有事项待处理',
    detail: '已有同类事项待处理，或正在其他流程中审批[：{what}]。请先处理完毕或关闭。',
  },
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
  'sum-too-large': {
    title: '合计金额过大',
    detail:
      '计入该金额后，客户或其账户的合计将无法精确保存[（两位小数的货币，上限为 {bound}）]。请检查是否多输了数字；未写入任何内容。',
  },
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
  'receivable-ambiguous': {
    title: '有两笔应收款符合',
    detail:
      '该编号既可能是一张发票的编号，也可能是另一张发票的某一期[：{id} 是发票编号，而发票 {invoice} 也有第 {instalment} 期]。请改用本系统的应收款编号（GET /v1/receivables?invoice=…）。',
  },
  'payment-bound': {
    title: '款项已指定订单',
    detail: '该款项为订单[“{order}”]的预付款，只能核销该订单的发票。',
  },
  'payment-unknown': { title: '收款不存在', detail: '没有该收款[：{payment}]。请检查编号（系统编号或您自己的编号均可）。' },
  'discount-instalments': {
    title: '分期发票不适用现金折扣',
    detail: '按期付款的现金折扣只适用于不分期的发票。请删去折扣或分期。',
  },
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
    detail: '[第 {instalment} 期]已有款项核销，不能删除，金额也不能低于已核销部分。请先冲销收款，或提交贷项通知单。',
  },
  'dunning-begun': {
    title: '催收已开始',
    detail:
      '[第 {instalment} 期]已按其催收流程[ {procedure} ]执行步骤，不再更换流程。请按原流程提交发票；以后发票的流程在客户资料中设定。',
  },
  'already-reversed': {
    title: '已冲销',
    detail: '此前已冲销[：收款 {payment}][：{writeOff} 的坏账核销][（{date}）]，无可再冲销的金额。请核对编号。',
  },
  'already-decided': {
    title: '已作出决定',
    detail: '此事项此前已有决定[（决定人 {by}）][（{date}）]，以首次决定为准。如事实有变，请重新申请。',
  },
  'clock-fixed': { title: '时钟不可更改', detail: '本系统的业务时间与真实时间一致。只有本地演示环境可以调速或跳转。' },
  'policy-unknown': {
    title: '信用政策不存在',
    detail: '没有生效的信用政策[ {policy}][，版本 {version}]。请选择存在且已批准的类别和版本。',
  },
  'policy-invalid': { title: '信用政策不可用', detail: '信用政策自相矛盾[：{what}]。请更正所列之处并保存为新版本。' },
  'table-shape': {
    title: '决策表无法读取',
    detail:
      '所列之处不符合决策表的结构。决策表由一个输入、一个决策表（命中规则为 "first"）和一个输出依次连接，两侧各 1 至 20 列，1 至 200 行，单元格均为文本。',
  },
  'table-column': {
    title: '决策表的列不符',
    detail:
      '该决策表的列不符[：缺少列 {missing}][：没有列 {unknown}][（第 {row} 行）][：列 {twice} 重复]。请将该表的每一列各列一次，不要增加其他列。',
  },
  'table-cell': {
    title: '单元格与列的类型不符',
    detail:
      '单元格与列的类型不符[：第 {row} 行，列 {column}，内容 {cell}]。[可填：{oneOf}。][可填：引号内的文本，至多 {chars} 个字符。][可填：{from} 至 {to} 的数字，至多 {digits} 位，不加前导零。][可填：{wholeFrom} 至 {wholeTo} 的整数，不加前导零。][自{since}起如此。]条件列留空表示不限，多个值以逗号分隔，也可使用 ==、!= 和 not in。',
  },
  'table-row': {
    title: '决策表中有不起作用的行',
    detail:
      '决策表的每一行都须至少先于其他行适用于一类客户，最后一行须适用于所有客户。[第 {row} 行][（{name}）][永远不会命中：第 {row} 行的适用情形已被上方各行覆盖。请上移该行、收窄上方各行，或将其删除。][最后一行（第 {last} 行）设有条件。请清空其条件，或在其后增加不设条件的一行。][自{since}起如此。]',
  },
  'import-unreadable': {
    title: '文件无法读取',
    detail: '文件无法读取[：{what}][（第 {row} 行）]。请提交 UTF-8 或 GB18030 编码的 CSV，或 XLSX，并保留一行表头。',
  },
  'mapping-invalid': { title: '列映射不符', detail: '列映射与文件不符[：{what}]。请为每个必填字段指定表头中的一列。' },
  'task-closed': { title: '待办已结束', detail: '该待办（工单）已完成或已取消。请刷新待办清单，选择未结的待办。' },
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
  'storage-full': {
    title: '磁盘空间不足',
    detail: '数据库所在磁盘已满，未保存任何内容。请先清理磁盘空间，然后重新发送相同请求，有空间后即可受理。',
  },
  'unsupported-media': {
    title: '内容类型不支持',
    detail: '此处不接受该内容类型[（{type}）]。请以 "application/json" 发送 JSON；导入请使用 CSV 或 XLSX。',
  },
  'too-large': {
    title: '请求过大',
    detail:
      '请求过大或嵌套过深[（上限 {limit} MiB）][（嵌套上限 {levels} 层）][（列表上限 {items} 项）][（表单上限 {parts} 个部分）][（映射词语上限 {words} 个）]。请拆分，或使用导入。',
  },
  'version-mismatch': {
    title: '版本已更新',
    detail: '提交的版本[（{given}）]不是当前版本[（{current}）]。请重新读取，查看变更后按新版本提交。',
  },
  sanctioned: {
    title: '列入制裁名单',
    detail:
      '该客户[自 {since} 起]列入制裁名单，任何人均不得放行订单或发货。若记录有误，请更正客户信用档案；移出名单后冻结自动解除。',
  },
  'customer-merged': {
    title: '客户已合并',
    detail: '该客户[（{customer}）]已并入另一客户[ {into}]。请改用合并后的客户。',
  },
  'into-itself': {
    title: '不能并入自身',
    detail: '客户[ {customer} ]不能并入自身。请在 "into" 中填写接收其业务的客户。',
  },
  'go-live-closed': {
    title: '上线导入期未开启',
    detail:
      '只有在上线导入期内才能以文件导入额度，而该额度[（客户 {customer}）]高于现有额度。请开启导入期（POST /v1/go-live-windows），或单独提交（POST /v1/credit-limits）并经双人复核。',
  },
  'payer-out-of-scope': {
    title: '付款方不在您的权限范围内',
    detail: '[客户 {customer} 的]付款方由其他同事负责，不在您的权限范围内。请联系负责该付款方的同事。',
  },
  'scope-unheeded': {
    title: '该角色不受此范围限制',
    detail: '客户负责人只对销售和审批角色有效[，对 {role} 无效]。请去掉该项，或改用地区限制。',
  },
  'scope-too-wide': {
    title: '超出您自己的权限范围',
    detail: '您只能授予自己所辖的地区[：{regions}]。请从中选择，或请不受地区限制的管理员办理。',
  },
  'own-key': {
    title: '由您本人提出',
    detail:
      '具有审批权的密钥不能由一人启用。请由另一位管理员确认；如无第二位管理员，请由系统所有者在命令行创建：duecourse key create --role admin。',
  },
};

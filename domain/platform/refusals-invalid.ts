type Sentence = Readonly<Record<'zh' | 'en', string>>;

/**
 * What is wrong with an input, where no code of its own says it: the detail of the refusal `invalid`. Each says what to do instead. {figures}
 * are filled in.
 */
export const invalidFaults = {
  'body-encoding': { en: 'The body is not UTF-8. Send it in UTF-8.', zh: '请求内容不是 UTF-8 编码。请以 UTF-8 发送。' },
  'body-malformed': {
    en: 'The body is not JSON: something does not fit at line {line}, character {column}. Correct that place and send it again.',
    zh: '请求内容不是有效的 JSON：第 {line} 行第 {column} 个字符处不符合格式。请更正该处后重新提交。',
  },
  'body-unfinished': {
    en: 'The body is not JSON: it ends at line {line}, character {column}, before it is complete. Send all of it.',
    zh: '请求内容不是有效的 JSON：在第 {line} 行第 {column} 个字符处中断，内容不完整。请完整发送。',
  },
  'key-twice': {
    en: 'The key {key} appears twice in one object. Keep one of them.',
    zh: '同一对象中重复出现了键 {key}。请只保留一个。',
  },
  'key-forbidden': { en: 'The key {key} is not allowed. Leave it out.', zh: '不允许使用键 {key}。请去掉该键。' },
  'text-unkeepable': {
    en: 'A text holds a character that cannot be kept (U+0000, or half of a surrogate pair). Take it out.',
    zh: '文本含有无法保存的字符（U+0000 或不成对的代理项）。请去掉该字符。',
  },
  'request-unreadable': {
    en: 'The request cannot be read. Check its address, its headers and how the body is encoded.',
    zh: '无法读取该请求。请检查地址、请求头和内容的编码方式。',
  },
  cursor: {
    en: 'The cursor is not one that this interface gave. Read again from the first page.',
    zh: '该游标不是本接口给出的。请从第一页重新读取。',
  },
  'idempotency-key': {
    en: 'The Idempotency-Key must be 1 to 200 visible characters without spaces. Choose another one.',
    zh: 'Idempotency-Key 须为 1 至 200 个可见字符，不得含空格。请更换。',
  },
  'last-event': {
    en: 'The Last-Event-ID is not the id of an event that this interface sent. Begin without it.',
    zh: 'Last-Event-ID 不是本接口发送过的事件编号。请不带该请求头重新开始。',
  },
  'form-boundary': {
    en: 'The form names no boundary in its Content-Type. Let the program that sends it set that header.',
    zh: '表单的 Content-Type 中没有 boundary。请由发送程序自行设置该请求头。',
  },
  'form-unreadable': {
    en: 'The form cannot be read as multipart/form-data. Send the file as the part "file".',
    zh: '无法按 multipart/form-data 读取该表单。请以名为 "file" 的部分发送文件。',
  },
  'file-missing': { en: 'The form has no file. Send it as the part "file".', zh: '表单中没有文件。请以名为 "file" 的部分发送。' },
  'kind-missing': {
    en: 'It is not said what the file holds. Name it in "kind".',
    zh: '未说明文件的内容种类。请在 "kind" 中注明。',
  },
  'kind-not-simulated': {
    en: 'This kind of policy cannot be simulated. Choose one of: {kinds}.',
    zh: '该类信用政策不能模拟。请选择其中之一：{kinds}。',
  },
  speed: { en: 'The speed must be zero or more. Correct it.', zh: '时钟速度不得小于零。请更正。' },
  'days-of-jump': {
    en: 'The clock can jump 1 to {most} days. Choose a number between them.',
    zh: '时钟可跳转 1 至 {most} 天。请在此范围内选择。',
  },
  'step-to': {
    en: 'The clock steps to a time from {earliest} to {latest}. Choose one between them.',
    zh: '时钟只能推进到 {earliest} 至 {latest} 之间的时间。请在此范围内选择。',
  },
  instant: {
    en: 'This is not a time. Write it such as "2026-12-31T18:00:00+08:00".',
    zh: '不是有效的时间。请按带时区的 RFC 3339 格式填写。',
  },
  'too-early': {
    en: 'The date {date} lies before {earliest}. Give {earliest} or a later day.',
    zh: '日期 {date} 早于 {earliest}。请填写该日或之后的日期。',
  },
  'not-later': {
    en: 'The date {date} is not after {earliest}. Give a later day.',
    zh: '日期 {date} 须晚于 {earliest}。请填写更晚的日期。',
  },
  'too-late': {
    en: 'The date {date} lies after {latest}. Give {latest} or an earlier day.',
    zh: '日期 {date} 晚于 {latest}。请填写该日或之前的日期。',
  },
  'time-past': { en: 'The time has passed already. Give a later one.', zh: '该时间已过。请填写更晚的时间。' },
  'after-deadline': {
    en: 'The deadline of the task is {latest}. It can be put aside until then at most.',
    zh: '该工单的截止时间为 {latest}。最多可暂缓至该时间。',
  },
  'arrived-early': {
    en: 'A notice cannot arrive before it is given. Correct one of the two times.',
    zh: '通知的送达时间不能早于发出时间。请更正其中之一。',
  },
  'last-day-missing': { en: 'A temporary limit needs its last day. Name it.', zh: '临时额度须有截止日期。请填写。' },
  'window-too-long': {
    en: 'A go-live window lasts at most {days} days. Choose an earlier last day.',
    zh: '上线导入期最长 {days} 天。请选择更早的截止日期。',
  },
  'hold-not-asked': {
    en: 'This task does not ask whether to hold orders. Leave "hold" out.',
    zh: '该待办不涉及是否冻结订单。请去掉 "hold"。',
  },
  'contact-unknown': {
    en: 'The customer has no contact {contact}. Name one of its contacts, or add this one first (PUT /v1/customers/…).',
    zh: '该客户没有联系人“{contact}”。请填写已有联系人，或先添加（PUT /v1/customers/…）。',
  },
  'contact-without-channel': {
    en: 'The contact {contact} has no address for this channel. Choose a channel it has, or add the address first.',
    zh: '联系人“{contact}”没有该渠道的联系方式。请选择已有渠道，或先添加联系方式。',
  },
  'contact-twice': {
    en: 'The contact {contact} is listed twice. Keep one of them, or give the other an id of its own.',
    zh: '联系人“{contact}”重复。请只保留一个，或为另一个使用不同的编号。',
  },
  'tax-above-amount': {
    en: 'The tax of {tax} {currency} is more than the amount of {amount} {currency}, which holds it. Correct one of them.',
    zh: '税额 {tax} {currency} 大于价税合计金额 {amount} {currency}。请更正其中之一。',
  },
  'instalment-twice': {
    en: 'Instalment {instalment} is listed twice. Number the instalments each once.',
    zh: '第 {instalment} 期重复。请为各期分别编号。',
  },
  'line-unknown': {
    en: 'There is no such line here[: {line}]. Correct its number.',
    zh: '此处没有该行[：{line}]。请更正行号。',
  },
  'line-twice': { en: 'This line is listed twice. Name each line once.', zh: '该行重复列出。每行请只列一次。' },
  'line-undisputed': {
    en: 'The amount given for line {line} is our own, so nothing is disputed. Give the amount the customer says, or leave the line out.',
    zh: '第 {line} 行所填金额与我方一致，并无异议。请填写客户主张的金额，或去掉该行。',
  },
  'offer-differs': {
    en: 'An approval is of the current proposal, and this differs from it. Leave the field out, or decide "counter".',
    zh: '同意只针对当前方案，而所填内容与其不同。请去掉该字段，或改为提出调整方案（"counter"）。',
  },
  'act-differs': {
    en: 'Another tier has proposed something else. Agree to that with the same lines, or keep the hold.',
    zh: '前一级提出的是另一种处理。请按相同的行同意该方案，或继续冻结。',
  },
  'delegate-self': {
    en: 'Nobody is their own delegate. Name another person in "to".',
    zh: '不能委托给本人。请在 "to" 中填写另一人。',
  },
  'delegate-powerless': {
    en: 'The credential in "from" decides on nothing, so there is nothing to hand on. Name somebody who approves.',
    zh: '"from" 所指人员没有审批权，无可委托。请填写有审批权的人员。',
  },
  'delegate-unable': {
    en: 'The credential in "to" may not decide on credit. Name somebody whose role may.',
    zh: '"to" 所指人员的角色不能审批授信。请填写角色允许审批的人员。',
  },
  'credential-unknown': {
    en: 'There is no credential in force with this id. Read the ids with GET /v1/api-keys.',
    zh: '没有使用该编号的有效密钥。可通过 GET /v1/api-keys 查询编号。',
  },
  'two-sources': {
    en: 'A refund is paid of a payment or of a credit note, not of both. Leave one of them out.',
    zh: '退款只能来自一笔收款或一张贷项通知单，不能同时填写。请去掉其中一项。',
  },
  'on-account-bound': {
    en: 'Money kept on account (`onAccount: true`) cannot be applied at the same time. Leave `onAccount` out, or this field.',
    zh: '留作未核销款项（`onAccount: true`）时不能同时指定用途。请去掉 `onAccount`，或去掉该字段。',
  },
  'several-places': {
    en: 'Several places do not fit. Each is named in "errors" with what to correct.',
    zh: '有多处不符合要求。各处及更正方法见 "errors"。',
  },
} as const satisfies Readonly<Record<string, Sentence>>;
export type InvalidFault = keyof typeof invalidFaults;

const isFault = (name: unknown): name is InvalidFault => typeof name === 'string' && Object.hasOwn(invalidFaults, name);

/** The sentence of the fault that an `invalid` names in its figures; undefined: it names none. */
export const invalidSentence = (fault: unknown, language: 'zh' | 'en'): string | undefined =>
  isFault(fault) ? invalidFaults[fault][language] : undefined;

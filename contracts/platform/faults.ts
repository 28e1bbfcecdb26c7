import type { RefusalCode } from '../../domain/platform/refusal-codes.ts';

/** What a schema of ours finds wrong where no refusal code says it; the sentence is chosen by the request's language. */
export const faults = {
  date: {
    zh: '须为真实存在的日期，格式为 YYYY-MM-DD，例如 "2026-09-01"',
    en: 'Must be a calendar date that exists, written YYYY-MM-DD, such as "2026-09-01"',
  },
  instant: {
    zh: '须为带时区的 RFC 3339 时间，例如 "2026-12-31T18:00:00+08:00"',
    en: 'Must be an RFC 3339 time with its offset, such as "2026-12-31T18:00:00+08:00"',
  },
  identifier: {
    zh: '须为 1 至 120 个可见字符，首尾不得有空格，不得只有点号，且不得含斜杠等控制符号',
    en: 'Must be 1 to 120 visible characters, not dots alone, without spaces at its ends, slashes or control characters',
  },
  text: {
    zh: '不得为空，且不得含控制字符',
    en: 'Must not be empty or hold control characters',
  },
  cursor: {
    zh: '不是本接口给出的游标；请从第一页重新读取',
    en: 'Is not a cursor this interface gave; read again from the first page',
  },
  rate: {
    zh: '须为 0 至 1 之间的十进制字符串，最多四位小数，例如 "0.13"',
    en: 'Must be a decimal string from 0 to 1 with at most four decimals, such as "0.13"',
  },
  key: {
    zh: '须由小写字母、数字组成，以连字符分隔，例如 "general-30"',
    en: 'Must be lower-case letters and digits, parted by hyphens, such as "general-30"',
  },
  sha256: {
    zh: '须为 64 位小写十六进制的 SHA-256 哈希值',
    en: 'Must be a SHA-256 hash of 64 lower-case hexadecimal digits',
  },
  'clock-time': { zh: '须为 00:00 至 24:00 的时刻，例如 "08:30"', en: 'Must be a time from 00:00 to 24:00, such as "08:30"' },
  odds: { zh: '须为坏：好的比值，例如 "1/19"', en: 'Must be bad to good, such as "1/19"' },
  factor: {
    zh: '须为最多四位整数、四位小数的十进制字符串，例如 "1.5"',
    en: 'Must be a decimal string of at most four digits and four decimals, such as "1.5"',
  },
  decimal: {
    zh: '须为最多六位小数的十进制字符串，例如 "12.5"',
    en: 'Must be a decimal string with at most six decimals, such as "12.5"',
  },
  process: { zh: '须为本系统给出的流程编号', en: 'Must be the id of a process, as this system gave it' },
  'tax-rate': {
    zh: '单价不含税时须填写税率',
    en: 'Prices without tax need their tax rate',
  },
  mobile: {
    zh: '须为 E.164 格式的号码，例如 "+8613800138000"',
    en: 'Must be a number in E.164 form, such as "+8613800138000"',
  },
  empty: {
    zh: '请至少提供一个字段',
    en: 'Give at least one field',
  },
  'one-test': { zh: '须且只能给出 is、contains、empty 之一', en: 'Exactly one of is, contains and empty must be given' },
  one: {
    zh: '请只提供其中一个字段',
    en: 'Give exactly one of these fields',
  },
  owner: {
    zh: '销售角色只能看到自己的客户，须填写客户负责人',
    en: 'Sales see their own customers only: name the account owner',
  },
  duplicate: {
    zh: '同一编号出现了两次',
    en: 'The same key appears twice',
  },
  'exchange-rate': {
    zh: '汇率须为大于零的十进制字符串，最多十位小数，例如 "7.1234"',
    en: 'Must be a decimal string above zero with at most ten decimals, such as "7.1234"',
  },
  'discount-days': {
    zh: '不得晚于到期日：折扣天数不能超过付款天数',
    en: 'Must not lie beyond the due date: no more days than the terms have',
  },
  'discount-percent': {
    zh: '须为大于 0、不超过 50 的十进制字符串，最多两位小数，例如 "2"',
    en: 'Must be a decimal string above 0 and up to 50 with at most two decimals, such as "2"',
  },
  'two-currencies': {
    zh: '两种货币不得相同',
    en: 'The two currencies must differ',
  },
  'field-missing': {
    zh: '此操作须提供该字段',
    en: 'This act needs the field',
  },
  'lines-missing': {
    zh: '部分放行须列明行号及数量或金额',
    en: 'A part needs its lines, each with a quantity or an amount',
  },
  'lines-given': {
    zh: '全部放行或拒绝时不得列明行号；部分放行请用 "part"',
    en: 'Lines belong to "part" and "prepay"; leave them out here',
  },
  'disputed-lines': {
    zh: '有异议时须列明行号；全部确认时不得列出',
    en: 'Name the lines when some are disputed, and none when all is confirmed',
  },
  'movements-from': {
    zh: '发生额对账单须填写起始日期；余额对账单不得填写',
    en: 'A statement of movements needs its first day; one of open items has none',
  },
  'outside-statement': {
    zh: '日期不在对账单的期间内',
    en: 'Must lie within the days of the statement',
  },
  order: {
    zh: '起始日期不得晚于截止日期',
    en: 'The first date must not lie after the last',
  },
} as const;
export type Fault = keyof typeof faults;

const sentences = new Map<string, Fault>();
/** A pattern with the sentence for what does not fit it: nobody is shown the pattern itself. */
export function written(pattern: RegExp, name: Fault): RegExp {
  sentences.set(String(pattern), name);
  return pattern;
}
export const faultOfPattern = (pattern: string): Fault | undefined => sentences.get(pattern);

/** Options of a zod check that fails with one of our sentences. */
export const fault = (name: Fault) => ({ params: { fault: name } });

/** Options of a zod check that fails with the sentence of a refusal. */
export const refused = (code: RefusalCode, figures: Record<string, string | number> = {}) => ({
  params: { refusal: code, figures },
});

import { codeWords } from './code-words.ts';
import { sayDate } from './kernel/said-time.ts';

const roles: Readonly<Record<string, { zh: string }>> = codeWords['task.role'];
const role = (id: string): string => roles[id]?.zh ?? id;

const rungFaults: Readonly<Record<string, string>> = {
  empty: '没有催收步骤',
  'first-anchored-to-previous': '第一个步骤不能以上一步骤为起点',
  'duplicate-id': '编号重复',
  'stage-order': '所处阶段早于上一步骤',
  'contact-without-template': '联系客户的步骤须指定模板',
  'task-without-kind': '建立待办的步骤须指定待办种类',
};

/** What a policy contradicts, in Chinese; ids and names come as they were sent. The first pattern that fits counts. */
const faults: readonly (readonly [pattern: RegExp, zh: (...found: string[]) => string])[] = [
  [/^unknown kind of task (.+)$/, (id) => `没有待办种类“${id}”`],
  [/^unknown kind (.+)$/, (id) => `没有待办种类“${id}”`],
  [/^unknown template (.+)$/, (id) => `没有模板“${id}”`],
  [/^unknown dunning procedure (.+)$/, (id) => `没有催收流程“${id}”`],
  [/^unknown role (.+)$/, (id) => `没有角色“${id}”`],
  [/^unknown grade (.+)$/, (id) => `没有信用等级“${id}”`],
  [/^the last row must hold for everybody and name tiers$/, () => '最后一行须适用于所有情形，并列明审批级'],
  [/^the last row must hold for everybody$/, () => '最后一行须适用于所有客户'],
  [/^the last group must hold for everybody$/, () => '最后一组须适用于所有客户'],
  [/^the last bin of (.+) must take the rest$/, (id) => `“${id}”的最后一个分箱须包含其余所有取值`],
  [/^row (\d+) is never reached$/, (no) => `第 ${no} 行永远不会命中`],
  [/^(.+) is never reached$/, (id) => `行“${id}”永远不会命中`],
  [/^(.+) is no amount of (.+)$/, (amount, currency) => `“${amount}”不是币种 ${currency} 的有效金额`],
  [/^(.+) is no time zone$/, (zone) => `“${zone}”不是时区，例如 Asia/Shanghai`],
  [/^(.+) is in use$/, (id) => `“${id}”正在使用，不能删除`],
  [/^warns before it is opened$/, () => '提醒不能早于建立之时'],
  [/^warns before the hold is opened$/, () => '提醒不能早于冻结之时'],
  [/^warns before the application is made$/, () => '提醒不能早于提交申请之时'],
  [/^(.+) appears twice$/, (id) => `“${id}”重复`],
  [/^(.+) ends before it begins$/, (id) => `“${id}”的结束日期早于开始日期`],
  [/^(.+) cannot be put into bins$/, (id) => `“${id}”不能分箱`],
  [/^(.+) has no peers' figure$/, (id) => `“${id}”没有同类参照值`],
  [/^(.+) has no order to go by$/, (id) => `“${id}”的取值没有大小顺序`],
  [/^(.+) is binned by (below|is)$/, (id, by) => `“${id}”须以 ${by} 分箱`],
  [/^(.+) (\S+) has no bound$/, (id, bin) => `“${id}”的分箱“${bin}”没有界限`],
  [/^(.+) (\S+) lies below the bin before it$/, (id, bin) => `“${id}”的分箱“${bin}”低于前一分箱`],
  [
    /^(.+) is not (rising|falling) at (.+)$/,
    (id, way, bin) => `“${id}”在分箱“${bin}”处未保持${way === 'rising' ? '递增' : '递减'}`,
  ],
  [/^(.+) must take the rest$/, (id) => `等级“${id}”须包含其余所有分数`],
  [/^(.+) has no threshold$/, (id) => `等级“${id}”没有门槛分`],
  [/^(.+) is not below the grade before it$/, (id) => `等级“${id}”的门槛须低于前一等级`],
  [/^steps must rise$/, () => '各档须递增'],
  [/^no rounding for (.+)$/, (currency) => `未规定币种 ${currency} 的取整方式`],
  [/^must be above zero$/, () => '须大于零'],
  [/^(.+) may not decide on credit$/, (id = '') => `角色“${role(id)}”不能审批授信`],
  [/^nobody is (.+)$/, (id = '') => `没有人担任角色“${role(id)}”`],
  [/^the window of sums must hold that of pairs$/, () => '合计匹配的时间窗口不得小于逐笔匹配的窗口'],
  [/^a similar number cannot be surer than the same$/, () => '相近单号的可信度不得高于相同单号'],
  [/^contact rules allow no contact: a cap below one$/, () => '联系规则不允许任何联系：次数上限小于一'],
  [/^contact rules allow no (contact within a year|minute of the day)$/, () => '联系规则没有留出任何可联系的时间'],
  [/^not a time of day: (.+)$/, (text) => `“${text}”不是一天中的时间`],
  [/^not a whole number of minutes: (.+)$/, (text) => `“${text}”不是整数分钟`],
  [/^a decision table holds cells that were never checked$/, () => '决策表中有未经检查的单元格'],
  [
    /^(\S+)(?: (\S+))? (empty|first-anchored-to-previous|duplicate-id|stage-order|contact-without-template|task-without-kind)$/,
    (ladder, rung, fault = '') =>
      `催收流程“${ladder}”${rung === undefined || rung === '' ? '' : `的步骤“${rung}”`}：${rungFaults[fault] ?? fault}`,
  ],
];

function inChinese(fault: string): string {
  for (const [pattern, zh] of faults) {
    const found = pattern.exec(fault);
    if (found) return zh(...found.slice(1));
  }
  return sayDate(fault, 'zh');
}

/** What a policy contradicts, one or several joined by '; ', in the reader's language. */
export const sayPolicyFaults = (what: string, language: 'zh' | 'en'): string =>
  language === 'en' ? what : what.split('; ').map(inChinese).join('；');

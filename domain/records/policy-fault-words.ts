import { codeWords } from './code-words.ts';
import { sayDate } from '../platform/said-time.ts';

const roles: Readonly<Record<string, { zh: string }>> = codeWords['task.role'];
const channels: Readonly<Record<string, { zh: string }>> = codeWords['message.channel'];
const role = (id: string): string => roles[id]?.zh ?? id;

const rungFaults: Readonly<Record<string, string>> = {
  empty: '没有催收步骤',
  'first-anchored-to-previous': '第一个步骤不能以上一步骤为起点',
  'duplicate-id': '编号重复',
  'stage-order': '所处阶段早于上一步骤',
  'contact-without-template': '联系客户的步骤须指定模板',
  'task-without-kind': '建立待办的步骤须指定待办种类',
};

const named: Readonly<Record<string, string>> = {
  grade: '信用等级',
  'dunning procedure': '催收流程',
  'kind of task': '待办种类',
};

/** What a policy contradicts, in Chinese; ids and names come as they were sent. The first pattern that fits counts. */
const faults: readonly (readonly [pattern: RegExp, zh: (...found: string[]) => string])[] = [
  [/^unknown kind of task (.+)$/, (id) => `没有待办种类“${id}”`],
  [/^unknown kind (.+)$/, (id) => `没有待办种类“${id}”`],
  [/^unknown template (.+)$/, (id) => `没有模板“${id}”`],
  [/^unknown dunning procedure (.+)$/, (id) => `没有催收流程“${id}”`],
  [/^unknown role (.+)$/, (id) => `没有角色“${id}”`],
  [
    /^(grade|dunning procedure|kind of task) (.+) is named by ([a-z-]+)(?:, row (.+))?$/,
    (what = '', id, by, row) =>
      `${named[what] ?? ''}“${id}”仍被政策 ${by}${row === undefined ? '' : ` 的行“${row}”`}引用，不能删除`,
  ],
  [/^(.+) never meets the conditions of its row$/, (kind) => `种类“${kind}”永远不会满足本行的条件`],
  [/^ends before the version is in force$/, () => '停止联系的截止日期早于该版本的生效日期'],
  [/^unknown grade (.+)$/, (id) => `没有信用等级“${id}”`],
  [/^the last row must hold for everybody and name tiers$/, () => '最后一行须适用于所有情形，并列明审批级'],
  [/^the last row must hold for everybody$/, () => '最后一行须适用于所有客户'],
  [/^the last group must hold for everybody$/, () => '最后一组须适用于所有客户'],
  [/^the last bin of (.+) must take the rest$/, (id) => `“${id}”的最后一个分箱须包含其余所有取值`],
  [/^row (\d+) has the name of a row above it: (.+)$/, (no, name) => `第 ${no} 行与上方的行同名：“${name}”`],
  [/^row (\d+) starts above its cap$/, (no) => `第 ${no} 行的起始额度高于其上限`],
  [/^row (\d+) is never reached$/, (no) => `第 ${no} 行永远不会命中`],
  [/^(.+) is never reached$/, (id) => `行“${id}”永远不会命中`],
  [/^(.+) is no amount of (.+)$/, (amount, currency) => `“${amount}”不是币种 ${currency} 的有效金额`],
  [/^(.+) is no time zone$/, (zone) => `“${zone}”不是时区，例如 Asia/Shanghai`],
  [/^(.+) is named by customers$/, (id) => `催收流程“${id}”由客户单独指定，不能删除`],
  [/^(.+) is a notice of its own and no letter of a step$/, (id) => `模板“${id}”是单独的通知，不能用于催收步骤`],
  [
    /^(.+) has no letter in (zh and en|zh|en) by (\S+)$/,
    (id, languages = '', by = '') =>
      `模板“${id}”没有${languages.replace(' and ', '、').replace('zh', '中文').replace('en', '英文')}的${channels[by]?.zh ?? by}版本`,
  ],
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
  [/^(.+) are no odds$/, (odds) => `“${odds}”不是坏：好的比值，两侧均须大于零`],
  [/^(\S+) names nobody$/, (name) => `“${name}”为空，不适用于任何客户；不限请去掉该条件`],
  [/^the reference lies beyond its ceiling$/, () => '参照值超出了该组的上限，永远不会按此计算'],
  [/^(.+): (\S+) never crosses (\S+)$/, (bin, fact, bound) => `分箱“${bin}”：“${fact}”的取值不会跨过界限 ${bound}`],
  [/^(.+) holds no whole number$/, (bin) => `分箱“${bin}”中没有整数，而该数据只取整数`],
  [/^(\S+) is never (.+)$/, (fact, value) => `“${fact}”不会取值 ${value}`],
  [/^(.+) (\S+) has no bound$/, (id, bin) => `“${id}”的分箱“${bin}”没有界限`],
  [/^(.+) (\S+) lies below the bin before it$/, (id, bin) => `“${id}”的分箱“${bin}”低于前一分箱`],
  [
    /^(.+) is not (rising|falling) at (.+)$/,
    (id, way, bin) => `“${id}”在分箱“${bin}”处未保持${way === 'rising' ? '递增' : '递减'}`,
  ],
  [/^(.+) must take the rest$/, (id) => `等级“${id}”须包含其余所有分数`],
  [/^(.+) has no threshold$/, (id) => `等级“${id}”没有门槛分`],
  [/^(.+) is not below the grade before it$/, (id) => `等级“${id}”的门槛须低于前一等级`],
  [/^(.+) loses less than the better grade before it$/, (id) => `等级“${id}”的预期损失率低于前一更好的等级`],
  [/^(.+) is reviewed after it has lapsed$/, (id) => `等级“${id}”的复审晚于有效期届满`],
  [/^no unit for (.+)$/, (currency) => `币种 ${currency} 没有单位，取整方式不会用到`],
  [/^steps must rise$/, () => '各档须递增'],
  [/^no rounding for (.+)$/, (currency) => `未规定币种 ${currency} 的取整方式`],
  [/^must be above zero$/, () => '须大于零'],
  [/^(.+) may not decide on credit$/, (id = '') => `角色“${role(id)}”不能审批授信`],
  [/^nobody is (.+)$/, (id = '') => `没有人担任角色“${role(id)}”`],
  [/^the window of sums must hold that of pairs$/, () => '合计匹配的时间窗口不得小于逐笔匹配的窗口'],
  [/^nothing can be surer than the same number$/, () => '可信度不得高于相同单号'],
  [/^no match reaches the threshold, not even by the same number$/, () => '阈值高于相同单号的可信度，任何匹配都达不到'],
  [/^it is on and names no currency$/, () => '该检查已启用，但未列出任何币种'],
  [/^it is on and names no grade$/, () => '该检查已启用，但未列出任何信用等级'],
  [/^lies above the overdue amount that holds$/, () => '小额标准高于会冻结订单的逾期金额'],
  [/^(\S+) stops no order$/, (stage) => `催收阶段“${stage}”不会冻结订单，可填 reminder、escalation、legal`],
  [/^(\S+) times the usual is nothing unusual$/, (factor) => `通常水平的 ${factor} 倍并不异常，须不小于 1`],
  [/^strict reconciliation lets more pass than the normal one$/, () => '严格对账放宽得比普通对账更多'],
  [/^waits for facts until the application has lapsed$/, () => '等待数据的天数不得达到申请的有效天数'],
  [/^more contacts a day than a week$/, () => '每日联系次数不得多于每周次数'],
  [/^more fallbacks than contacts a week$/, () => '每周改用其他渠道的次数不得多于每周联系次数'],
  [/^quiet hours that silence nothing$/, () => '免打扰时段为空，起止时间不得相同'],
  [/^quiet hours that silence the whole day$/, () => '免打扰时段覆盖了全天'],
  [/^a window that holds no minute$/, () => '联系时段为空，起止时间不得相同'],
  [/^quiet hours silence the whole window$/, () => '免打扰时段覆盖了整个联系时段'],
  [/^a slot is longer than the window$/, () => '每段分钟数不得超过联系时段的长度'],
  [/^(.+) asks for money before it is due$/, (id) => `步骤“${id}”在到期日之前催款`],
  [/^(.+) announces a due date that has passed$/, (id) => `步骤“${id}”在到期日之后才提前告知`],
  [/^(.+) comes before its least gap to the step before it has passed$/, (id) => `步骤“${id}”早于与上一步骤的最短间隔`],
  [/^(template|workOrder) has no part in (.+)$/, (name, action) => `步骤的动作为 ${action}，不会用到 ${name}`],
  [/^(.+) does not work on tasks$/, (id = '') => `角色“${role(id)}”不能处理待办`],
  [/^(.+) does not decide on holds$/, (id = '') => `角色“${role(id)}”不能决定冻结`],
  [/^(.+) has the task already$/, (id = '') => `该待办已由角色“${role(id)}”处理，不能再升级给同一角色`],
  [/^a task that only (.+) can decide$/, (id = '') => `该待办只能由角色“${role(id)}”决定`],
  [/^a decision table holds cells that were never checked$/, () => '决策表中有未经检查的单元格'],
  [
    /^(\S+)(?: (\S+))? (empty|first-anchored-to-previous|duplicate-id|stage-order|contact-without-template|task-without-kind)$/,
    (ladder, rung, fault = '') =>
      `催收流程“${ladder}”${rung === undefined || rung === '' ? '' : `的步骤“${rung}”`}：${rungFaults[fault] ?? fault}`,
  ],
];

/** A fault that only a later day brings says from when. */
const later = /^(.+), from (\d{4}-\d\d-\d\d)$/s;

function inChinese(fault: string): string {
  const [, rest, day] = later.exec(fault) ?? [];
  if (rest !== undefined && day !== undefined) return `${inChinese(rest)}（自${sayDate(day, 'zh')}起）`;
  for (const [pattern, zh] of faults) {
    const found = pattern.exec(fault);
    if (found) return zh(...found.slice(1));
  }
  return sayDate(fault, 'zh');
}

/** What a policy contradicts, one or several joined by '; ', in the reader's language. */
export const sayPolicyFaults = (what: string, language: 'zh' | 'en'): string =>
  language === 'en' ? what : what.split('; ').map(inChinese).join('；');

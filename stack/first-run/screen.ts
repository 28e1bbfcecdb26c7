import { daysBetween } from '../../domain/platform/calendar.ts';
import { codeWords } from '../../domain/records/code-words.ts';
import { formatAmount, sayMoney } from '../../domain/platform/money.ts';
import { sayDate } from '../../domain/platform/said-time.ts';
import type { Notable, Portfolio } from '../../store/records/portfolio.ts';
import { columnsOf, padFrom, padTo } from '../words.ts';
import type { EngineCounts } from './engine-counts.ts';
import type { Progress } from './live.ts';
import type { Stage } from '../../domain/ledger/outcome.ts';
import { stages } from '../../domain/ledger/outcome.ts';

export type Language = 'zh' | 'en';

/** What the screen shows at one moment. */
export interface Scene {
  readonly progress: Progress;
  readonly portfolio: Portfolio;
  readonly engine: EngineCounts;
  readonly seconds: number;
}

const stageWords: Readonly<Record<Stage, { en: string; zh: string }>> = {
  // Also what lies overdue from before going live: its day says nothing of a stage.
  scheduled: { en: 'no step yet', zh: '尚无步骤' },
  due: { en: 'due', zh: '临期' },
  reminder: { en: 'reminder', zh: '提醒' },
  escalation: { en: 'escalation', zh: '升级' },
  legal: { en: 'legal', zh: '法务' },
  closed: { en: 'closed', zh: '已结清' },
};

const channelWords: Readonly<Record<string, { en: string; zh: string }>> = codeWords['message.channel'];

const phaseWords: Readonly<Record<Progress['phase'], { en: string; zh: string }>> = {
  customers: { en: 'Customers', zh: '客户' },
  history: { en: 'History before going live', zh: '上线前历史' },
  living: { en: 'Replaying the ledger', zh: '逐小时回放台账' },
  done: { en: 'Done', zh: '完成' },
};

/** A whole number with marks of thousands. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

/** An amount with marks of thousands. */
export function money(minor: number, currency: string): string {
  const [whole = '', fraction] = formatAmount(minor, currency).split('.');
  return fraction === undefined ? grouped(Number(whole)) : `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`;
}

/** Minutes and seconds. */
export const clockOf = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/** How much of the phase is done, from 0 to 1: of living, by the days gone, weighed with the documents sent. */
export function shareDone({ phase, goLive, until, at, done, total }: Progress): number {
  if (phase === 'done') return 1;
  if (phase !== 'living') return total === 0 ? 1 : done / total;
  const days = Math.max(1, daysBetween(goLive, until));
  const byDay = Math.min(1, Math.max(0, daysBetween(goLive, at.slice(0, 10)) / days));
  return total === 0 ? byDay : (byDay + done / total) / 2;
}

function bar(share: number, width: number): string {
  const full = Math.round(share * width);
  return `[${'█'.repeat(full)}${'░'.repeat(width - full)}] ${padFrom(`${Math.floor(share * 100)}`, 3)} %`;
}

/** Cells in columns, figures to the right; the first column to the left. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => columnsOf(row[column] ?? ''))));
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? padTo(cell, widths[0] ?? 0) : padFrom(cell, widths[column] ?? 0))).join('   '),
  );
}

/** The live table: progress, stages, money, messages, work orders and workflows. */
export function sceneLines({ progress, portfolio, engine, seconds }: Scene, language: Language): string[] {
  const zh = language === 'zh';
  const share = shareDone(progress);
  const left = progress.phase === 'living' && share > 0.05 ? (seconds / share) * (1 - share) : null;
  const rest = left === null ? '' : zh ? `，约剩 ${clockOf(left)}` : `, about ${clockOf(left)} left`;
  const sent = `${grouped(progress.done)}/${grouped(progress.total)}`;
  const messages = portfolio.messages.reduce((sum, one) => sum + one.count, 0);
  const channels = portfolio.messages
    .map(({ channel, count }) => `${channelWords[channel]?.[language] ?? channel} ${grouped(count)}`)
    .join(zh ? '、' : ', ');
  const { tasks } = portfolio;
  return [
    `${phaseWords[progress.phase][language]} ${bar(share, 30)}  ${sent}`,
    zh
      ? `业务日期 ${sayDate(portfolio.today, 'zh')}（至 ${sayDate(progress.until, 'zh')}）  已用 ${clockOf(seconds)}${rest}`
      : `Business date ${portfolio.today}, going to ${progress.until}   ${clockOf(seconds)}${rest}`,
    '',
    ...table([
      [zh ? '阶段' : 'Stage', ...stages.map((stage) => stageWords[stage][language])],
      [zh ? '应收款' : 'Receivables', ...stages.map((stage) => grouped(portfolio.stages[stage]))],
    ]),
    '',
    ...table([
      [zh ? '金额' : 'Amounts', zh ? '未收' : 'open', zh ? '逾期' : 'overdue', zh ? '争议中' : 'disputed'],
      ...portfolio.balances.map(({ currency, openMinor, overdueMinor, disputedMinor }) => [
        currency,
        money(openMinor, currency),
        money(overdueMinor, currency),
        money(disputedMinor, currency),
      ]),
    ]),
    '',
    zh ? `消息 ${grouped(messages)}（${channels || '–'}）` : `Messages ${grouped(messages)} (${channels || '–'})`,
    zh
      ? `工单 未结 ${grouped(tasks.open)} / 共 ${grouped(tasks.total)}   工作流 运行中 ${grouped(engine.open)} / 已结束 ${grouped(engine.closed)}`
      : `Tasks ${grouped(tasks.open)} open of ${grouped(tasks.total)}   Workflows ${grouped(engine.open)} open, ${grouped(engine.closed)} closed`,
  ];
}

/** The same in one line, where there is no terminal. */
export function sceneLine({ progress, portfolio, seconds }: Scene, language: Language): string {
  const counts = stages
    .map((stage) => `${stageWords[stage][language]} ${portfolio.stages[stage]}`)
    .join(language === 'zh' ? '、' : ', ');
  const percent = Math.floor(shareDone(progress) * 100);
  return `${clockOf(seconds)}  ${phaseWords[progress.phase][language]} ${percent} %  ${sayDate(portfolio.today, language)}  ${counts}`;
}

function whyWords({ why, currency, amountMinor, count }: Notable, language: Language): string {
  const amount =
    currency !== null && amountMinor !== null ? sayMoney(formatAmount(amountMinor, currency), currency, language) : '';
  const n = grouped(count ?? 0);
  const zh = language === 'zh';
  switch (why) {
    case 'in-legal':
      return zh ? `法务阶段金额最大：${amount}` : `most money in the legal stage: ${amount}`;
    case 'disputed':
      return zh ? `争议金额最大：${amount}` : `largest open dispute: ${amount}`;
    case 'broken-promise':
      return zh ? `未兑现的付款承诺：${amount}` : `a promise to pay was broken: ${amount}`;
    case 'most-overdue':
      return zh ? `逾期金额最大：${amount}（${n} 笔）` : `most overdue: ${amount} in ${n}`;
    case 'part-paid':
      return zh ? `部分付款后仍欠：${amount}` : `paid in part, still owes ${amount}`;
    case 'most-contacted':
      return zh ? `收到消息最多：${n} 条` : `contacted most often: ${n} messages`;
    case 'kept-promise':
      return zh ? `已兑现付款承诺：${amount}` : `kept a promise to pay: ${amount}`;
  }
}

/** Customers to begin with, each with its reason and a link below `base`. */
export function notableLines(notables: readonly Notable[], base: string, language: Language): string[] {
  if (notables.length === 0) return [];
  const title = language === 'zh' ? '值得一看的客户：' : 'Customers worth looking at:';
  return [
    title,
    ...notables.flatMap((one) => [
      `  ${one.customer}${one.name === one.customer ? '' : `  ${one.name}`}  ${whyWords(one, language)}`,
      `    ${base}/v1/customers/${encodeURIComponent(one.customer)}/timeline`,
    ]),
  ];
}

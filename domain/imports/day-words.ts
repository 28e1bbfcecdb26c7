/** Months as English writes them, whole or short. */
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;
const month = `(?<word>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\.?`;
const day = '(?<d>\\d{1,2})(?:st|nd|rd|th)?';
/** A named month leaves no doubt which figure is the day; a year of two figures would. */
const named = [
  new RegExp(`^${day}[ ./-]?${month}[ ,./-]{1,2}(?<y>\\d{4})$`, 'i'),
  new RegExp(`^${month}[ -]?${day}[ ,-]{1,2}(?<y>\\d{4})$`, 'i'),
  new RegExp(`^(?<y>\\d{4})[ ./-]${month}[ ./-]${day}$`, 'i'),
];

const clockTime =
  /[ T](?:[上下]午 ?)?\d{1,2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?|[时点]\d{1,2}分(?:\d{1,2}秒)?)(?: ?[AP]M| ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?$/i;
const weekday = '(?:(?:星期|周)[一二三四五六日天]|(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\\.?)';
const weekdayBefore = new RegExp(`^${weekday}[, ]+`, 'i');
const weekdayBehind = new RegExp(`[, ]*(?:${weekday}|\\(${weekday}\\))$`, 'i');

const figures = '〇一二三四五六七八九';
const spelled =
  /^(?<y>[〇零○O一二三四五六七八九]{4})年(?<m>[一二三四五六七八九十]{1,3})月(?<d>[一二三四五六七八九十]{1,3})[日号]$/u;

/** 二十三 → 23; NaN for what is no number up to 99. */
function counted(text: string): number {
  const [tens, ones] = text.includes('十') ? text.split('十') : ['0', text];
  const figure = (one: string, empty: number): number => (one === '' || one === '0' ? empty : figures.indexOf(one));
  return text.split('十').length > 2 ? NaN : figure(tens ?? '', tens === '0' ? 0 : 1) * 10 + figure(ones ?? '', 0);
}

/** A day without the weekday and the time beside it, in figures where it names its month or spells them: `5 Mar 2026`, 二〇二六年三月五日. */
export function dayInFigures(text: string): string {
  const bare = text
    .replace(clockTime, '')
    .replace(weekdayBefore, '')
    .replace(weekdayBehind, '')
    .replace(/(?<=月 ?\d{1,2} ?)号$/, '日');
  const { y = '', word = '', d = '' } = named.map((form) => form.exec(bare)?.groups).find((groups) => groups) ?? {};
  if (word !== '') return `${y}-${months.indexOf(word.slice(0, 3).toLowerCase() as (typeof months)[number]) + 1}-${d}`;
  const told = spelled.exec(bare)?.groups;
  if (!told) return bare;
  const year = [...(told['y'] ?? '')].map((one) => (/[零○O]/u.test(one) ? 0 : figures.indexOf(one))).join('');
  return `${year}-${counted(told['m'] ?? '')}-${counted(told['d'] ?? '')}`;
}

/** The time of day beside a day; '' when there is none. */
export const timeBeside = (text: string): string => clockTime.exec(text)?.[0] ?? '';

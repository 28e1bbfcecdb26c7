import { dateOf, minuteOfDay, parseInstant } from './instants.ts';

type Language = 'zh' | 'en';

const local = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d:\d\d))?$/;

/** How an instant is written, by us or by the database. */
export const looksInstant = (text: string): boolean => /^\d{4}-\d\d-\d\dT/.test(text);

/** A day, with its local time or without, as people write it: '2026-03-05' is 2026年3月5日. Any other text stays as it is. */
export function sayDate(text: string, language: Language): string {
  const [, year, month, day, time] = local.exec(text) ?? [];
  if (language === 'en' || year === undefined) return text;
  return `${year}年${Number(month)}月${Number(day)}日${time === undefined ? '' : ` ${time}`}`;
}

/** A business instant in the seller's zone: '2026-01-05 09:00', 2026年1月5日 09:00. */
export function sayInstant(text: string, language: Language, zone: string): string {
  const instant = parseInstant(text);
  if (instant === undefined) return text;
  const minute = minuteOfDay(instant, zone);
  const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return sayDate(`${dateOf(instant, zone)} ${time}`, language);
}

/** What a record holds, as a day, a time, or the text it is. */
export const sayTime = (text: string, language: Language, zone: string): string =>
  looksInstant(text) ? sayInstant(text, language, zone) : sayDate(text, language);

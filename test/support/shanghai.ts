import type { Instant } from '../../domain/platform/calendar.ts';

/** The instant of a day's hour in Shanghai. */
export const shanghai = (day: string, time = '00:00'): Instant => new Date(`${day}T${time}:00+08:00`).toISOString();

/** A business instant's day in Shanghai. */
export const dayOf = (at: Instant): string => new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 10);

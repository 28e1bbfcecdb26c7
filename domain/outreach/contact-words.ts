import type { ContactWarning } from './governor.ts';
import type { Words } from '../platform/words.ts';

/** What the contact rules say against a contact that a person made. */
export const contactWarningWords: Readonly<Record<ContactWarning, Words>> = {
  'enforcement-off': { en: 'contacts are switched off', zh: '联系已暂停' },
  'quiet-hours': { en: 'in quiet hours', zh: '处于免打扰时段' },
  holiday: { en: 'on a rest day', zh: '处于休息日' },
  'daily-cap': { en: 'more contacts on this day than the rules allow', zh: '超过当日联系次数上限' },
  'weekly-cap': { en: 'more contacts in this week than the rules allow', zh: '超过一周联系次数上限' },
  'outside-window': { en: 'outside contact hours', zh: '不在可联系时段内' },
  'opted-out': { en: 'the customer has opted out', zh: '客户已退订' },
};

const isWarning = (code: string): code is ContactWarning => code in contactWarningWords;

/** The warnings of a logged contact as its timeline tells them, in brackets; '' without any. `codes`: separated by commas. */
export function sayWarnings(codes: string, language: 'en' | 'zh'): string {
  const said = codes.split(',').flatMap((code) => (isWarning(code) ? [contactWarningWords[code][language]] : []));
  if (said.length === 0) return '';
  return language === 'en' ? ` (${said.join('; ')})` : `（${said.join('；')}）`;
}

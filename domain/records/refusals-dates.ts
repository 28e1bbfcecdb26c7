import type { RefusalText } from '../platform/refusal-codes.ts';

/** What is refused of dates and calendars, in English. A clause in [ ] is said only when the figures it names are given. */
export const datesEn = {
  'calendar-unfit': {
    title: 'Not a notice of that year',
    detail:
      'The days are no holiday notice of the year[ {year}][: {date} is named twice, lies outside the year and the December before, or is free by law and not in the list]. Send the whole notice.',
  },
  'date-out-of-bounds': {
    title: 'Date out of bounds',
    detail:
      'The date[ {date}] lies outside what this field takes[: {from} to {to}]. Correct it; leave the field out where there is no such date.',
  },
  'promise-too-far': {
    title: 'Promised date is too far off',
    detail:
      'A promise may name a day[ up to {until}][: {days} days, counted from the first of the promises that follow each other]. A later date is an extension of the term, which has to be approved: ask for one (POST /v1/receivables/…/extensions).',
  },
  'reversal-before-payment': {
    title: 'Reversed before it was paid',
    detail: 'The payment was received[ on {receivedOn}], so it cannot be reversed[ on {date}]. Correct the day of the reversal.',
  },
} as const satisfies Readonly<Record<string, RefusalText>>;

/** The same in Chinese. */
export const datesZh = {
  'calendar-unfit': {
    title: '不是该年度的放假通知',
    detail:
      '所列日期不构成[ {year} 年]的放假安排[：{date} 重复、不在该年及上一年 12 月内，或属法定放假日而未列出]。请提交完整通知。',
  },
  'date-out-of-bounds': {
    title: '日期超出范围',
    detail: '日期[ {date} ]超出该字段允许的范围[（{from} 至 {to}）]。请更正日期；如无此日期，请不要填写该字段。',
  },
  'promise-too-far': {
    title: '承诺日期过远',
    detail:
      '付款承诺的日期[最迟为 {until}][，自连续承诺中的首次承诺起不超过 {days} 天]。更晚的日期属于展期，须经审批：请申请展期（POST /v1/receivables/…/extensions）。',
  },
  'reversal-before-payment': {
    title: '冲销日早于收款日',
    detail: '该款项的收款日[为 {receivedOn}]，不能在此之前[（{date}）]冲销。请更正冲销日期。',
  },
} as const satisfies Readonly<Record<keyof typeof datesEn, RefusalText>>;

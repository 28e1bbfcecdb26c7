import type { RefusalCode, RefusalText } from '../platform/refusal-codes.ts';

/** What is said of credit notes, refunds and unapplied money, in English. */
export const moneyEn = {
  'reversal-before-document': {
    title: 'Reversed before its day',
    detail: 'The document is dated[ {issuedOn}], so it cannot be reversed[ on {date}]. Correct the day of the reversal.',
  },
  'note-reversed': {
    title: 'Credit note already reversed',
    detail: 'The credit note[ {note}] was reversed before[ on {date}]. Post a new one when the credit is due after all.',
  },
  'refund-reversed': {
    title: 'Refund already reversed',
    detail: 'The refund[ {refund}] was reversed before[ on {date}]. There is nothing left to reverse.',
  },
  'has-refund': {
    title: 'Partly paid back',
    detail: 'We paid part of it back to the customer[ ({document})]. Reverse that refund first, or reverse only what is left.',
  },
  'nothing-unapplied': {
    title: 'Nothing left to apply',
    detail: 'All of[ {document}] this document is used already. Reverse something first, or use another document.',
  },
  'amount-exceeds-unapplied': {
    title: 'More than is available',
    detail:
      'The amount[ {value}] is more than can be paid back[: {available}]. Lower it, or name the payment it is to be paid of.',
  },
  'credit-exceeds-invoice': {
    title: 'Credit note beyond its invoice',
    detail:
      'The amount[ {value}] is more than can still be credited on the invoice[ {invoice}][: {left}]. Lower it, or say `onAccount: true` if the rest is meant to stay with the customer.',
  },
  'invoice-or-account': {
    title: 'Invoice missing',
    detail: 'A credit note names its invoice, or says `onAccount: true`. Add one of them.',
  },
} satisfies Partial<Record<RefusalCode, RefusalText>>;

/** The same in Chinese. */
export const moneyZh = {
  'reversal-before-document': {
    title: '冲销日早于单据日',
    detail: '该单据的日期[为 {issuedOn}]，不能在此之前[（{date}）]冲销。请更正冲销日期。',
  },
  'note-reversed': {
    title: '贷项通知单已冲销',
    detail: '该贷项通知单[ {note} ]此前已冲销[（{date}）]。如确应减少应收，请另行提交新的贷项通知单。',
  },
  'refund-reversed': {
    title: '退款已冲销',
    detail: '该退款[ {refund} ]此前已冲销[（{date}）]，无可再冲销的金额。',
  },
  'has-refund': {
    title: '已部分退款',
    detail: '其中一部分已退还客户[（{document}）]。请先冲销该退款，或仅冲销剩余部分。',
  },
  'nothing-unapplied': {
    title: '无可核销余额',
    detail: '该单据[ {document} ]的金额已全部使用。请先冲销已核销的部分，或选用其他单据。',
  },
  'amount-exceeds-unapplied': {
    title: '超过可退金额',
    detail: '金额[ {value} ]超过可退还的金额[：{available}]。请调低金额，或指明从哪一笔收款中退还。',
  },
  'credit-exceeds-invoice': {
    title: '贷项通知单超过发票',
    detail:
      '金额[ {value} ]超过发票[ {invoice} ]尚可开具贷项通知单的金额[：{left}]。请调低金额；如余额应留存给客户，请注明 `onAccount: true`。',
  },
  'invoice-or-account': {
    title: '缺少发票',
    detail: '贷项通知单须指明发票，或注明 `onAccount: true`。请补充其中一项。',
  },
} satisfies Partial<Record<RefusalCode, RefusalText>>;

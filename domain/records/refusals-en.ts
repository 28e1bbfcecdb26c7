import { datesEn } from './refusals-dates.ts';
import { ordersEn } from './refusals-orders.ts';
import { decisionsEn } from './refusals-decisions.ts';
import { moneyEn } from './refusals-money.ts';
import type { RefusalCode, RefusalText } from '../platform/refusal-codes.ts';

/** English sentences. A clause in [ ] is said only when the figures it names are given. */
export const refusalsEn: Readonly<Record<RefusalCode, RefusalText>> = {
  ...moneyEn,
  ...decisionsEn,
  ...ordersEn,
  ...datesEn,
  'not-found': {
    title: 'Not found',
    detail: 'There is nothing here[ with the id {id}]. Check the path and the id, ours or your own.',
  },
  forbidden: {
    title: 'Not allowed',
    detail:
      'This role may not do that[: {verb}][. Roles that may: {roles}]. Ask an administrator for a role that may, or have someone else do it.',
  },
  unauthenticated: {
    title: 'Not signed in',
    detail:
      'No valid credential came with the request. Send "Authorization: Bearer dck_…" with a key that has not expired, or sign in.',
  },
  invalid: { title: 'Invalid input', detail: 'The input does not fit. Correct the fields named and send it again.' },
  conflict: {
    title: 'Conflict',
    detail: 'Somebody changed this meanwhile[: {what}]. Read it again, then repeat what is still wanted.',
  },
  'other-customer': {
    title: 'It belongs to another customer',
    detail:
      'This id stands for a document of another customer and stays with it. Correct the customer, or use another id for a document of its own.',
  },
  'waits-already': {
    title: 'Something waits already',
    detail: 'This waits already, or is being decided elsewhere[: {what}]. Have that decided or closed first.',
  },
  'already-exists': {
    title: 'Already exists',
    detail: 'This id is already used with other content[: {id}]. Use another id, or change the existing one.',
  },
  'amount-malformed': {
    title: 'Not an amount',
    detail:
      'An amount is a plain decimal string such as "6000.00"[, not "{value}"]: no thousands separator, plus sign, exponent or space.',
  },
  'amount-fraction': {
    title: 'Too many decimals',
    detail:
      'The amount[ {value}] has more decimals than its currency[ {currency}] has. Send at most[ {exponent},] as many as the currency has (CNY 2, JPY 0, KWD 3).',
  },
  'amount-too-large': {
    title: 'Amount too large',
    detail: 'The amount[ {value}] is larger than can be kept exactly. Check it for stray digits, or split it.',
  },
  'sum-too-large': {
    title: 'Sum too large',
    detail:
      'With this amount, the sum of the customer or its account could no longer be kept exactly[: at most {bound} in a currency with two decimals]. Check it for stray digits; nothing was written.',
  },
  'amount-not-positive': {
    title: 'Amount must be positive',
    detail: 'The amount[ {value}] must be greater than zero. Use a reversal or a credit note to take money back.',
  },
  'amount-exceeds-open': {
    title: 'More than is open',
    detail:
      'The amount[ {value}] is more than is open[ ({open})][ on {invoice}]. Lower it, or spread the rest over other invoices.',
  },
  'amount-exceeds-payment': {
    title: 'More than was paid',
    detail: 'The allocations add up to more than the payment[ of {value}]. Lower them, or leave them out to allocate by rule.',
  },
  'currency-unknown': {
    title: 'Unknown currency',
    detail: 'The currency[ "{currency}"] is not an active ISO 4217 code. Use three capital letters such as CNY.',
  },
  'currency-mismatch': {
    title: 'Currencies differ',
    detail: 'The currency[ {currency}] differs from that of the document it belongs to[ ({expected})]. Send it in that currency.',
  },
  'customer-unknown': {
    title: 'Unknown customer',
    detail: 'There is no customer[ {customer}]. Send the customer first (PUT /v1/customers/…), then repeat this.',
  },
  'invoice-unknown': {
    title: 'Unknown invoice',
    detail: 'There is no such invoice[ {invoice}] of this customer. Send the invoice first, or correct its id.',
  },
  'receivable-unknown': {
    title: 'Unknown receivable',
    detail:
      'There is no such receivable[ {receivable}][, instalment {instalment}]. Check the invoice and the number of the instalment.',
  },
  'receivable-ambiguous': {
    title: 'Two receivables go by this',
    detail:
      'This may be an invoice of that id or an instalment of another invoice[: {id} is both, since {invoice} has instalment {instalment}]. Name the receivable by our own id (GET /v1/receivables?invoice=…).',
  },
  'payment-bound': {
    title: 'Money bound to an order',
    detail: 'This money was paid for an order[ {order}]. It goes to the invoices of that order alone.',
  },
  'payment-unknown': { title: 'Unknown payment', detail: 'There is no payment[ {payment}]. Check the id, ours or your own.' },
  'discount-instalments': {
    title: 'A discount needs an invoice without instalments',
    detail: 'A discount for payment in time needs an invoice without instalments. Leave out the discount, or the instalments.',
  },
  'instalments-sum': {
    title: 'Instalments do not add up',
    detail: 'The instalments add up[ to {sum}] to another amount than the invoice[ ({amount})]. Correct one of them.',
  },
  'date-in-future': {
    title: 'Date in the future',
    detail:
      'The date[ {date}] lies after today[ ({today})], the business date. Send the document on its day, or correct the date.',
  },
  'idempotency-body': {
    title: 'Key used with another body',
    detail: 'This Idempotency-Key was used before with other content. Use a new key for a new request.',
  },
  'idempotency-running': {
    title: 'Still running',
    detail: 'The first request with this Idempotency-Key is still being worked on. Wait a moment and send the same again.',
  },
  'receivable-closed': {
    title: 'Receivable is closed',
    detail: 'The receivable is closed[ ({outcome})]. To open it again, reverse the payment or credit note that closed it.',
  },
  'instalment-has-money': {
    title: 'Instalment has money on it',
    detail:
      'Money has been allocated to the instalment[ {instalment}], so it can neither be taken out nor made smaller than that money. Reverse the payment first, or send a credit note.',
  },
  'dunning-begun': {
    title: 'Dunning has begun',
    detail:
      'Steps of its dunning procedure[ {procedure}] were taken on the instalment[ {instalment}], so it stays with that procedure. Send the invoice with the procedure it has; another one for invoices that come later is set with the customer.',
  },
  'already-reversed': {
    title: 'Already reversed',
    detail:
      'This[ payment {payment}][ write-off of {writeOff}] was reversed before[ on {date}]. There is nothing left to reverse.',
  },
  'already-decided': {
    title: 'Already decided',
    detail:
      'This was decided before[ by {by}][ on {date}]. The first decision stands; ask for a new one if the facts have changed.',
  },
  'clock-fixed': {
    title: 'The clock cannot be changed',
    detail: 'Business time follows real time in this installation. Only a local stack can change its speed or jump.',
  },
  'policy-unknown': {
    title: 'Unknown policy',
    detail: 'There is no policy[ {policy}][, version {version}] in force. Choose a kind and an approved version that exist.',
  },
  'promise-closed': {
    title: 'Promise is closed',
    detail: 'The promise is no longer pending[ ({state})]. Record a new one if the customer promises again.',
  },
  'template-invalid': {
    title: 'Template cannot be used',
    detail: 'The template cannot be used[: {what}]. Correct the place named and save it again.',
  },
  'policy-invalid': {
    title: 'Policy cannot be used',
    detail: 'The policy contradicts itself[: {what}]. Correct the places named and save a new version.',
  },
  'table-shape': {
    title: 'Decision table cannot be read',
    detail:
      'The place named does not have the shape of a decision table. It is one input, one decision table with hit policy "first" and one output, wired in that order, with 1 to 20 columns a side and 1 to 200 rows of texts.',
  },
  'table-column': {
    title: 'Column does not fit its table',
    detail:
      'The columns do not fit this table[: {missing} is missing][: {unknown} is not one of its columns][ (row {row})][: {twice} appears twice]. Name each column of the table once, and no other.',
  },
  'table-cell': {
    title: 'Cell does not fit its column',
    detail:
      'A cell does not fit its column[: row {row}, column {column}, cell {cell}].[ It takes {oneOf}.][ It takes a text in quotes of at most {chars} characters.][ It takes a number from {from} to {to}, with at most {digits} digits and no leading zero.][ It takes a whole number from {wholeFrom} to {wholeTo}, without leading zeros.][ This is so from {since}.] In an input an empty cell holds for all; several values are separated by commas; ==, != and not in are understood.',
  },
  'table-row': {
    title: 'Row of a decision table decides nothing',
    detail:
      'Every row of a decision table must be the first that holds for somebody, and the last must hold for everybody.[ Row {row} is never reached][ ({name})][: the rows above take all cases of row {row}. Move it up, narrow those above it, or take it out.][ Row {last} has conditions. Clear them, or add a last row without any.][ This is so from {since}.]',
  },
  'import-unreadable': {
    title: 'File cannot be read',
    detail: 'The file cannot be read[: {what}][ (row {row})]. Send CSV in UTF-8 or GB18030, or XLSX, with one header row.',
  },
  'mapping-invalid': {
    title: 'Column mapping does not fit',
    detail: 'The mapping does not fit the file[: {what}]. Name a column of the header row for each required field.',
  },
  'task-closed': {
    title: 'Task is closed',
    detail: 'The task is already done or cancelled. Reload the worklist and take an open one.',
  },
  'dispute-closed': {
    title: 'Dispute is closed',
    detail: 'The dispute is already resolved[ ({state})]. Open a new one if the customer objects again.',
  },
  'promise-date-past': {
    title: 'Promised date has passed',
    detail: 'A promise needs a date[ other than {date}] that is today[ ({today})] or later. Ask the customer for one.',
  },
  'reason-required': { title: 'Reason required', detail: 'This act is recorded with a reason. Say why in the field "reason".' },
  'rate-limited': {
    title: 'Too many requests',
    detail: 'Too many requests came from this caller. Wait[ {seconds} seconds], then go on more slowly.',
  },
  'engine-down': {
    title: 'Process engine unreachable',
    detail:
      'The process engine cannot be reached, so nothing was decided. Send the same request again in a minute; an administrator can run "duecourse doctor".',
  },
  'database-down': {
    title: 'Database unreachable',
    detail:
      'The database cannot be reached, so it is not certain that anything was stored. Send the same request again in a minute, with the same id or Idempotency-Key: nothing is done twice. An administrator can run "duecourse doctor".',
  },
  'storage-full': {
    title: 'No room on the disk',
    detail:
      'The disk of the database is full, so nothing was stored. Make room on it; then send the same request again: it is taken as soon as there is room.',
  },
  'unsupported-media': {
    title: 'Content type not supported',
    detail: 'This content type[ ({type})] is not read here. Send JSON as "application/json"; imports take CSV or XLSX.',
  },
  'too-large': {
    title: 'Request too large',
    detail:
      'The request is larger or more deeply nested than allowed[ (at most {limit} MiB)][ (at most {levels} levels)][ (at most {items} items in a list)][ (at most {parts} parts)][ (at most {words} words)]. Split it, or use an import.',
  },
  'version-mismatch': {
    title: 'Version has moved on',
    detail:
      'The version sent[ ({given})] is not the current one[ ({current})]. Read it again, look at what changed, and repeat with the new version.',
  },
  sanctioned: {
    title: 'On a sanctions list',
    detail:
      'The customer is on a sanctions list[ since {since}]: nobody can release goods or orders to it. Correct the facts of the customer if the entry is wrong; the hold ends with the listing.',
  },
  'customer-merged': {
    title: 'The customer was merged',
    detail: 'This customer[ ({customer})] was merged into another one[, {into}]. Name that one.',
  },
  'into-itself': {
    title: 'Merged into itself',
    detail: 'A customer[ ({customer})] cannot be merged into itself. Name the customer that takes it over in "into".',
  },
  'go-live-closed': {
    title: 'The go-live window is closed',
    detail:
      'Limits come in by file while the go-live window is open, and this one[ of {customer}] would raise what stands. Open a window (POST /v1/go-live-windows), or set it by itself (POST /v1/credit-limits), which a second person approves.',
  },
  'payer-out-of-scope': {
    title: 'The payer is looked after by others',
    detail:
      'Another customer pays for[ {customer}], and that one is outside your scope. Ask the person who looks after the payer.',
  },
  'scope-unheeded': {
    title: 'This role does not heed that scope',
    detail:
      'An account owner means something to sales and to those who decide[, nothing to {role}]. Leave it out, or name regions.',
  },
  'scope-too-wide': {
    title: 'Wider than your own scope',
    detail:
      'You may give a credential only regions that are yours[: {regions}]. Name some of them, or ask an administrator of all regions.',
  },
  'own-key': {
    title: 'Proposed by yourself',
    detail:
      'Nobody puts in force alone a key that decides. Another administrator confirms it; the command line of the owner makes one: duecourse key create --role admin.',
  },
};

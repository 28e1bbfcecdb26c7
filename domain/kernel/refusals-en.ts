import type { RefusalCode, RefusalText } from './refusal.ts';

/** English sentences. A clause in [ ] is said only when the figures it names are given. */
export const refusalsEn: Readonly<Record<RefusalCode, RefusalText>> = {
  'not-found': {
    title: 'Not found',
    detail: 'There is nothing here[ with the id {id}]. Check the path and the id, ours or your own.',
  },
  forbidden: {
    title: 'Not allowed',
    detail: 'This role may not do that[ ({verb})]. Ask an administrator for a role that may, or have someone else do it.',
  },
  unauthenticated: {
    title: 'Not signed in',
    detail:
      'No valid credential came with the request. Send "Authorization: Bearer dck_…" with a key that has not expired, or sign in.',
  },
  invalid: { title: 'Invalid input', detail: 'The input does not fit[: {what}]. Correct the fields named and send it again.' },
  conflict: {
    title: 'Conflict',
    detail: 'Somebody changed this meanwhile[: {what}]. Read it again, then repeat what is still wanted.',
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
  'payment-unknown': { title: 'Unknown payment', detail: 'There is no payment[ {payment}]. Check the id, ours or your own.' },
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
      'Money has been allocated to the instalment[ {instalment}], so it cannot be changed. Reverse the payment first, or send a credit note.',
  },
  'already-reversed': {
    title: 'Already reversed',
    detail: 'The payment[ {payment}] was reversed before[ on {date}]. There is nothing left to reverse.',
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
  'unsupported-media': {
    title: 'Content type not supported',
    detail: 'This content type[ ({type})] is not read here. Send JSON as "application/json"; imports take CSV or XLSX.',
  },
  'too-large': {
    title: 'Request too large',
    detail: 'The request is larger or more deeply nested than allowed[ ({limit})]. Split it, or use an import.',
  },
  'version-mismatch': {
    title: 'Version has moved on',
    detail:
      'The version sent[ ({given})] is not the current one[ ({current})]. Read it again, look at what changed, and repeat with the new version.',
  },
  'order-unknown': {
    title: 'Unknown order',
    detail: 'There is no order[ {order}]. Send the order first (PUT /v1/orders/…), or correct its id.',
  },
  'order-closed': {
    title: 'Order is closed',
    detail: 'The order[ {order}] is no longer open[ ({state})]. Reopen it first (POST /v1/orders/…/reopen), or send a new order.',
  },
  'quantity-exceeds': {
    title: 'More than is left',
    detail:
      'The quantity[ {value}][ of line {line}] is more than is left to ship[ ({left})]. Lower it, or change the order first.',
  },
  'not-approved': {
    title: 'Not approved to ship',
    detail:
      'The order[ {order}] is not approved[ ({state})], so nothing of it may be shipped. Wait for the decision on its hold, or ask for one.',
  },
  'line-unknown': {
    title: 'Unknown line',
    detail: 'The order[ {order}] has no line[ {line}]. Correct its number, or send the order with it first (PUT /v1/orders/…).',
  },
  'shipment-held': {
    title: 'Held: must not leave',
    detail:
      'The goods are held[ (shipment request {request})] and must not leave. Read the hold (GET /v1/shipment-holds) to see what would end it.',
  },
  'request-required': {
    title: 'Ask before it ships',
    detail:
      'Goods of the order[ {order}] leave only on a shipment request. Send one (POST /v1/shipment-requests) and name it in "request".',
  },
  'request-unknown': {
    title: 'Unknown shipment request',
    detail:
      'There is no shipment request[ {request}] of this order. Send it first (POST /v1/shipment-requests), or correct its id.',
  },
  'answer-awaited': {
    title: 'The customer may still answer',
    detail:
      'The contract can be ended only after notice and a reasonable time to give security[: until {until}] (Civil Code 528). Give notice, wait, or let it ship.',
  },
  'rate-missing': {
    title: 'No exchange rate on file',
    detail:
      'There is no exchange rate[ from {from}][ to {to}] on file[ on or before {date}]. Record one (POST /v1/exchange-rates), then repeat this.',
  },
  'own-request': {
    title: 'Own request',
    detail: 'Nobody decides what they asked for themselves. Another person of this tier, or their delegate, must decide.',
  },
  'tier-exceeded': {
    title: 'Above your tier',
    detail: 'This decision belongs to another tier[: {role}][ (tier {tier})][; yours ends at {limit}]. Have it decided there.',
  },
  'counter-not-lower': {
    title: 'No counter-proposal',
    detail:
      'A counter-proposal must lower what lies on the table. Give a lower limit or shorter terms than are offered now, or approve what is offered.',
  },
  'same-eyes': {
    title: 'Decided by you before',
    detail: 'You have decided this at another tier, or for somebody else. Another person must decide here.',
  },
  'own-customer': {
    title: 'Own customer',
    detail:
      'Nobody decides on the credit of a customer they look after. Another person of this tier, or their delegate, must decide.',
  },
  'stale-exposure': {
    title: 'The exposure has changed',
    detail:
      'The account changed after the dossier was read[ (version {given}, now {current})]. Read it again, look at what changed, and decide on the new version.',
  },
  'not-open': {
    title: 'Not waiting for this',
    detail: 'This cannot be done now[: it is {state}]. Read it again to see what it waits for.',
  },
  'ground-missing': {
    title: 'A hold needs its ground',
    detail:
      'A hold by law needs a ground, evidence and a notice to the customer[: {what} is missing]. Without them it is our own breach (Civil Code 527, 528). Give them, or release.',
  },
  'limit-missing': {
    title: 'No limit asked for',
    detail: 'Something that this kind of application needs is missing[: {what}]. Send it in "requested".',
  },
  'fact-value': {
    title: 'Not a value of this fact',
    detail:
      'The value does not fit its fact[: {fact}][ is of type {type}]. The definitions of all facts stand in docs/connectors.md; amounts are lists of currency and decimal string.',
  },
  'evidence-missing': {
    title: 'Evidence is missing',
    detail:
      'This fact counts only with evidence[: {fact}]. Give a text, the reference of a document or the hash of a file in "evidence".',
  },
  'statement-sum': {
    title: 'The lines do not add up',
    detail:
      'The lines of the statement do not add up to its total[: they come to {sum}, the total says {total}]. Send all lines, or correct the total; what the customer owes is positive, payments and credits are taken off.',
  },
  'adjustment-unfit': {
    title: 'Does not settle this difference',
    detail:
      'This adjustment[ ({kind})] does not settle this difference[: {what}]. A document only the customer has is put right by posting it; a credit needs the instalment it goes to in "receivable"; an allocation needs a payment with money that lies on nothing.',
  },
};

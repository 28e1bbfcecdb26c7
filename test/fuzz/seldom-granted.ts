const engine = 'asks the engine, which is away here';
const compared = 'of a comparison of statements, which only a process makes';
const twins = 'only of a document that is taken for a duplicate';
const inQuestion = 'only while a discount is in question';
const whole = 'a whole document, which chance does not write';
const twoPersons = 'only of what two persons have approved before';

/** Routes that the walk may leave without a single grant, with the reason; every other must grant something. */
export const SELDOM_GRANTED: Readonly<Record<string, string>> = {
  'post /v1/order-holds/{id}/decision': engine,
  'post /v1/shipment-holds/{id}/decision': engine,
  'post /v1/credit-applications/{id}/decision': engine,
  'post /v1/credit-applications/{id}/withdraw': engine,
  'post /v1/credit-applications/{id}/resubmit': engine,
  'post /v1/customer-statements/{id}/matches/{match}/decision': compared,
  'post /v1/differences/{id}/adjustments': compared,
  'post /v1/adjustments/{id}/decision': compared,
  'get /v1/differences/{id}': compared,
  'post /v1/callbacks/twilio': "needs the provider's signature",
  'post /v1/api-keys/{id}/confirm': 'ids of keys are kept from the walk: who is revoked asks no more',
  'post /v1/api-keys/{id}/revoke': 'ids of keys are kept from the walk: who is revoked asks no more',
  'post /v1/delegations': 'ids of keys are kept from the walk: who is revoked asks no more',
  'post /v1/invoices/{id}/both-right': twins,
  'post /v1/payments/{id}/both-right': twins,
  'post /v1/credit-notes/{id}/both-right': twins,
  'post /v1/invoices/{id}/duplicate': twins,
  'post /v1/receivables/{id}/late-discount': inQuestion,
  'post /v1/receivables/{id}/discount-claim': inQuestion,
  'post /v1/receivables/{id}/due-date-confirmation': 'only of a due date in doubt',
  'put /v1/calendar-years/{year}': whole,
  'post /v1/policies/{kind}': whole,
  'post /v1/policies/{kind}/{version}/approve': whole,
  'post /v1/policies/{kind}/{version}/simulate': whole,
  'post /v1/templates': whole,
  'post /v1/templates/{id}/{language}/{channel}/{version}/approve': whole,
  'post /v1/statements/{id}/answers': 'only of the statement that is the latest of its customer',
  'post /v1/credit-limits/{id}/end': twoPersons,
  'post /v1/securities/{id}/release': twoPersons,
  'post /v1/go-live-windows/{id}/close': twoPersons,
  'post /v1/write-offs/{id}/reverse': twoPersons,
  'post /v1/payments/{id}/allocate': 'only of a payment with something left on account',
  'post /v1/refunds': 'only of a customer with something on account',
  'post /v1/credit-applications': 'only of a customer without an open application',
  'post /v1/credit-reviews': 'only of a customer with a grade and no open review',
  'post /v1/credit-notes/{id}/allocate': 'only of a note with something left on account',
};

import { creditCodeCheck } from '../../domain/customers/tax-id.ts';
import { addDays, weekdayOf } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { Role } from '../../domain/platform/actor.ts';
import { formatAmount, parseAmount, sumMinor } from '../../domain/platform/money.ts';
import type { ApiClient } from './client.ts';
import type { Ledger, LedgerCustomer, LedgerInvoice } from './ledger.ts';
import { stableNumber } from './stable.ts';

/** What people of the credit side do on a day, over HTTP and under their own keys. Doing it again does no harm. */
export interface CreditWork {
  readonly day: BusinessDate;
  /** Whose it is; null: it goes over all of them. */
  readonly customer: string | null;
  send(api: ApiClient): Promise<void>;
}

const path = encodeURIComponent;
/** Limits are asked for in steps of a thousand units. */
const STEP = 1_000;
/** Of so many customers one applies so late that its application waits for a decision at the end. */
const LATE_ONE_IN = 10;
const LATE_DAYS = 2;
const ORDER_ONE_IN = 25;
/** Nobody sits at the desk in the last days, so that something waits for whoever looks. */
const DESK_ENDS_DAYS = 8;
const MONDAY = 1;
const WEDNESDAY = 3;

/**
 * The credit side of a ledger: each customer applies on `opens`, judged by its own history and by made-up facts of registers. Some apply
 * at the end, and some order at the end, one more than its limit, so that there is something to decide.
 */
export function creditOfLedger({ customers, invoices }: Ledger, opens: BusinessDate, until: BusinessDate): CreditWork[] {
  const applications = customers.flatMap((customer, place): CreditWork[] => {
    const late = place % LATE_ONE_IN === LATE_ONE_IN - 1;
    const day = late ? addDays(until, -LATE_DAYS) : opens;
    const own = invoices.filter((invoice) => invoice.customer === customer.id);
    const limit = askedFor(own, day, customer.currency);
    if (limit === null) return [];
    const send = async (api: ApiClient): Promise<void> => {
      await tellRegisters(api, customer.id, day);
      await applyFor(api, customer, limit);
    };
    return [{ day, customer: customer.id, send }, ...(late ? [] : ordersOf(customer, place, addDays(until, -1)))];
  });
  return [...applications, ...deskDays(new Set(customers.map(({ id }) => id)), opens, until)];
}

/** Customers of a ledger that knows no tax ids, with made-up ones whose check digit is right. */
export const withTaxIds = ({ customers, invoices }: Ledger): Ledger => ({
  invoices,
  customers: customers.map((customer, place) => {
    const first = `91310000DEM${String(place).padStart(6, '0')}`;
    return { ...customer, more: { taxId: `${first}${creditCodeCheck(first)}`, ...customer.more } };
  }),
});

/** On Mondays and Wednesdays the desk works off what waits for these customers: it looks up what is wanted, and decides a tier. */
function deskDays(of: ReadonlySet<string>, opens: BusinessDate, until: BusinessDate): CreditWork[] {
  const days: BusinessDate[] = [];
  for (let day = addDays(opens, 1); day < addDays(until, -DESK_ENDS_DAYS); day = addDays(day, 1))
    if ([MONDAY, WEDNESDAY].includes(weekdayOf(day))) days.push(day);
  return days.map((day) => ({
    day,
    customer: null,
    async send(api) {
      for (const { customer, waitingFor } of await applications(api, 'state=assessing'))
        if (waitingFor && of.has(customer)) await tellRegisters(api, customer, day);
      for (const { id, customer } of await applications(api, 'state=awaiting-decision'))
        if (of.has(customer)) await decide(api, day, id, null);
    },
  }));
}

/** What registers would say, looked up by hand: made up from a stable hash, like all else the ledger does not say. */
async function tellRegisters(api: ApiClient, customer: string, day: BusinessDate): Promise<void> {
  const told = { asOf: addDays(day, -1), evidence: { text: 'invented for the example' } };
  const facts = Object.entries({
    registeredOn: addDays(FOUNDED, -stableNumber(`${customer}/founded`, FOUNDED_DAYS)),
    ownership: 'private',
    registrationState: 'active',
    licenceState: 'valid',
    licenceUntil: addDays(day, LICENCE_DAYS),
    courtCases: stableNumber(`${customer}/court`, COURT_ONE_IN) === 0 ? 1 : 0,
    listed: [],
  }).map(([name, value]) => ({ name, value, ...told }));
  const body = { facts, reason: 'Looked up for the credit desk' };
  await api.call('credit_officer', 'POST', `/v1/customers/${path(customer)}/facts`, body, `${day}/facts/${customer}`);
}

const FOUNDED: BusinessDate = '2010-01-01';
const FOUNDED_DAYS = 5_000;
const LICENCE_DAYS = 500;
const COURT_ONE_IN = 15;

/** The most that was owed at once before a day, rounded up: what the business so far has needed. Null: there was none. */
function askedFor(invoices: readonly LedgerInvoice[], before: BusinessDate, currency: string): string | null {
  const moves = invoices
    .flatMap(({ issueDate, instalments, payments }) => [
      { on: issueDate, minor: sumMinor(instalments.map((part) => part.amountMinor)) },
      ...payments.map(({ on, amountMinor }) => ({ on, minor: -amountMinor })),
    ])
    .filter(({ on }) => on < before)
    .sort((a, b) => (a.on === b.on ? b.minor - a.minor : a.on < b.on ? -1 : 1));
  let owed = 0;
  let most = 0;
  for (const { minor } of moves) most = Math.max(most, (owed += minor));
  const step = parseAmount(String(STEP), currency);
  if (most === 0 || !step.ok) return null;
  return formatAmount(Math.ceil(most / step.minor) * step.minor, currency);
}

async function applyFor(api: ApiClient, { id, currency, termsDays }: LedgerCustomer, limit: string): Promise<void> {
  await api.call('erp', 'POST', '/v1/credit-applications', {
    ...{ externalId: `CA-${id}`, customer: id, kind: 'new', requested: { limit, currency, termsDays } },
    reason: 'Credit is granted by the credit desk from now on',
  });
}

/** A day on which whoever sits at the open tier decides on what waits for a customer: as it was proposed, or for a reason of their own. */
export const decideOn = (day: BusinessDate, customer: string, because: string | null): CreditWork => ({
  day,
  customer,
  async send(api) {
    const waiting = await applications(api, `customer=${path(customer)}&state=awaiting-decision`);
    for (const { id } of waiting) await decide(api, day, id, because);
  },
});

interface Listed {
  id: string;
  customer: string;
  waitingFor: object | null;
}
const PAGE = 200;

async function applications(api: ApiClient, filter: string): Promise<Listed[]> {
  const { data } = await api.call('auditor', 'GET', `/v1/credit-applications?limit=${PAGE}&${filter}`);
  return data as Listed[];
}

interface Offer {
  limit: string | null;
  termsDays: number | null;
}
interface Shown {
  offer: Offer & { currency: string };
  proposal: Offer | null;
  route: { role: Role; state: string }[];
  exposureVersion: number;
}

async function decide(api: ApiClient, day: BusinessDate, id: string, because: string | null): Promise<void> {
  const shown = (await api.call('auditor', 'GET', `/v1/credit-applications/${id}`)) as unknown as Shown;
  for (const { role } of shown.route.filter(({ state }) => state === 'open')) {
    const verdict = because === null ? verdictOn(shown) : { verdict: 'approve', reason: because };
    const body = { ...verdict, exposureVersion: shown.exposureVersion };
    await api.call(role, 'POST', `/v1/credit-applications/${id}/decision`, body, `${day}/${role}/${id}`);
  }
}

/** Nobody gets more than was proposed, and who gets no limit is declined. */
function verdictOn({ offer, proposal }: Shown): Record<string, unknown> {
  const minor = (amount: string | null): number | null => {
    const parsed = amount === null ? null : parseAmount(amount, offer.currency);
    return parsed?.ok ? parsed.minor : null;
  };
  const [asked, proposed] = [minor(offer.limit), minor(proposal?.limit ?? null)];
  if (proposed === null || proposed === 0) return { verdict: 'decline', reason: 'The scorecard proposes no limit' };
  const termsDays = lower(offer.termsDays, proposal?.termsDays ?? null);
  const limit = asked !== null && proposed < asked ? (proposal?.limit ?? null) : null;
  if (limit === null && termsDays === null) return { verdict: 'approve', reason: 'Within what the scorecard proposes' };
  return {
    ...{ verdict: 'counter', reason: 'As far as the scorecard proposes' },
    ...(limit !== null && { limit }),
    ...(termsDays !== null && { termsDays }),
  };
}

const lower = (asked: number | null, proposed: number | null): number | null =>
  asked !== null && proposed !== null && proposed < asked ? proposed : null;

/** Of some customers an order within their limit, of others one beyond it, which is held. */
function ordersOf(customer: LedgerCustomer, place: number, day: BusinessDate): CreditWork[] {
  const share = new Map([
    [3, 0.1],
    [4, 1.3],
  ]).get(place % ORDER_ONE_IN);
  if (share === undefined) return [];
  return [{ day, customer: customer.id, send: (api) => orderFor(api, customer, share, day) }];
}

async function orderFor(api: ApiClient, { id, currency }: LedgerCustomer, share: number, day: BusinessDate): Promise<void> {
  await api.call('credit_officer', 'POST', `/v1/customers/${path(id)}/profile/refresh`, {}, `${day}/refresh/${id}`);
  const { payer } = await api.call('auditor', 'GET', `/v1/customers/${path(id)}/exposure`);
  const limit = parseAmount((payer as { limit: string | null } | null)?.limit ?? '', currency);
  if (!limit.ok || limit.minor === 0) return;
  const unitPrice = formatAmount(Math.ceil(limit.minor * share), currency);
  await api.call('erp', 'PUT', `/v1/orders/${path(`SO-${id}`)}`, {
    ...{ customer: id, currency, requestedShipDate: addDays(day, 7) },
    lines: [{ line: 1, item: 'Supplies', quantity: '1', unitPrice }],
  });
}

import { addDays, addMonths, instantAt } from '../../domain/platform/calendar.ts';
import { refusalText } from '../../domain/records/refusal-text.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { readClock } from '../../store/platform/clock.ts';
import type { GoLive } from '../../domain/outreach/going-live.ts';
import { firstContactDefault, writeGoLive } from '../../store/outreach/going-live.ts';
import { postHistory } from '../../store/ledger/history.ts';
import { boardEmpty, stepTo } from '../../store/platform/stepping.ts';
import { systemActor } from '../../store/platform/transaction.ts';
import type { Store } from '../../store/platform/transaction.ts';
import { Arrivals } from './arrivals.ts';
import type { Arrival } from './arrivals.ts';
import { ApiRefusal } from './client.ts';
import type { ApiClient } from './client.ts';
import { creditOfLedger, withTaxIds } from './credit.ts';
import type { CreditWork } from './credit.ts';
import { tell } from './ledger.ts';
import type { Ledger, PastInvoice, Telling } from './ledger.ts';
import { invoiceDocument, sendCustomer, sendDocument } from './post.ts';
import type { Story } from './story.ts';
import { sendEvent } from './tell-story.ts';

const HISTORY_BATCH = 500;
/** Minute of the day at which a day's documents arrive. */
const ARRIVAL_MINUTE = 8 * 60;
const actor = systemActor('first-run');

/** How far the first run is; read by whoever shows it. */
export interface Progress {
  phase: 'customers' | 'history' | 'living' | 'done';
  goLive: BusinessDate;
  until: BusinessDate;
  at: Instant;
  /** Of the phase. */
  done: number;
  total: number;
}

export interface LiveOptions {
  readonly store: Store;
  readonly api: ApiClient;
  /** Its dates moved already. */
  readonly ledger: Ledger;
  readonly story: Story | null;
  /** Whether its customers apply for credit and the desk decides. */
  readonly credit: boolean;
  readonly goLive: BusinessDate;
  /** Whether the ledger holds all of its customers' past: only then do a first invoice and the days before going live tell what they are. */
  readonly history: GoLive['history'];
  /** Lived up to, not including, this day. */
  readonly until: BusinessDate;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

export interface Lived {
  readonly documents: number;
  readonly visits: number;
  /** Real seconds: of history and customers, of sending documents, and of the processes that answer them. */
  readonly seconds: { readonly before: number; readonly sending: number; readonly processes: number };
  /** Documents the API refused, in its words. */
  readonly refusals: readonly string[];
}

/**
 * Lives a ledger through on a standing clock: customers, then history in batches, then business time stepped from eventful hour to
 * eventful hour while documents arrive over HTTP on their day. Goes on where an interrupted run was, by the clock: repeats change nothing.
 */
export async function live(options: LiveOptions): Promise<Lived> {
  const { store, api, story, goLive, until, signal, progress } = options;
  const ledger = joined(options.credit ? withTaxIds(options.ledger) : options.ledger, story);
  const telling = tell(ledger, goLive, until);
  const refusals: string[] = [];
  const began = performance.now();
  const from = (await readClock(store)).businessNow;
  const shown: Progress = { phase: 'customers', goLive, until, at: from, done: 0, total: 0 };
  const show: Show = (change) => progress(Object.assign(shown, change));

  if (telling.past.length > 0) {
    const rule = options.history === 'complete' ? null : await firstContactDefault(store);
    const goLiveRule = { collectFrom: goLive, history: options.history, firstContact: rule };
    await writeGoLive(store, actor, goLiveRule, 'a ledger with a past is taken over');
  }
  await sendCustomers(api, ledger, signal, show);
  await importHistory(store, telling.past, refusals, signal, show);

  const living = performance.now();
  const arrivals = new Arrivals(arrivalsOf(options, telling, refusals), from, signal);
  show({ phase: 'living', done: arrivals.sent, total: arrivals.total });
  const end = instantAt(until, 0, store.zone);
  const { visits } = await stepTo(store, actor, end, {
    incoming: arrivals,
    signal,
    progress: (at) => show({ at, done: arrivals.sent }),
  });
  await boardEmpty(store);
  show({ phase: 'done', at: end, done: arrivals.sent });
  const sending = arrivals.sendingMs / 1000;
  const processes = (performance.now() - living) / 1000 - sending;
  return {
    documents: arrivals.sent,
    visits,
    refusals,
    seconds: { before: (living - began) / 1000, sending, processes },
  };
}

function joined(ledger: Ledger, story: Story | null): Ledger {
  return {
    customers: [...ledger.customers, ...(story?.ledger.customers ?? [])],
    invoices: [...ledger.invoices, ...(story?.ledger.invoices ?? [])],
  };
}

type Show = (change: Partial<Progress>) => void;

async function sendCustomers(api: ApiClient, { customers }: Ledger, signal: AbortSignal, show: Show): Promise<void> {
  show({ phase: 'customers', done: 0, total: customers.length });
  for (const [index, customer] of customers.entries()) {
    signal.throwIfAborted();
    await sendCustomer(api, customer);
    show({ done: index + 1 });
  }
}

async function importHistory(
  store: Store,
  past: readonly PastInvoice[],
  refusals: string[],
  signal: AbortSignal,
  show: Show,
): Promise<void> {
  show({ phase: 'history', done: 0, total: past.length });
  for (let from = 0; from < past.length; from += HISTORY_BATCH) {
    signal.throwIfAborted();
    const batch = past.slice(from, from + HISTORY_BATCH);
    const documents = batch.map(({ invoice, settledOn }) => ({ invoice: invoiceDocument(invoice), settledOn }));
    for (const result of await postHistory(store, actor, documents)) {
      if (result.outcome === 'failed') refusals.push(refusalText(result.refusal.code, result.refusal.params, 'en').detail);
    }
    show({ done: from + batch.length });
  }
}

/** All that arrives, in the order in which it is sent: of one day the ledger's documents first, then the story's events. */
function arrivalsOf(
  { api, store, story, until, signal, ...options }: LiveOptions,
  telling: Telling,
  refusals: string[],
): Arrival[] {
  const { zone } = store;
  const at = (day: BusinessDate): Instant => instantAt(day, ARRIVAL_MINUTE, zone);
  const sending = (work: () => Promise<void>) => async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiRefusal) || signal.aborted) throw error;
      refusals.push(error.message);
    }
  };
  return [
    ...telling.days.flatMap(({ day, documents }) =>
      documents.map((document) => ({
        at: at(day),
        lane: document.invoice.customer,
        send: sending(() => sendDocument(api, document)),
      })),
    ),
    ...creditWork(options, until).map((work) => ({
      at: at(work.day),
      lane: work.customer,
      send: sending(() => work.send(api)),
    })),
    ...(story?.events ?? [])
      .filter((event) => event.day < until)
      .map((event) => ({ at: at(event.day), lane: null, send: sending(() => sendEvent(api, store, event)) })),
  ];
}

/** Months at the end of which the books tell what a customer needs; a company that goes live with history opens at once. */
const CREDIT_MONTHS = 6;

function creditWork(
  { credit, ledger, goLive }: Pick<LiveOptions, 'credit' | 'ledger' | 'goLive'>,
  until: BusinessDate,
): CreditWork[] {
  if (!credit) return [];
  const latest = addMonths(until, -CREDIT_MONTHS);
  return creditOfLedger(ledger, addDays(goLive > latest ? goLive : latest, 1), until).filter(({ day }) => day < until);
}

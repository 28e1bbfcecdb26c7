import type { BusinessDate } from '../domain/kernel/calendar.ts';
import { isNewCustomer } from '../domain/collection/documents.ts';
import type { Instalment, InvoiceDocument, Terms } from '../domain/collection/documents.ts';
import { chooseLadder } from '../domain/collection/ladder.ts';
import { planReceivable } from '../domain/collection/plan.ts';
import type { CollectionTerms, Plan, ReceivableFacts } from '../domain/collection/receivable.ts';
import type { LedgerCustomer, NewReceivable } from './invoice-rows.ts';
import type { Moment, Store } from './transaction.ts';

/**
 * Turns instalments into receivables with their ladder and first plan. One for a batch: it remembers the terms it has looked up, and
 * the first invoice of each customer, so that a batch posts as its documents would one by one.
 */
export class Poster {
  readonly #store: Store;
  readonly #at: Moment;
  readonly #terms = new Map<string, CollectionTerms>();
  readonly #plans = new Map<string, Plan>();
  readonly #first = new Map<string, BusinessDate>();

  constructor(store: Store, at: Moment) {
    this.#store = store;
    this.#at = at;
  }

  /** The receivables of an invoice's new instalments; null when the ladder asked for does not exist. */
  async receivables(
    posting: { invoice: InvoiceDocument; settledOn: BusinessDate | null },
    customer: LedgerCustomer,
    terms: Terms,
    instalments: readonly Instalment[],
  ): Promise<NewReceivable[] | null> {
    const { invoice, settledOn } = posting;
    const chosen = await this.#ladder(invoice, customer, terms);
    if (!chosen) return null;
    const { ladder, policyVersion } = chosen;
    const { currency } = invoice;
    const collection = await this.#termsOf(ladder, policyVersion, currency, customer.code);
    const { collectFrom } = customer;
    return instalments.map((part) => {
      const paidMinor = settledOn === null ? 0 : part.amountMinor;
      const plan = this.#planOf(part, paidMinor, collectFrom, collection, policyVersion);
      const { id: customerId } = customer;
      return { ...part, invoice: invoice.externalId, customerId, currency, ladder, policyVersion, collectFrom, plan, paidMinor };
    });
  }

  async #ladder(
    invoice: InvoiceDocument,
    customer: LedgerCustomer,
    terms: Terms,
  ): Promise<{ ladder: string; policyVersion: number } | null> {
    const { current } = await this.#store.policies.current();
    const { content, version } = current.ladders;
    const first = this.#first.get(customer.id) ?? customer.firstIssueDate;
    const newCustomer = isNewCustomer(invoice.issueDate, first, current.collection.content.newCustomerMonths);
    if (first === null || invoice.issueDate < first) this.#first.set(customer.id, invoice.issueDate);
    const subject = { type: customer.type, region: customer.region, tier: customer.tier, termsDays: terms.days, newCustomer };
    const ladder = chooseLadder(content.strategy, subject, { invoice: invoice.ladder, customer: customer.ladder });
    return ladder !== undefined && content.ladders.some((one) => one.id === ladder) ? { ladder, policyVersion: version } : null;
  }

  async #termsOf(ladder: string, policyVersion: number, currency: string, customerCode: string): Promise<CollectionTerms> {
    const key = JSON.stringify([ladder, policyVersion, currency, customerCode]);
    const known = this.#terms.get(key);
    if (known) return known;
    const terms = await this.#store.policies.terms({ ladder, policyVersion, currency, customerCode });
    this.#terms.set(key, terms);
    return terms;
  }

  /** Receivables of one ladder, due day and contact slot have one first plan; it is made once a batch. */
  #planOf(
    part: Instalment,
    paidMinor: number,
    collectFrom: BusinessDate | null,
    terms: CollectionTerms,
    policyVersion: number,
  ): Plan {
    const below = part.amountMinor < terms.minBalanceMinor;
    const key = [terms.ladder.id, policyVersion, terms.slotMinute, part.dueDate, collectFrom, below, paidMinor > 0].join('|');
    const known = this.#plans.get(key);
    if (known) return known;
    const { plan } = planReceivable(this.#facts(part, paidMinor, collectFrom), terms, this.#at.now);
    this.#plans.set(key, plan);
    return plan;
  }

  #facts(part: Instalment, paidMinor: number, collectFrom: BusinessDate | null): ReceivableFacts {
    return {
      amountMinor: part.amountMinor,
      paidMinor,
      creditedMinor: 0,
      writtenOffMinor: 0,
      dueDate: part.dueDate,
      collectFrom,
      stage: 'scheduled',
      outcome: null,
      rungs: [],
      disputes: [],
      promises: [],
      pauses: [],
      moneyAt: null,
      postedAt: this.#at.now,
    };
  }
}

import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { dueDateDoubted, isNewCustomer, termsLength } from '../../domain/ledger/documents.ts';
import type { Instalment, InvoiceDocument, Terms } from '../../domain/ledger/documents.ts';
import { reDatingDays } from '../../domain/ledger/re-dating.ts';
import { chooseLadder } from '../../domain/dunning/ladder.ts';
import { planReceivable } from '../../domain/dunning/plan.ts';
import type { CollectionTerms, Plan, ReceivableFacts } from '../../domain/dunning/receivable.ts';
import { discountColumns } from './discounts.ts';
import type { LedgerCustomer, NewReceivable } from './invoice-rows.ts';
import type { Procedure } from '../../domain/ledger/procedures.ts';
import { windowToday } from './acts/go-live.ts';
import type { Work } from '../platform/transaction.ts';
import type { Question } from '../../domain/ledger/claims.ts';

/**
 * Turns instalments into receivables with their ladder and first plan. One for a batch: it remembers the terms it has looked up, and
 * the first invoice of each customer, so that a batch posts as its documents would one by one.
 */
export class Poster {
  readonly #work: Work;
  readonly #terms = new Map<string, CollectionTerms>();
  readonly #plans = new Map<string, Plan>();
  readonly #first = new Map<string, BusinessDate>();

  #opening: Promise<boolean> | undefined;

  constructor(work: Work) {
    this.#work = work;
  }

  /** The go-live window is open: days come in as they are. */
  opening(): Promise<boolean> {
    this.#opening ??= windowToday(this.#work).then((window) => window !== null);
    return this.#opening;
  }

  /** Days by which a correction may move a due date later by itself. */
  async reDatingDays(): Promise<number> {
    const { current } = await this.#work.store.policies.current();
    return reDatingDays(current.collection.content);
  }

  /** The receivables of an invoice's new instalments; null when the ladder asked for does not exist. */
  async receivables(
    posting: { invoice: InvoiceDocument; settledOn: BusinessDate | null },
    customer: LedgerCustomer,
    terms: Terms,
    instalments: readonly Instalment[],
    suspected: boolean,
  ): Promise<NewReceivable[] | null> {
    const { invoice, settledOn } = posting;
    const chosen = await this.procedure(invoice, customer, terms);
    if (!chosen) return null;
    const { ladder, policyVersion } = chosen;
    const { currency } = invoice;
    const collection = await this.#termsOf(ladder, policyVersion, currency, customer.code);
    const { collectFrom } = customer;
    const { current, calendar } = await this.policies();
    const { dueDoubtDays } = current.collection.content;
    const discount = invoice.instalments ? { discountMinor: 0, discountUntil: null } : discountColumns(terms, invoice, calendar);
    return instalments.map((part) => {
      const paidMinor = settledOn === null ? 0 : part.amountMinor;
      const question = paidMinor === 0 ? this.questionOf(part.dueDate, invoice, terms, dueDoubtDays) : null;
      const asked = suspected ? 'duplicate' : question;
      const plan = this.#planOf({ ...part, question: asked }, paidMinor, collectFrom, collection, policyVersion);
      const { id: customerId } = customer;
      return {
        ...part,
        invoice: invoice.externalId,
        customerId,
        currency,
        ladder,
        policyVersion,
        collectFrom,
        plan,
        paidMinor,
        question,
        suspected,
        ...discount,
      };
    });
  }

  /** The policies in force, and the calendar. */
  policies = () => this.#work.store.policies.current();

  /** What a person must look at first. */
  questionOf(dueDate: BusinessDate, invoice: InvoiceDocument, terms: Terms, dueDoubtDays = 60): Question | null {
    return dueDateDoubted(dueDate, invoice, terms, dueDoubtDays) ? 'due-date' : null;
  }

  /** The procedure by which an invoice is dunned, in its newest version; null when the one asked for does not exist. */
  async procedure(invoice: InvoiceDocument, customer: LedgerCustomer, terms: Terms): Promise<Procedure | null> {
    const { current } = await this.policies();
    const { content, version } = current.ladders;
    const first = this.#first.get(customer.id) ?? customer.firstIssueDate;
    const { newCustomerMonths } = current.collection.content;
    const newCustomer = isNewCustomer(invoice.issueDate, first, newCustomerMonths, customer.takenOver);
    if (first === null || invoice.issueDate < first) this.#first.set(customer.id, invoice.issueDate);
    const subject = {
      type: customer.type,
      region: customer.region,
      tier: customer.tier,
      termsDays: termsLength(terms),
      newCustomer,
      grade: customer.grade,
    };
    const known = (id: string | null | undefined): boolean => content.ladders.some((one) => one.id === id);
    // A ladder that went with the grade may have gone since; then the matrix decides.
    const granted = known(customer.grantedLadder) ? customer.grantedLadder : null;
    const ladder = chooseLadder(content.strategy, subject, { invoice: invoice.ladder, customer: customer.ladder, granted });
    return ladder !== undefined && known(ladder) ? { ladder, policyVersion: version } : null;
  }

  async #termsOf(ladder: string, policyVersion: number, currency: string, customerCode: string): Promise<CollectionTerms> {
    const key = JSON.stringify([ladder, policyVersion, currency, customerCode]);
    const known = this.#terms.get(key);
    if (known) return known;
    const terms = await this.#work.store.policies.terms({ ladder, policyVersion, currency, customerCode });
    this.#terms.set(key, terms);
    return terms;
  }

  /** Receivables of one ladder, due day and contact slot have one first plan; it is made once a batch. */
  #planOf(
    part: Instalment & { question: Question | null },
    paidMinor: number,
    collectFrom: BusinessDate | null,
    terms: CollectionTerms,
    policyVersion: number,
  ): Plan {
    const below = part.amountMinor < terms.minBalanceMinor;
    const key = [
      terms.ladder.id,
      policyVersion,
      terms.slotMinute,
      terms.slotZone,
      part.dueDate,
      collectFrom,
      below,
      part.amountMinor === 0,
      paidMinor > 0,
      part.question,
    ].join('|');
    const known = this.#plans.get(key);
    if (known) return known;
    const { plan } = planReceivable(this.#facts(part, paidMinor, collectFrom), terms, this.#work.at.now);
    this.#plans.set(key, plan);
    return plan;
  }

  #facts(part: Instalment & { question: Question | null }, paidMinor: number, collectFrom: BusinessDate | null): ReceivableFacts {
    return {
      amountMinor: part.amountMinor,
      paidMinor,
      creditedMinor: 0,
      writtenOffMinor: 0,
      coveredMinor: 0,
      coveredAt: null,
      dueDate: part.dueDate,
      collectFrom,
      stage: 'scheduled',
      outcome: null,
      rungs: [],
      disputes: [],
      promises: [],
      pauses: [],
      moneyAt: null,
      postedAt: this.#work.at.now,
      question: part.question,
    };
  }
}

/** An invoice of one instalment, in minor units. */
export interface ModelInvoice {
  amount: number;
  paid: number;
  credited: number;
  off: number;
}
/** A payment or a credit note. */
export interface ModelSource {
  kind: 'paid' | 'credited';
  /** Of a note: its invoice. */
  invoice: number;
  amount: number;
  /** By invoice: the amount, and what of it lies on a write-off. */
  shares: Map<number, [number, number]>;
  unapplied: number;
  refunded: number;
  returned: number;
  reversed: boolean;
}
/** A refund, by what it was paid of. */
export interface ModelRefund {
  parts: { source: ModelSource; amount: number }[];
  reversed: boolean;
}

/** The law in miniature: due dates all differ, so money fills the earliest open invoice first. */
export class Model {
  readonly invoices: ModelInvoice[] = [];
  readonly payments: ModelSource[] = [];
  readonly notes: ModelSource[] = [];
  readonly refunds: ModelRefund[] = [];
  readonly writeOffs: { id: string; invoice: number; amount: number; reversed: boolean }[] = [];

  open(at: number): number {
    const i = this.invoices[at];
    return i ? i.amount - i.paid - i.credited - i.off : 0;
  }

  /** What notes in force leave to be credited on an invoice. */
  creditable(at: number): number {
    const before = this.notes.reduce((sum, n) => sum + (n.invoice === at && !n.reversed ? n.amount : 0), 0);
    return Math.max(0, (this.invoices[at]?.amount ?? 0) - before);
  }

  source(kind: ModelSource['kind'], whole: number, invoice = -1): ModelSource {
    return { kind, invoice, amount: whole, shares: new Map(), unapplied: whole, refunded: 0, returned: 0, reversed: false };
  }

  put(source: ModelSource, at: number, part: number): void {
    if (part <= 0) return;
    const invoice = this.invoices[at];
    if (!invoice) throw new Error('no such invoice');
    const recovered = Math.max(0, part - this.open(at));
    invoice[source.kind] += part;
    invoice.off -= recovered;
    source.unapplied -= part;
    const [laid, back] = source.shares.get(at) ?? [0, 0];
    source.shares.set(at, [laid + part, back + recovered]);
  }

  /** All that a source has left goes by choice, else to the debt of exactly that amount, then by the law's order. */
  lay(source: ModelSource, chosen: { invoice: number; amount: number } | null): void {
    if (chosen) this.put(source, chosen.invoice, chosen.amount);
    const exact = chosen ? -1 : this.invoices.findIndex((_, at) => this.open(at) === source.unapplied);
    if (exact >= 0) this.put(source, exact, source.unapplied);
    for (let at = 0; at < this.invoices.length; at += 1) this.put(source, at, Math.min(source.unapplied, this.open(at)));
    for (const [at, invoice] of this.invoices.entries()) this.put(source, at, Math.min(source.unapplied, invoice.off));
  }

  /** An invoice that comes gets the only payment that has exactly its amount left, when it is the only one of that amount. */
  arrive(amountMinor: number): void {
    const at = this.invoices.length;
    this.invoices.push({ amount: amountMinor, paid: 0, credited: 0, off: 0 });
    const rivals = this.payments.filter((one) => one.unapplied === amountMinor);
    const alike = this.invoices.filter((_, other) => this.open(other) === amountMinor);
    const [only] = rivals;
    if (only && rivals.length === 1 && alike.length === 1) this.put(only, at, amountMinor);
  }

  /** What a source still has, on receivables and off them. */
  left(source: ModelSource): number {
    return source.unapplied + [...source.shares.values()].reduce((sum, [laid]) => sum + laid, 0);
  }

  /** Takes money back: what lies on nothing first, then from the invoice due last. */
  take(source: ModelSource, amountMinor: number): void {
    const free = Math.min(amountMinor, source.unapplied);
    source.unapplied -= free;
    let rest = amountMinor - free;
    for (const at of [...source.shares.keys()].sort((one, other) => other - one)) {
      const [laid, back] = source.shares.get(at) ?? [0, 0];
      const part = Math.min(rest, laid);
      if (part > 0) this.release(source, at, part, Math.min(part, back));
      rest -= part;
    }
  }

  release(source: ModelSource, at: number, part: number, recovered: number): void {
    const invoice = this.invoices[at];
    const [laid, back] = source.shares.get(at) ?? [0, 0];
    if (!invoice) return;
    invoice[source.kind] -= part;
    source.shares.set(at, [laid - part, back - recovered]);
    this.settle(at);
  }

  /** All that is written off and not taken back; what of it was not recovered is the invoice's `off`. */
  standing(at: number): number {
    return this.writeOffs.reduce((sum, one) => sum + (one.invoice === at && !one.reversed ? one.amount : 0), 0);
  }

  /** What is written off and not recovered, by all that is there. */
  settle(at: number): void {
    const invoice = this.invoices[at];
    const recovered = [...this.payments, ...this.notes].reduce((sum, one) => sum + (one.shares.get(at)?.[1] ?? 0), 0);
    if (invoice) invoice.off = Math.max(0, this.standing(at) - recovered);
  }

  restore(place: number): void {
    const one = this.writeOffs[place];
    if (!one) return;
    one.reversed = true;
    this.settle(one.invoice);
  }

  reverse(source: ModelSource): void {
    this.take(source, this.left(source));
    source.reversed = true;
  }

  refund(amountMinor: number, of: ModelSource | null): void {
    const parts: ModelRefund['parts'] = [];
    let rest = amountMinor;
    // Oldest day first: credit notes here are of the first of the month, payments of the fifth.
    for (const source of of ? [of] : [...this.notes, ...this.payments]) {
      const part = of ? rest : Math.min(rest, source.unapplied);
      if (part === 0) continue;
      this.take(source, part);
      source.refunded += part;
      parts.push({ source, amount: part });
      rest -= part;
    }
    this.refunds.push({ parts, reversed: false });
  }

  refundBack(refund: ModelRefund): void {
    for (const { source, amount: part } of refund.parts) {
      source.unapplied += part;
      source.refunded -= part;
    }
    refund.reversed = true;
  }
}

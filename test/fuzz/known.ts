const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const PLAIN = ['C-1', 'I-1', 'SH', '100.00', '10.00', '1', 'CNY', '2026-09-08', '2026', 'x'];
/** Kept of each kind, so that a long run asks for new things too. */
const MOST = 40;

/** Ids that answers have told, by the path of their kind, and the texts that fields of a name may hold. */
export class Known {
  readonly #ids = new Map<string, string[]>();
  readonly #texts: Readonly<Record<string, () => readonly string[]>> = {
    customer: () => ['C-1', 'C-2'],
    payer: () => ['C-1', 'C-2'],
    into: () => ['C-2'],
    invoice: () => ['INV-1', 'INV-2'],
    payment: () => ['P-1'],
    creditNote: () => ['N-1'],
    order: () => ['SO-1', 'SO-9'],
    receivable: () => ['INV-1:1', 'INV-2:1'],
    currency: () => ['CNY'],
    amount: () => ['10.00', '1.00', '500.00'],
  };

  /** What is written before anything is asked. */
  add(kind: string, ...ids: readonly string[]): void {
    const list = this.#ids.get(kind) ?? [];
    for (const id of ids) if (!list.includes(id)) list.push(id);
    this.#ids.set(kind, list.slice(-MOST));
  }

  of(kind: string): readonly string[] {
    return this.#ids.get(kind) ?? PLAIN;
  }

  /** Whether anything is known of a kind. */
  has(kind: string): boolean {
    return this.#ids.has(kind);
  }

  /** Whether a field of this name names something; an amount does not. */
  names(name: string): boolean {
    return name in this.#texts && name !== 'amount';
  }

  texts(name: string): readonly string[] {
    return this.#texts[name]?.() ?? PLAIN;
  }

  /** Learns the ids of an answer: of the route's own kind, and of the lists within, by their names. */
  hear(path: string, body: unknown): void {
    const kind = path.split('/{')[0] ?? '';
    // A key that is revoked takes its role's voice from the rest of the run.
    if (kind === '/v1/api-keys' || !isObject(body)) return;
    const rows = Array.isArray(body['data']) ? body['data'] : [body];
    for (const row of rows.filter(isObject)) {
      for (const id of ['id', 'externalId', 'workflowId', 'process']) if (typeof row[id] === 'string') this.add(kind, row[id]);
      for (const [name, list] of Object.entries(row))
        if (Array.isArray(list))
          for (const one of list.filter(isObject)) if (typeof one['id'] === 'string') this.add(`/v1/${kebab(name)}`, one['id']);
    }
  }
}

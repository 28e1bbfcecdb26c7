import { sql } from 'kysely';
import { inScope } from '../../domain/platform/actor.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { outreachWorkflowId } from '../../domain/platform/subject.ts';
import { factsInDocument } from '../../domain/credit/fact-values.ts';
import { customerFaults } from '../../domain/ledger/documents.ts';
import type { ContactDocument, CustomerDocument } from '../../domain/ledger/documents.ts';
import { givingOf, writing } from './customer-writing.ts';
import type { Known, Writing } from './customer-writing.ts';
import { customersWritten, givingAway, payerChanged } from './events.ts';
import type { Sent } from './events.ts';
import type { Tx } from '../platform/database.ts';
import { LostRace, failed, inWaves, accepted, recordset, refusalFor } from '../platform/rows.ts';
import type { RowResult } from '../platform/rows.ts';
import { write } from '../platform/transaction.ts';
import type { Ask, EventFact, Store, Work } from '../platform/transaction.ts';
import type { RefusalReason } from '../../domain/platform/refusal-codes.ts';
import { contentHash } from '../platform/content-hash.ts';
import { addEffects, joinEffects, noEffects } from '../platform/effects.ts';
import { termsColumns } from './terms-columns.ts';

/** A customer as stored by a PUT. */
export interface PutCustomer {
  id: string;
  externalId: string;
  version: number;
}

/** Creates or corrects one customer with its contacts. Contacts no longer named stay on record, inactive. */
export async function upsertCustomer(
  store: Store,
  actor: Actor,
  document: CustomerDocument,
  reason: string | null = null,
): Promise<PutCustomer & { changed: boolean; created: boolean }> {
  const [result] = await upsertCustomers(store, actor, [document], reason);
  const { outcome, value } = accepted(result);
  return { ...value, changed: outcome !== 'unchanged', created: outcome === 'created' };
}

/** Creates or corrects up to about a thousand customers in one transaction; results stand in the order of the documents. */
export async function upsertCustomers(
  store: Store,
  actor: Actor,
  documents: readonly CustomerDocument[],
  reason: string | null = null,
): Promise<RowResult<PutCustomer>[]> {
  const { current } = await store.policies.current();
  const known = { actor, ladders: new Set(current.ladders.content.ladders.map((ladder) => ladder.id)) };
  return write(store, actor, async (work) => {
    const { tx, at } = work;
    const opening = await givingAway.filled.opening(work);
    const bounds: Bounds = { ...known, today: at.today, opening };
    const asked = noEffects();
    const results: RowResult<PutCustomer>[] = [];
    const audit: AuditFact[] = [];
    const asks: Ask[] = [];
    const events: EventFact[] = [];
    for (const wave of inWaves(documents, (document) => document.externalId)) {
      const done = await putWave(
        work,
        bounds,
        wave.map((row) => row.document),
      );
      addEffects(
        asked,
        await givingAway.filled.ask(
          { store, tx, at, actor, reason },
          done.flatMap((put) => put.sent ?? []),
        ),
      );
      for (const [place, row] of wave.entries()) {
        const put = done[place];
        if (!put) continue;
        results[row.index] = put.result;
        if (!put.audit) continue;
        audit.push({ ...put.audit, reason });
        events.push({
          kind: put.audit.action,
          subjectKind: 'customer',
          subjectId: put.audit.subjectId,
          customerId: put.audit.subjectId,
        });
        if (put.ask) asks.push(put.ask);
        if (put.payers) addEffects(asked, await payerChanged.tell(tx, put.audit.subjectId, put.payers));
      }
    }
    const told = await customersWritten.tell(work, documents, results);
    const effects = joinEffects({ audit, asks, posts: [], events }, told, asked);
    const [first, ...more] = effects.audit;
    return first ? { value: results, ...effects, audit: [first, ...more] } : { value: results, audit: null };
  });
}

interface Standing extends Known {
  id: string;
  external_id: string;
  region: string | null;
  owner: string | null;
  content_hash: string;
  version: number;
  contacts: unknown;
  waiting: boolean;
  /** Whoever took it over; its master data stays as it was. */
  merged_into: string | null;
}

/** What a customer is judged by beside itself. */
interface Bounds {
  actor: Actor;
  ladders: ReadonlySet<string>;
  today: BusinessDate;
  /** The go-live window is open: terms come in as they are. */
  opening: boolean;
}

interface Put {
  result: RowResult<PutCustomer>;
  audit?: AuditFact;
  ask?: Ask | undefined;
  /** Who paid for it before, and who does now, when that changed. */
  payers?: readonly string[];
  sent?: Sent;
}

async function putWave(work: Work, bounds: Bounds, documents: readonly CustomerDocument[]): Promise<Put[]> {
  const { tx } = work;
  const standing = await lockStanding(
    tx,
    documents.map((document) => document.externalId),
  );
  const giving = bounds.opening ? new Map<string, never>() : await givingOf(work, documents, standing);
  const writingOf = (document: CustomerDocument): Writing =>
    writing(bounds.opening, document, standing.get(document.externalId), giving.get(document.externalId) ?? null);
  const writes: { row: CustomerRow; document: CustomerDocument }[] = [];
  for (const document of documents) {
    const before = standing.get(document.externalId);
    if (refusalOf(bounds, document, before) || before?.content_hash === contentHash(document)) continue;
    const row = { ...toRow(writingOf(document).as), content_hash: contentHash(document) };
    writes.push({ row: { known: before?.id ?? null, ...row }, document });
  }
  const ids = await writeRows(
    work,
    writes.map((w) => w.row),
  );
  if (ids.size !== writes.length) throw new LostRace('a customer was created meanwhile');
  await writeContacts(
    tx,
    writes.flatMap((w) => contactRows(ids.get(w.row.external_id)?.id ?? '', w.document.contacts)),
    [...ids.values()].map((r) => r.id),
  );
  return documents.map((document) => {
    const before = standing.get(document.externalId);
    const refusal = refusalOf(bounds, document, before);
    if (refusal) return { result: failed(refusal) };
    const row = ids.get(document.externalId);
    if (row) {
      const { as, waits } = writingOf(document);
      return { ...putOf(as, before, row), sent: { customerId: row.id, code: document.externalId, waits } };
    }
    if (!before) throw new Error('a customer was neither written nor known');
    return {
      result: { outcome: 'unchanged', value: { id: before.id, externalId: before.external_id, version: before.version } },
    };
  });
}

/** A credential bound to regions may neither touch another region's customer nor move one there. */
function refusalOf({ actor, ladders, today }: Bounds, document: CustomerDocument, before: Standing | undefined): Refusal | null {
  if (!inScope(actor, document)) {
    const pointer = actor.scope.regions?.includes(document.region) === false ? '/region' : '/owner';
    return new Refusal('forbidden', { verb: 'customer.write elsewhere' }, { pointer });
  }
  if (before && !inScope(actor, before)) return new Refusal('forbidden', { verb: 'customer.write elsewhere' });
  if (before?.merged_into && before.content_hash !== contentHash(document))
    return new Refusal('customer-merged', { customer: document.externalId, into: before.merged_into });
  const faults = [...customerFaults(document), ...factFaults(document, today)];
  if (document.ladder && !ladders.has(document.ladder))
    faults.push({ code: 'policy-unknown', params: { policy: document.ladder }, pointer: '/ladder' });
  return refusalFor(faults);
}

/** A profile fact is of today or before. */
const factFaults = (document: CustomerDocument, today: BusinessDate): RefusalReason[] =>
  factsInDocument(document.facts)
    .filter((fact) => fact.asOf > today)
    .map(({ name, asOf }) => ({ code: 'date-in-future', params: { date: asOf, today }, pointer: `/facts/${name}/asOf` }));

function putOf(document: CustomerDocument, before: Standing | undefined, written: { id: string; version: number }): Put {
  const value = { id: written.id, externalId: document.externalId, version: written.version };
  const { contacts, ...after } = document;
  const base = { subjectKind: 'customer', subjectId: written.id, customerId: written.id, after: { ...after, contacts } };
  if (!before) return { result: { outcome: 'created', value }, audit: { ...base, action: 'customer.created' } };
  const { payer } = before.document;
  const ask: Ask | undefined = before.waiting ? { subject: outreachWorkflowId(written.id), kind: 'outreach' } : undefined;
  return {
    result: { outcome: 'changed', value },
    audit: { ...base, action: 'customer.changed', before: { ...before.document, contacts: before.contacts } },
    ask,
    ...(payer !== document.payer && { payers: [payer, document.payer].filter((code) => code !== null) }),
  };
}

/** Locks the customers that exist, in id order, with what an audit entry shows of them. `waiting`: a contact is asked for and not sent. */
async function lockStanding(tx: Tx, externalIds: readonly string[]): Promise<Map<string, Standing>> {
  const { rows } = await sql<Standing>`
    select c.id, c.external_id, c.region, c.owner, c.content_hash, c.version,
      (select n.external_id from customer n where n.id = c.merged_into) as merged_into,
      (select p.max_terms_days from credit_profile p where p.customer_id = c.id) as granted,
      exists (select from receivable r where r.customer_id = c.id) or exists (select from sales_order o where o.customer_id = c.id)
        or exists (select from customer d where d.payer_code = c.external_id)
        or exists (select from credit_account a join credit_limit l on l.account_id = a.id and l.revoked_at is null
          where a.kind = 'payer' and a.code = c.external_id) as established,
      jsonb_build_object('externalId', c.external_id, 'name', c.name, 'type', c.type, 'tier', c.tier, 'region', c.region,
        'currency', c.currency, 'terms', coalesce(c.terms_rule, jsonb_build_object('days', c.terms_days, 'from', c.terms_from)), 'taxId', c.tax_id,
        'taxRate', c.tax_rate, 'group', c.group_code, 'payer', c.payer_code, 'owner', c.owner, 'ladder', c.ladder,
        'debtorClass', c.debtor_class, 'creditorWasSme', c.creditor_was_sme, 'facts', c.facts) as document,
      (select coalesce(jsonb_agg(jsonb_build_object('id', k.external_id, 'name', k.name, 'role', k.role, 'email', k.email,
        'mobile', k.mobile, 'wecom', k.wecom, 'language', k.language) order by k.position), '[]') from contact k
        where k.customer_id = c.id and k.active) as contacts,
      exists (select from receivable r join rung g on g.receivable_id = r.id
        where r.customer_id = c.id and r.stage <> 'closed' and g.state = 'requested') as waiting
    from customer c where c.external_id = any(${externalIds}::text[]) order by c.id for no key update of c`.execute(tx);
  return new Map(rows.map((row) => [row.external_id, row]));
}

interface CustomerRow {
  external_id: string;
  [column: string]: unknown;
}

function toRow(document: CustomerDocument): CustomerRow {
  return {
    external_id: document.externalId,
    name: document.name,
    type: document.type,
    tier: document.tier,
    region: document.region,
    group_code: document.group,
    payer_code: document.payer,
    currency: document.currency,
    ...termsColumns(document.terms),
    tax_id: document.taxId,
    tax_rate: document.taxRate,
    owner: document.owner,
    ladder: document.ladder,
    debtor_class: document.debtorClass,
    creditor_was_sme: document.creditorWasSme,
    facts: document.facts,
    content_hash: contentHash(document),
  };
}

const COLUMNS = `external_id text, name text, type text, tier text, region text, group_code text, payer_code text, currency text,
  terms_days int, terms_from text, terms_rule jsonb, tax_id text, tax_rate text, owner text, ladder text, debtor_class text, creditor_was_sme boolean,
  facts jsonb, content_hash text`;
const NAMES = COLUMNS.split(',').map((column) => column.trim().split(' ')[0] ?? '');

/** Updates the known (locked before) and inserts the new. One that was created meanwhile is left out of the answer. */
async function writeRows({ tx, at }: Work, rows: readonly CustomerRow[]): Promise<Map<string, { id: string; version: number }>> {
  if (rows.length === 0) return new Map();
  const names = sql.join(NAMES.map((name) => sql.ref(name)));
  const set = sql.join(NAMES.map((name) => sql`${sql.ref(name)} = ${sql.ref(`x.${name}`)}`));
  // A payer that was merged stands for whoever took it over, and that one pays for itself.
  const read = sql.join(
    NAMES.map((name) =>
      name === 'payer_code' ? sql`nullif(customer_now(payer_code), external_id) as payer_code` : sql.ref(name),
    ),
  );
  const { rows: written } = await sql<{ id: string; external_id: string; version: number }>`
    with x as (select known, ${read} from ${recordset(rows, `known uuid, ${COLUMNS}`)}),
    u as (
      update customer c set ${set}, version = c.version + 1, updated_at = ${at.now}::timestamptz from x where c.id = x.known
      returning c.id, c.external_id, c.version),
    i as (
      insert into customer (${names}, created_at, updated_at)
      select ${names}, ${at.now}::timestamptz, ${at.now}::timestamptz from x where known is null order by external_id
      on conflict (external_id) do nothing returning id, external_id, version)
    select * from u union all select * from i`.execute(tx);
  return new Map(written.map((row) => [row.external_id, { id: row.id, version: row.version }]));
}

const contactRows = (customerId: string, contacts: readonly ContactDocument[]): object[] =>
  contacts.map(({ id, ...contact }, position) => ({ ...contact, customer_id: customerId, external_id: id, position }));

async function writeContacts(tx: Tx, contacts: readonly object[], customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  const columns =
    'customer_id uuid, external_id text, name text, role text, email text, mobile text, wecom text, language text, position int';
  await sql`
    with named as (select * from ${recordset(contacts, columns)}),
    gone as (
      update contact k set active = false where k.customer_id = any(${customerIds}::uuid[]) and k.active
        and not exists (select from named n where n.customer_id = k.customer_id and n.external_id = k.external_id))
    insert into contact (customer_id, external_id, name, role, email, mobile, wecom, language, position)
    select customer_id, external_id, name, role, email, mobile, wecom, language, position from named order by customer_id, external_id
    on conflict (customer_id, external_id) do update set name = excluded.name, role = excluded.role, email = excluded.email,
      mobile = excluded.mobile, wecom = excluded.wecom, language = excluded.language, position = excluded.position, active = true`.execute(
    tx,
  );
}

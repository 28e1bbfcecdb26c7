import { sql } from 'kysely';
import { addDays } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { parseAmount, sumMinor } from '../../domain/platform/money.ts';
import { isAgreed } from '../../domain/reconciliation/agreed.ts';
import type { AgreedDifference } from '../../domain/reconciliation/agreed.ts';
import { differencesOf, familyOf } from '../../domain/reconciliation/classify.ts';
import type { FoundDifference, LineKind, OurDocument, TheirLine } from '../../domain/reconciliation/classify.ts';
import type { DifferenceKind } from '../../domain/reconciliation/difference.ts';
import { asListed } from '../../domain/reconciliation/gross.ts';
import { matchBooks, matchKey } from '../../domain/reconciliation/match.ts';
import type { Match, MatchingRules, MatchRule } from '../../domain/reconciliation/match.ts';
import type { Tx } from '../platform/database.ts';
import { recordset } from '../platform/rows.ts';
import type { Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import { changeDifference, closeDifferences, openDifferences } from './differences.ts';
import type { NewDifference } from './differences.ts';
import { reconciliationChanged } from './news.ts';
import { laidCredits, ourBooks } from './our-books.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** A statement of the customer's, under its customer's lock. */
export interface TheirStatement {
  id: string;
  externalId: string;
  customerId: string;
  currency: string;
  basis: 'open-items' | 'movements';
  from: BusinessDate | null;
  asOf: BusinessDate;
}

/** What a comparison of both books came to. */
export interface Reconciled {
  matched: number;
  proposed: number;
  differences: number;
  /** Documents for which no sum was looked for, since too many others could be part of it. */
  unsearched: number;
}

export const matchOrderKey = (statementId: string): string => `customer-statement/${statementId}/matches`;

/**
 * Holds a statement of the customer's against our books as they are now: matches that no longer hold are put aside, differences that are gone are
 * cleared, new ones are found. The same books give the same result, so it may be done as often as there is news.
 */
export async function reconcile(
  work: Work,
  statement: TheirStatement,
  { by, looking = false }: { by: string; looking?: boolean },
): Promise<{ result: Reconciled; effects: Effects; moved: boolean }> {
  const { tx, at, store } = work;
  const { current } = await store.policies.current();
  const { match, confidence, transitDays } = current.reconciliation.content;
  const { currency, asOf } = statement;
  const rounding = parseAmount(match.rounding[currency] ?? '0', currency);
  const roundingMinor = rounding.ok ? rounding.minor : 0;
  const rules = { confidence, match: { ...match, roundingMinor } };
  const theirs = await theirLines(tx, statement.id);
  const ours = await booksFor(tx, statement, theirs, rules, store.zone);
  const standing = await standingMatches(tx, statement.id);
  const barred = new Set(standing.filter((one) => one.state === 'rejected').map((one) => one.key));
  const matching = matchBooks(ours, theirs, rules, barred);
  const rematched = await keepMatches(work, statement.id, standing, matching.matches, {
    ours,
    theirs,
    threshold: confidence.threshold,
  });
  const found = differencesOf(matching, ours, theirs, { asOf, today: at.today, transitDays, roundingMinor });
  const effects = await keepDifferences(work, statement, found, { by, ours });
  const proposed = await proposedOf(tx, statement.id);
  addEffects(effects, await orderLook(work, statement, proposed));
  addEffects(
    effects,
    await reconciliationChanged(work, {
      customerId: statement.customerId,
      by,
      ...(looking && { looking: statement.id }),
    }),
  );
  const result = {
    matched: matching.matches.length,
    proposed,
    differences: found.length,
    unsearched: matching.unsearched.length,
  };
  return { result, effects, moved: rematched || effects.audit.length > 0 };
}

/** Our books as this statement meets them: open items that list payments apart have theirs listed apart too. */
async function booksFor(
  tx: Tx,
  statement: TheirStatement,
  theirs: readonly TheirLine[],
  rules: MatchingRules,
  zone: string,
): Promise<OurDocument[]> {
  const frame = { ...statement, zone, windowDays: rules.match.windowDays };
  const ours = await ourBooks(tx, frame);
  const [first] = theirs.flatMap((line) => (line.kind === 'invoice' ? [] : [line.on])).sort();
  if (statement.basis === 'movements' || first === undefined) return ours;
  return asListed(ours, theirs, await laidCredits(tx, frame, addDays(first, -frame.windowDays)), rules);
}

async function theirLines(tx: Tx, statementId: string): Promise<TheirLine[]> {
  const { rows } = await sql<{
    line: number;
    kind: LineKind;
    number: string | null;
    on: BusinessDate;
    quantity: string | null;
    amountMinor: number;
  }>`
    select line, kind, number, on_date as "on", quantity::text as quantity, amount_minor as "amountMinor" from customer_statement_line
    where statement_id = ${statementId}::uuid order by line`.execute(tx);
  return rows.map(({ line, kind, number, on, quantity, amountMinor }) => ({
    id: String(line),
    kind,
    family: familyOf(kind),
    numbers: number === null ? [] : [number],
    on,
    quantity: quantity === null ? null : Number(quantity),
    amountMinor,
  }));
}

interface StandingMatch {
  id: string;
  key: string;
  state: 'taken' | 'proposed' | 'accepted' | 'rejected';
}

async function standingMatches(tx: Tx, statementId: string): Promise<StandingMatch[]> {
  const { rows } = await sql<StandingMatch>`
    select id, key, state from reconciliation_match where statement_id = ${statementId}::uuid and put_aside_at is null`.execute(
    tx,
  );
  return rows;
}

interface Sides {
  ours: readonly OurDocument[];
  theirs: readonly TheirLine[];
  threshold: number;
}

/** A match found again keeps what was decided of it; one that no rule finds any more is put aside. Answers whether any did move. */
async function keepMatches(
  { tx, at }: Work,
  statementId: string,
  standing: readonly StandingMatch[],
  matches: readonly Match[],
  { ours, theirs, threshold }: Sides,
): Promise<boolean> {
  const keyed = new Map(matches.map((match) => [matchKey(match), match]));
  const gone = standing.filter((one) => one.state !== 'rejected' && !keyed.has(one.key)).map((one) => one.id);
  if (gone.length > 0)
    await sql`update reconciliation_match set put_aside_at = ${at.now}::timestamptz where id = any(${gone}::uuid[])`.execute(tx);
  const known = new Set(standing.map((one) => one.key));
  const our = new Map(ours.map((item) => [item.id, item]));
  const their = new Map(theirs.map((item) => [item.id, item]));
  const fresh = [...keyed].filter(([key]) => !known.has(key));
  const rows = fresh.map(([key, match]) => {
    const mine = match.ours.flatMap((id) => our.get(id) ?? []);
    const yours = match.theirs.flatMap((id) => their.get(id) ?? []);
    return {
      key,
      rule: match.rule satisfies MatchRule,
      confidence: match.confidence,
      ours: mine.map(({ id, numbers, on, amountMinor }) => ({ id, number: numbers[0] ?? null, on, amountMinor })),
      theirs: yours.map(({ id }) => Number(id)),
      ours_minor: sumMinor(mine.map((item) => item.amountMinor)),
      theirs_minor: sumMinor(yours.map((item) => item.amountMinor)),
      state: match.confidence >= threshold ? 'taken' : 'proposed',
    };
  });
  const columns =
    'key text, rule text, confidence int, ours jsonb, theirs jsonb, ours_minor bigint, theirs_minor bigint, state text';
  if (rows.length > 0)
    await sql`
      insert into reconciliation_match (statement_id, key, rule, confidence, ours, theirs, ours_minor, theirs_minor, state, made_at)
      select ${statementId}::uuid, x.*, ${at.now}::timestamptz from ${recordset(rows, columns)} order by key`.execute(tx);
  return gone.length + rows.length > 0;
}

async function proposedOf(tx: Tx, statementId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from reconciliation_match where statement_id = ${statementId}::uuid and state = 'proposed' and put_aside_at is null`.execute(
    tx,
  );
  return rows[0]?.n ?? 0;
}

interface StandingDifference {
  id: string;
  key: string;
  kind: DifferenceKind;
  amountMinor: number;
  state: 'open' | 'adjusted' | 'cleared' | 'withdrawn';
}

/**
 * What two people agreed on, or was withdrawn, is not found again while it is the same amount: on this statement, and what was agreed on not on
 * a later one either, while our side of it is what it was.
 */
async function keepDifferences(
  work: Work,
  statement: TheirStatement,
  found: readonly FoundDifference[],
  { by, ours }: { by: string; ours: readonly OurDocument[] },
): Promise<Effects> {
  const { tx } = work;
  const { rows: standing } = await sql<StandingDifference>`
    select distinct on (key) id, key, kind, amount_minor as "amountMinor", state from reconciliation_difference
    where customer_statement_id = ${statement.id}::uuid order by key, opened_at desc, id desc`.execute(tx);
  const last = new Map(standing.map((one) => [one.key, one]));
  const agreed = await agreedOn(tx, statement);
  const now = found
    .filter((one) => last.has(one.key) || !isAgreed({ ...one, oursMinor: oursMinorOf(one, ours) }, agreed))
    .map((one) => newDifference(statement, one, ours));
  const effects = noEffects();
  const fresh: NewDifference[] = [];
  for (const one of now) {
    const before = last.get(one.key);
    const settled = before?.state === 'adjusted' || before?.state === 'withdrawn';
    if (!before || before.state === 'cleared' || (settled && before.amountMinor !== one.amountMinor)) fresh.push(one);
    else if (before.state === 'open' && (before.kind !== one.kind || before.amountMinor !== one.amountMinor))
      addEffects(effects, await changeDifference(work, before, one));
  }
  const keys = new Set(now.map((one) => one.key));
  const gone = standing.filter((one) => one.state === 'open' && !keys.has(one.key)).map((one) => one.id);
  addEffects(effects, await closeDifferences(work, gone, { state: 'cleared', by, reason: 'books-agree' }));
  addEffects(effects, await openDifferences(work, fresh));
  return effects;
}

const idIn = (id: string, kind: string): string | null => (id.startsWith(`${kind}:`) ? id.slice(kind.length + 1) : null);

/** Differences of earlier statements in this currency on which two people agreed. */
async function agreedOn(tx: Tx, { id, customerId, currency }: TheirStatement): Promise<AgreedDifference[]> {
  const { rows } = await sql<AgreedDifference>`
    select number, amount_minor as "amountMinor", detail -> 'ours' as ours, (detail ->> 'oursMinor')::bigint as "oursMinor"
    from reconciliation_difference where customer_id = ${customerId}::uuid and currency = ${currency} and state = 'adjusted'
      and customer_statement_id is distinct from ${id}::uuid`.execute(tx);
  return rows;
}

const oursMinorOf = (one: FoundDifference, ours: readonly OurDocument[]): number =>
  sumMinor(ours.filter((item) => one.ours.includes(item.id)).map((item) => item.amountMinor));

function newDifference(statement: TheirStatement, one: FoundDifference, ours: readonly OurDocument[]): NewDifference {
  const oursMinor = oursMinorOf(one, ours);
  const receivables = one.ours.flatMap((id) => idIn(id, 'receivable') ?? []);
  return {
    customerId: statement.customerId,
    statementId: null,
    customerStatementId: statement.id,
    key: one.key,
    kind: one.kind,
    currency: statement.currency,
    amountMinor: one.amountMinor,
    receivableId: receivables.length === 1 ? (receivables[0] ?? null) : null,
    paymentId: one.payment === null ? null : idIn(one.payment, 'payment'),
    number: one.number,
    on: one.on,
    detail: { ours: one.ours, oursMinor, lines: one.theirs.map(Number) },
  };
}

/** One work order a statement for all its doubtful matches; it ends when none is left. */
async function orderLook(work: Work, statement: TheirStatement, proposed: number): Promise<Effects> {
  const key = matchOrderKey(statement.id);
  if (proposed === 0) return cancelWorkOrders(work, { keys: [key] }, 'decided');
  return openWorkOrder(work, {
    key,
    kind: 'reconciliation-match',
    customerId: statement.customerId,
    subject: `customer statement ${statement.externalId}`,
    reason: { customerStatement: statement.id, proposed },
  });
}

import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { formatAmount } from '../../domain/platform/money.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import type { Evidence } from '../../domain/credit/profile.ts';
import type { DifferenceKind } from '../../domain/reconciliation/difference.ts';
import type { AnswerVerdict } from '../../domain/reconciliation/statement.ts';
import { acknowledgementRule } from '../../domain/ledger/limitation.ts';
import type { Tx } from '../platform/database.ts';
import { openDispute } from '../ledger/disputes.ts';
import { undisputedOf } from '../ledger/receivable-case.ts';
import { lockReceivables, readReceivables } from '../ledger/receivable-facts.ts';
import { within, write } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { cancelWorkOrders } from '../tasks/work-orders.ts';
import { openDifferences } from './differences.ts';
import type { NewDifference } from './differences.ts';
import { reconciliationChanged } from './news.ts';
import { askOfStatement, lockStatement, sendKey, silentKey } from './statements.ts';
import type { StatementCase } from './statements.ts';
import { addEffects } from '../platform/effects.ts';
import type { disputeCategories } from '../../domain/ledger/claims.ts';

/** A line the customer does not agree with. `theirsMinor`: what their own books say, in the line's direction. */
export interface DisputedLine {
  line: number;
  theirsMinor: number;
  category: (typeof disputeCategories)[number];
  note: string;
}

export interface StatementAnswer {
  verdict: AnswerVerdict;
  answeredOn: BusinessDate;
  by: string;
  channel: string;
  evidence: Evidence | null;
  note: string;
  disputed: readonly DisputedLine[];
}

/** What a disputed line came to: the dispute of its receivable, or a difference of the books; neither when it was settled meanwhile. */
export interface LineOutcome {
  line: number;
  dispute: string | null;
  difference: DifferenceKind | null;
}

export interface AnsweredStatement {
  id: string;
  statementId: string;
  verdict: AnswerVerdict;
  lines: LineOutcome[];
}

/**
 * Records the customer's answer to a statement of ours, once: all of it confirmed, or all but the lines named. A confirmation is consent to the debt,
 * so it keeps who gave it, when, by what way and of which content. Throws Refusal `already-decided`, `evidence-missing`.
 */
export async function answerStatement(
  store: Store,
  actor: Actor,
  id: string,
  answer: (currency: string) => StatementAnswer,
  reason: string | null,
): Promise<AnsweredStatement> {
  return write<AnsweredStatement>(store, actor, async (work) => {
    const { tx } = work;
    const found = await lockStatement(tx, actor, id);
    if (found.answered) throw new Refusal('already-decided');
    if (found.withdrawn) throw new Refusal('not-open', { state: 'withdrawn' });
    const given = answer(found.currency);
    await judge(work, found, given);
    const lines = await linesOf(tx, found.id, given.disputed);
    const answerId = await keep(work, found, given);
    const effects = await cancelWorkOrders(work, { keys: [sendKey(found.id), silentKey(found.id)] }, 'answered');
    const outcomes: LineOutcome[] = [];
    for (const one of lines) {
      const outcome = await follow(tx, store, actor, found, one);
      outcomes.push({ line: one.line, dispute: outcome.dispute, difference: outcome.difference?.kind ?? null });
      addEffects(effects, await openDifferences(work, outcome.difference ? [outcome.difference] : []));
    }
    const confirmedOn = given.verdict === 'confirmed' ? { confirmedOn: given.answeredOn } : {};
    const news = { customerId: found.customerId, by: actor.id, ...confirmedOn };
    addEffects(effects, await reconciliationChanged(work, news));
    const about = { subjectKind: 'statement', subjectId: found.id, customerId: found.customerId };
    const { verdict, answeredOn, by, channel, evidence } = given;
    const { zh, en } = acknowledgementRule.article;
    const law = verdict === 'confirmed' ? { law: `${zh} · ${en}` } : {};
    const after = {
      answer: answerId,
      verdict,
      answeredOn,
      by,
      channel,
      evidence,
      contentHash: found.hash,
      lines: outcomes,
      ...law,
    };
    return {
      value: { id: answerId, statementId: found.id, verdict, lines: outcomes },
      audit: [{ ...about, action: 'statement.answered', reason, after }, ...effects.audit],
      asks: [...effects.asks, askOfStatement(found.id, found.customerId)],
      posts: effects.posts,
      events: [{ ...about, kind: 'statement.answered', data: { verdict } }, ...effects.events],
    };
  });
}

async function judge({ tx, at }: Work, found: StatementCase, given: StatementAnswer): Promise<void> {
  const { answeredOn, by, verdict, evidence } = given;
  if (answeredOn > at.today)
    throw new Refusal('date-in-future', { date: answeredOn, today: at.today }, { pointer: '/answeredOn' });
  if (answeredOn < found.issuedOn) throw invalidAt('/answeredOn', 'too-early', { date: answeredOn, earliest: found.issuedOn });
  if (verdict === 'confirmed' && evidence === null)
    throw new Refusal('evidence-missing', { fact: 'statementConfirmedOn' }, { pointer: '/evidence' });
  const contact = await tx
    .selectFrom('contact')
    .select('external_id')
    .where('customer_id', '=', found.customerId)
    .where('external_id', '=', by)
    .executeTakeFirst();
  if (!contact) throw invalidAt('/by', 'contact-unknown', { contact: by });
}

interface Line extends DisputedLine {
  kind: 'receivable' | 'payment' | 'credit-note';
  receivableId: string | null;
  paymentId: string | null;
  number: string;
  on: BusinessDate;
  amountMinor: number;
}

async function linesOf(tx: Tx, statementId: string, disputed: readonly DisputedLine[]): Promise<Line[]> {
  const { rows } = await sql<Omit<Line, keyof DisputedLine> & { line: number }>`
    select line, kind, receivable_id as "receivableId", payment_id as "paymentId", number, on_date as "on", amount_minor as "amountMinor"
    from statement_line where statement_id = ${statementId}::uuid`.execute(tx);
  const known = new Map(rows.map((row) => [row.line, row]));
  const receivables = disputed.flatMap((one) => known.get(one.line)?.receivableId ?? []);
  await lockReceivables(tx, receivables);
  return disputed.map((one, place) => {
    const row = known.get(one.line);
    if (!row) throw invalidAt(`/disputed/${place}/line`, 'line-unknown', { line: one.line });
    if (one.theirsMinor === Math.abs(row.amountMinor))
      throw invalidAt(`/disputed/${place}/amount`, 'line-undisputed', { line: one.line });
    return { ...row, ...one };
  });
}

async function keep({ tx, at, actor }: Work, found: StatementCase, given: StatementAnswer): Promise<string> {
  const { verdict, answeredOn, by, channel, evidence, disputed, note } = given;
  await sql`update statement set answered_at = ${at.now}::timestamptz where id = ${found.id}::uuid`.execute(tx);
  const { rows } = await sql<{ id: string }>`
    insert into statement_answer (statement_id, verdict, answered_on, by_contact, channel, evidence, content_hash, disputed, note, recorded_at, recorded_by)
    values (${found.id}::uuid, ${verdict}, ${answeredOn}::date, ${by}, ${channel}, ${evidence && JSON.stringify(evidence)}::jsonb, ${found.hash},
      ${JSON.stringify(disputed)}::jsonb, ${note}, ${at.now}::timestamptz, ${actor.id}) returning id`.execute(tx);
  return rows[0]?.id ?? '';
}

/** They owe less than a receivable says: that much of it is in dispute, as far as it is still open. Anything else is a difference. */
async function follow(
  tx: Tx,
  store: Store,
  actor: Actor,
  found: StatementCase,
  one: Line,
): Promise<{ dispute: string | null; difference: NewDifference | null }> {
  const lessMinor = Math.abs(one.amountMinor) - one.theirsMinor;
  if (one.receivableId === null || lessMinor < 0) return { dispute: null, difference: differenceOf(found, one) };
  const [receivable] = await readReceivables(tx, [one.receivableId]);
  const openMinor = receivable ? undisputedOf(receivable) : 0;
  const amountMinor = Math.min(lessMinor, openMinor);
  if (amountMinor <= 0) return { dispute: null, difference: null };
  const dispute = { amount: formatAmount(amountMinor, found.currency), category: one.category, note: one.note };
  const { id } = await openDispute(within(store, tx), actor, one.receivableId, dispute, `statement of ${found.asOf}`);
  return { dispute: id, difference: null };
}

const kinds = {
  receivable: 'price',
  payment: 'unallocated-payment',
  'credit-note': 'unrecorded-return',
} as const satisfies Record<Line['kind'], DifferenceKind>;

function differenceOf(found: StatementCase, one: Line): NewDifference {
  return {
    customerId: found.customerId,
    statementId: found.id,
    customerStatementId: null,
    key: `line ${one.line}`,
    kind: kinds[one.kind],
    currency: found.currency,
    amountMinor: Math.sign(one.amountMinor) * one.theirsMinor - one.amountMinor,
    receivableId: one.receivableId,
    paymentId: one.paymentId,
    number: one.number,
    on: one.on,
    detail: { line: one.line, category: one.category, note: one.note },
  };
}

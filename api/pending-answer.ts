import * as contract from '../contracts/approvals/pending-acts.ts';
import { actStateWords, actTitles } from '../domain/approvals/act.ts';
import type { Actor } from '../domain/platform/actor.ts';
import { formatAmount } from '../domain/platform/money.ts';
import { readableRecord } from '../domain/platform/readable.ts';
import { sayReason } from '../domain/records/said.ts';
import { saySubject } from '../domain/records/subject-words.ts';
import type { ActAnswer } from '../store/approvals/pending.ts';
import { readAct } from '../store/approvals/read.ts';
import type { ActListed, ActView } from '../store/approvals/read.ts';
import type { Store } from '../store/platform/transaction.ts';
import type { JsonAnswer, Language } from './route.ts';

/** What every route that may ask for an act declares beside its own answers. */
export const pendingAnswer = {
  202: { description: 'Waits for a second person; see the pending act.', schema: contract.pendingAct },
};

/** The answer of a route that asked for an act: where it waits, and for whom. */
export async function answerPending(store: Store, actor: Actor, { act }: ActAnswer, language: Language): Promise<JsonAnswer> {
  return {
    status: 202,
    headers: { Location: `/v1/pending-acts/${act}` },
    body: showAct(await readAct(store, { ...actor, role: 'system' }, act), language),
  };
}

/** An act as a list shows it. */
export function showListed(row: ActListed, language: Language) {
  const { amountMinor, currency, ...act } = row;
  return {
    ...act,
    title: actTitles[row.kind][language],
    about: saySubject(row.about, language),
    reason: sayReason(act.reason, language),
    decisionReason: act.decisionReason && sayReason(act.decisionReason, language),
    stateText: actStateWords[row.state][language],
    amount: amountMinor === null || currency === null ? null : formatAmount(amountMinor, currency),
    currency,
    outcome: act.outcome && readableRecord(act.outcome, currency ?? 'CNY'),
  };
}

/** An act with its route. */
export const showAct = ({ route: seats, ...row }: ActView, language: Language) => ({
  ...showListed(row, language),
  route: seats,
});

import { sql } from 'kysely';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import { refusalBy } from '../../domain/platform/refused.ts';
import { counterFault, counterOffer, judgeDecision } from '../../domain/credit/application.ts';
import type { DecisionInput } from '../../domain/credit/application.ts';
import { isOpenSeat } from '../../domain/approvals/seats.ts';
import type { Decider, Hat } from '../../domain/approvals/seats.ts';
import type { Tx } from '../platform/database.ts';
import type { Work } from '../platform/transaction.ts';
import { openTier, standDown, takeSeat } from '../approvals/approvals.ts';
import type { SeatCase } from '../approvals/approvals.ts';
import { decidedOf, dossierOf, processOf, tell } from './application-facts.ts';
import type { ApplicationCase, ApplicationDesk } from './application-facts.ts';
import { grantApplication } from './application-grant.ts';
import { answering } from './application-update.ts';
import type { DecidedApplication } from './application-update.ts';
import { askApplicant } from './application-answers.ts';
import { accountVersion, keepDossier, readDossier } from './decision-dossier.ts';
import { addChange, noChange } from '../approvals/decision-update.ts';
import type { Change, HeldUpdate } from '../approvals/decision-update.ts';
import { lookAtDecider, stillDecider, takenSeat } from '../access/hats.ts';
import { addEffects } from '../platform/effects.ts';

/**
 * Commits a decision, or says why not: under lock it looks once more at the role, which may have been taken away since the request, at
 * four eyes, whose customer it is, and at the exposure the decider saw. The last approval grants in the same transaction.
 */
export function decideApplication(
  desk: ApplicationDesk,
  { id, held }: { id: string; held: HeldUpdate },
): Promise<DecidedApplication> {
  return answering(desk, id, 'decideApplication', held, async (work, found, decision: DecisionInput) => {
    const { tx, at } = work;
    const decider = await stillDecider(tx, decision.by.actor, at.today, found);
    lookAtDecider(found, decider.actor);
    const { seat, hat } = seatOf(found, decider, held.updateId);
    await lookAtExposure(tx, found, decision);
    const dossierHash = await keepDossier(work, await readDossier(tx, desk.store, at, dossierOf(found)));
    return decide(work, found, { ...decision, seat, hat, by: decider, dossierHash, updateId: held.updateId });
  });
}

/** The seat, by the facts: the state the process saw may have been overtaken. */
function seatOf(found: ApplicationCase, by: Decider, updateId: string): { seat: SeatCase; hat: Hat } {
  const judged = judgeDecision(found, { by }, updateId);
  if (judged) throw refusalBy(judged);
  return takenSeat(found.seats, found.requestedBy, by);
}

/** Credit is given on the exposure that was looked at; another version is looked at first. */
async function lookAtExposure(tx: Tx, found: ApplicationCase, decision: DecisionInput): Promise<void> {
  if (decision.verdict === 'decline' || decision.verdict === 'return') return;
  const now = await accountVersion(tx, found.customerId, found.offer.currency, true);
  if (now !== decision.exposureVersion)
    throw new Refusal('stale-exposure', { given: decision.exposureVersion, current: now }, { pointer: '/exposureVersion' });
}

interface Taken extends Omit<DecisionInput, 'by'> {
  by: Decider;
  seat: SeatCase;
  hat: Hat;
  dossierHash: string;
  updateId: string;
}

const seatStates = { approve: 'approved', decline: 'declined', return: 'returned', counter: 'countered' } as const;

async function decide(work: Work, found: ApplicationCase, taken: Taken): Promise<Change> {
  const { tx } = work;
  const { seat, hat, verdict, reason, dossierHash, updateId } = taken;
  const by = taken.by.actor.id;
  const offer = verdict === 'counter' ? lowered(found, taken) : found.offer;
  if (verdict === 'approve') sameAsOffered(found, taken);
  const effects = await takeSeat(work, seat, {
    ...{ by, hat, reason, updateId, dossierHash },
    state: seatStates[verdict],
    verdict: { verdict, ...offer, exposureVersion: taken.exposureVersion },
  });
  await sql`
    update credit_application set offer = ${JSON.stringify(offer)}::jsonb, exposure_version = ${taken.exposureVersion}, dossier_hash = ${dossierHash}
    where id = ${found.id}::uuid`.execute(tx);
  const after = {
    verdict,
    tier: seat.tier,
    role: seat.role,
    as: hat.role,
    onBehalfOf: hat.onBehalfOf,
    offer,
    dossierHash,
    exposureVersion: taken.exposureVersion,
  };
  const { audit, event } = tell(
    found,
    'credit-application.decided',
    { reason, policyVersion: found.policyVersion, before: { offer: found.offer }, after },
    { verdict, tier: seat.tier },
  );
  const change: Change = { audit: [audit], effects, events: [event] };
  addChange(change, await goesOn(work, { ...found, offer }, taken));
  return change;
}

/** What a decision leads to: the next seat or tier, the grant, the end, or a question to the applicant. */
async function goesOn(work: Work, found: ApplicationCase, taken: Taken): Promise<Change> {
  switch (taken.verdict) {
    case 'decline':
      return decline(work, found, taken);
    case 'return':
      return giveBack(work, found, taken);
    case 'approve':
    case 'counter':
      return nextTier(work, found, taken);
    default:
      return taken.verdict satisfies never;
  }
}

async function nextTier(work: Work, found: ApplicationCase, taken: Taken): Promise<Change> {
  const beside = found.seats.some((seat) => seat.id !== taken.seat.id && isOpenSeat(seat));
  if (beside) return noChange();
  const opened = await openTier(work, decidedOf(found));
  if (opened) return { audit: [], effects: opened, events: [] };
  return grantApplication(work, found, {
    by: taken.by.actor.id,
    reason: taken.reason,
  });
}

async function decline(work: Work, found: ApplicationCase, { reason }: Taken): Promise<Change> {
  const { tx, at } = work;
  await sql`update credit_application set state = 'declined', decided_at = ${at.now}::timestamptz where id = ${found.id}::uuid`.execute(
    tx,
  );
  const effects = await standDown(work, processOf(found.id), 'declined');
  const { audit, event } = tell(found, 'credit-application.declined', {
    reason,
    before: { state: found.state },
    after: { state: 'declined' },
  });
  return { audit: [audit], effects, events: [event] };
}

async function giveBack(work: Work, found: ApplicationCase, { reason }: Taken): Promise<Change> {
  const { tx } = work;
  const effects = await standDown(work, processOf(found.id), 'returned');
  await sql`update credit_application set state = 'returned' where id = ${found.id}::uuid`.execute(tx);
  addEffects(effects, await askApplicant(work, found, reason));
  const { audit, event } = tell(found, 'credit-application.returned', {
    reason,
    before: { state: found.state },
    after: { state: 'returned' },
  });
  return { audit: [audit], effects, events: [event] };
}

/** A counter-proposal becomes what the next tier sees, and what is granted. */
function lowered(found: ApplicationCase, taken: Taken): ApplicationCase['offer'] {
  const fault = counterFault(found.offer, taken);
  if (fault) throw new Refusal('counter-not-lower', {}, { pointer: `/${fault}` });
  return counterOffer(found.offer, taken);
}

/** An approval is of what lies on the table, and of nothing else. */
function sameAsOffered({ offer }: ApplicationCase, { limitMinor, termsDays }: Taken): void {
  const other =
    limitMinor !== null && limitMinor !== offer.limitMinor
      ? 'limit'
      : termsDays !== null && termsDays !== offer.termsDays
        ? 'termsDays'
        : null;
  if (other) throw invalidAt(`/${other}`, 'offer-differs');
}

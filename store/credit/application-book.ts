import { sql } from 'kysely';
import { addMs } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { planApplication } from '../../domain/credit/application.ts';
import type { ApplicationPlan, ApplicationStep, WaitingFor } from '../../domain/credit/application.ts';
import type { ConnectorName } from '../../domain/credit/facts.ts';
import type { Tx } from '../platform/database.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import { followOrders, openRound, standDown } from '../approvals/approvals.ts';
import { decidedOf, dossierOf, factsOf, lockApplication, planOf, processOf, settle, tell } from './application-facts.ts';
import type { ApplicationCase, ApplicationChange, ApplicationDesk } from './application-facts.ts';
import { grantApplication } from './application-grant.ts';
import { keepDossier, readDossier } from './decision-dossier.ts';
import { noChange, unheard } from '../approvals/decision-update.ts';
import type { Change } from '../approvals/decision-update.ts';
import { readAssessment } from './judge.ts';
import type { WantedFacts } from './judge.ts';
import { noEffects } from '../platform/effects.ts';

const TRY_AGAIN_MS = 4 * 3_600_000;
const BY_HAND_DAYS = 3;

/** Reads the facts anew: what became of work orders, and what the application waits for. */
export function reassessApplication(desk: ApplicationDesk, input: { id: string; seq: number | null }): Promise<ApplicationPlan> {
  const { store } = desk;
  return write(store, systemActor('credit-application'), async (work) => {
    const { tx } = work;
    const found = await lockApplication(tx, input.id);
    if (!found) return { value: unknownApplication(input), audit: null };
    const followed = await followOrders(work, decidedOf(found), found.seats);
    const change: Change = { audit: [], effects: followed, events: [] };
    for (const { tier, role, to } of followed.escalated) {
      const { audit, event } = tell(found, 'credit-application.escalated', { after: { tier, role, to } }, { tier, role, to });
      change.audit.push(audit);
      change.events.push(event);
    }
    if (found.waitingFor && found.gatheredAt === null && (await toldMeanwhile(work, desk, found))) await forgetWait(tx, found.id);
    return settle(work, input.id, found, change);
  });
}

/** Takes the planned step, only if the stored plan is the one asked for and its moment has come. */
export function takeApplicationStep(
  desk: ApplicationDesk,
  step: ApplicationStep,
  input: { id: string; seq: number },
): Promise<ApplicationPlan> {
  const { store } = desk;
  const taken = write(store, systemActor('credit-application'), async (work) => {
    const { tx, at } = work;
    const found = unheard(await lockApplication(tx, input.id));
    if (!found) return { value: unknownApplication(input), audit: null };
    const verdict = planApplication(await factsOf(store, found), at.now);
    if (input.seq < found.seq) return { value: planOf(found, verdict, at), audit: null };
    // After connectors were asked the facts are gathered once more, under the plan that had them asked.
    const called = verdict.due && (verdict.step === step || (step === 'gather' && found.step === 'ask'));
    if (!called) return settle(work, input.id, found, noChange());
    return settle(work, input.id, found, await takers[step](work, desk, found));
  });
  if (step !== 'grant') return taken;
  return taken.catch((error: unknown) => {
    if (error instanceof Refusal) return byHand(desk, input.id, error);
    throw error;
  });
}

/** Policy would grant it, and something refuses that: a person looks. */
function byHand({ store }: ApplicationDesk, id: string, refusal: Refusal): Promise<ApplicationPlan> {
  return write(store, systemActor('credit-application'), async (work) => {
    const { tx } = work;
    const found = await lockApplication(tx, id);
    if (!found) return { value: unknownApplication({ seq: null }), audit: null };
    await sql`update credit_application set state = 'awaiting-decision' where id = ${id}::uuid`.execute(tx);
    const tiers = [{ roles: ['credit_officer'] as const, deadlineWorkingDays: BY_HAND_DAYS }];
    const effects = await openRound(work, decidedOf(found), tiers);
    const { audit, event } = tell(found, 'credit-application.by-hand', { reason: refusal.code, after: { ...refusal.params } });
    return settle(work, id, found, { audit: [audit], effects, events: [event] });
  });
}

/** What policy grants by itself rests on a credit file too. */
async function grant(work: Work, _desk: ApplicationDesk, found: ApplicationCase): Promise<ApplicationChange> {
  const { tx, at, store } = work;
  const hash = await keepDossier(work, await readDossier(tx, store, at, dossierOf(found)));
  await sql`update credit_application set dossier_hash = ${hash} where id = ${found.id}::uuid`.execute(tx);
  return grantApplication(work, found, { by: 'policy', reason: 'approval-matrix' });
}

type Taker = (work: Work, desk: ApplicationDesk, found: ApplicationCase) => Promise<ApplicationChange>;

const takers: Record<ApplicationStep, Taker> = {
  gather,
  ask: gather,
  score,
  route,
  grant,
  warn,
  expire,
  close: () => Promise.resolve(noChange()),
};

/** Whether what it waited for has been told since, by whomever. */
async function toldMeanwhile(work: Work, { judge }: ApplicationDesk, found: ApplicationCase): Promise<boolean> {
  return (await judge.wanted(work, found)).facts.length === 0;
}

async function forgetWait(tx: Tx, id: string): Promise<void> {
  await sql`update credit_application set waiting_for = null where id = ${id}::uuid`.execute(tx);
}

/** Fresh facts go on to be scored. Stale ones are asked for, once a try; what nobody could tell is a person's work. */
async function gather(work: Work, { judge }: ApplicationDesk, found: ApplicationCase): Promise<ApplicationChange> {
  const { tx, at } = work;
  const stale = await judge.wanted(work, found);
  if (stale.facts.length === 0) {
    await sql`
      update credit_application set gathered_at = ${at.now}::timestamptz, waiting_for = null, connectors = '[]' where id = ${found.id}::uuid`.execute(
      tx,
    );
    const effects = await cancelWorkOrders(work, { process: processOf(found.id) }, 'facts-told');
    const { audit, event } = tell(found, 'credit-application.gathered');
    return { audit: [audit], effects, events: [event] };
  }
  const unasked = stale.connectors.filter((name) => !found.connectors.includes(name));
  if (unasked.length > 0 && found.step !== 'ask') return askFor(tx, found, unasked, stale.facts);
  return waitFor(work, found, stale);
}

async function askFor(
  tx: Tx,
  found: ApplicationCase,
  connectors: readonly ConnectorName[],
  facts: readonly string[],
): Promise<ApplicationChange> {
  await sql`
    update credit_application set connectors = connectors || ${JSON.stringify(connectors)}::jsonb where id = ${found.id}::uuid`.execute(
    tx,
  );
  if (found.waitingFor) return { ...noChange(), ask: connectors };
  const { audit, event } = tell(found, 'credit-application.asked', { after: { connectors, facts } }, { connectors });
  return { audit: [audit], effects: noEffects(), events: [event], ask: connectors };
}

/** Nothing is decided on what is not known: it waits, with a reason anybody can read and a work order, and tries again later. */
async function waitFor(work: Work, found: ApplicationCase, stale: WantedFacts): Promise<Change> {
  const { tx, at } = work;
  const waiting: WaitingFor = {
    code: 'facts',
    facts: stale.facts,
    connectors: stale.connectors,
    since: found.waitingFor?.since ?? at.now,
    tries: found.waitingFor ? (found.waitingFor.tries ?? 0) + 1 : 0,
    tryAgainAt: addMs(at.now, TRY_AGAIN_MS),
  };
  await sql`
    update credit_application set waiting_for = ${JSON.stringify(waiting)}::jsonb, connectors = '[]' where id = ${found.id}::uuid`.execute(
    tx,
  );
  const { facts, connectors } = stale;
  const { rows } = await sql<{ closed: number }>`
    select count(*)::int as closed from work_order where process = ${processOf(found.id)} and kind = 'credit-facts' and closed_at is not null`.execute(
    tx,
  );
  const effects = await openWorkOrder(work, {
    key: `${processOf(found.id)}/facts/${rows[0]?.closed ?? 0}`,
    kind: 'credit-facts',
    customerId: found.customerId,
    process: processOf(found.id),
    subject: `application ${found.externalId}`,
    reason: { application: found.externalId, facts, connectors },
  });
  // Still the same wait: a retry is a figure, not an entry of the record.
  if (effects.audit.length === 0 && sameWait(found.waitingFor, waiting)) return noChange();
  const { audit, event } = tell(
    found,
    'credit-application.waiting',
    { reason: 'facts', after: { facts, connectors } },
    { facts },
  );
  return { audit: [audit], effects, events: [event] };
}

const sameWait = (before: WaitingFor | null, now: WaitingFor): boolean =>
  before !== null && before.facts.join() === now.facts.join() && before.connectors.join() === now.connectors.join();

/** The scorecard judges what is known. A review asks for what is proposed. */
async function score(work: Work, { judge }: ApplicationDesk, found: ApplicationCase): Promise<Change> {
  const { tx } = work;
  const assessment = await judge.assess(work, found);
  const { proposal, score, grade } = assessment.verdict;
  const offer = {
    ...found.offer,
    limitMinor: found.offer.limitMinor ?? (found.kind === 'review' ? proposal.limitMinor : null),
    termsDays: found.offer.termsDays ?? (found.kind === 'review' || found.kind === 'new' ? proposal.termsDays : null),
  };
  await sql`
    update credit_application set assessment_id = ${assessment.id}::uuid, offer = ${JSON.stringify(offer)}::jsonb,
      policy_version = ${assessment.policyVersion} where id = ${found.id}::uuid`.execute(tx);
  const after = { assessment: assessment.id, score, grade, proposal, offer };
  const { audit, event } = tell(
    found,
    'credit-application.assessed',
    { policyVersion: assessment.policyVersion, after },
    { grade },
  );
  return { audit: [audit], effects: noEffects(), events: [event] };
}

/** The approval matrix names the tiers; without any, policy itself grants. */
async function route(work: Work, { judge }: ApplicationDesk, found: ApplicationCase): Promise<Change> {
  const { tx, at, store } = work;
  const assessment = await readAssessment(tx, found.assessmentId ?? '');
  const way = await judge.route(store, assessment);
  const state = way.tiers.length === 0 ? 'assessing' : 'awaiting-decision';
  await sql`
    update credit_application set routed_at = ${at.now}::timestamptz, route_row = ${way.row}, state = ${state} where id = ${found.id}::uuid`.execute(
    tx,
  );
  const effects = way.tiers.length > 0 ? await openRound(work, decidedOf(found), way.tiers) : noEffects();
  const after = { row: way.row, tiers: way.tiers };
  const { audit, event } = tell(found, 'credit-application.routed', { policyVersion: way.policyVersion, after }, { state });
  return { audit: [audit], effects, events: [event] };
}

async function warn({ tx, at }: Work, _desk: ApplicationDesk, found: ApplicationCase): Promise<Change> {
  await sql`update credit_application set warned_at = ${at.now}::timestamptz where id = ${found.id}::uuid`.execute(tx);
  const { audit, event } = tell(
    found,
    'credit-application.expiring',
    { after: { expiresAt: found.expiresAt } },
    { expiresAt: found.expiresAt },
  );
  return { audit: [audit], effects: noEffects(), events: [event] };
}

async function expire(work: Work, _desk: ApplicationDesk, found: ApplicationCase): Promise<Change> {
  const { tx, at } = work;
  await sql`
    update credit_application set state = 'expired', decided_at = ${at.now}::timestamptz, waiting_for = null where id = ${found.id}::uuid`.execute(
    tx,
  );
  const effects = await standDown(work, processOf(found.id), 'expired');
  const { audit, event } = tell(found, 'credit-application.expired', {
    before: { state: found.state },
    after: { state: 'expired' },
  });
  return { audit: [audit], effects, events: [event] };
}

const unknownApplication = ({ seq }: { seq: number | null }): ApplicationPlan => ({
  seq: seq ?? 0,
  step: 'close',
  at: null,
  waitMs: null,
  why: 'the database does not know this application',
  customerId: '',
  state: 'withdrawn',
  round: 0,
  requestedBy: '',
  seats: [],
  answered: [],
  connectors: [],
});

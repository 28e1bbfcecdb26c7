import { z } from 'zod';
import * as contract from '../../../contracts/credit/credit-applications.ts';
import { idParams, instant, ourId, toMinor } from '../../../contracts/platform/common.ts';
import type { Actor } from '../../../domain/platform/actor.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { sayReason } from '../../../domain/records/said.ts';
import { sayPlanReason } from '../../../domain/records/plan-words.ts';
import { readableRecord } from '../../../domain/platform/readable.ts';
import { applicationStateWords } from '../../../domain/credit/application-words.ts';
import type { ApplicationAnswer, Offer } from '../../../domain/credit/application.ts';
import type { Assessment } from '../../../domain/credit/assess.ts';
import type { VerdictReason } from '../../../domain/credit/reasons.ts';
import type { Decider } from '../../../domain/approvals/seats.ts';
import { sayVerdictReason } from '../../../domain/credit/words.ts';
import { submitApplication } from '../../../store/credit/applications.ts';
import { findApplication, listApplications, readApplication } from '../../../store/credit/applications-read.ts';
import type { ApplicationListed, ApplicationView } from '../../../store/credit/applications-read.ts';
import { deciderOf } from '../../../store/access/hats.ts';
import { momentOf } from '../../../store/platform/transaction.ts';
import {
  decideApplicationUpdate,
  resubmitApplicationUpdate,
  withdrawApplicationUpdate,
} from '../../../workflows/credit/updates.ts';
import { answerDecision, pendingAnswer } from '../../deciding.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { updateIdOf } from '../../idempotency.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

const place = z.tuple([instant, ourId]);
const decisionAnswers = {
  200: { description: 'Carried out; the route as it stands.', schema: contract.decided },
  ...pendingAnswer,
};

/** Applications for credit: asked for, looked at, decided. */
export function creditApplicationRoutes(services: Services): RouteSpec[] {
  return [...asking(services), ...looking(services), ...deciding(services)];
}

function asking({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/credit-applications',
      verb: 'credit.apply',
      tag: 'Credit applications',
      summary: 'Apply for credit; its process gathers, scores and routes it',
      body: contract.newApplication,
      idempotent: 'external-id',
      answers: { 202: { description: 'Taken in; read it to see how far it is.', schema: contract.submittedApplication } },
      async handle({ actor, body }) {
        const { limit = null, currency = null, termsDays = null, validUntil = null } = body.requested;
        const requested = { limit, currency, termsDays, validUntil };
        const { id, workflowId, state } = await submitApplication(store, actor, { ...body, requested });
        return { status: 202, body: { id, workflowId, state }, headers: { Location: `/v1/credit-applications/${id}` } };
      },
    }),
  ];
}

function looking({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/credit-applications',
      verb: 'credit.read',
      tag: 'Credit applications',
      summary: 'Applications, the newest first',
      query: contract.applicationQuery,
      answers: { 200: { description: 'A page of applications.', schema: contract.applicationPage } },
      async handle({ actor, query: { limit, cursor, ...filter }, language }) {
        const after = cursor === undefined ? undefined : decodeCursor(cursor, place);
        const rows = await listApplications(store.db, actor, { ...filter, after }, limit);
        const body = pageFrom(
          rows,
          limit,
          (row) => showListed(row, language, store.zone),
          (row) => [row.submittedAt, row.id],
        );
        return { status: 200, body };
      },
    }),
    route({
      method: 'get',
      path: '/v1/credit-applications/{id}',
      verb: 'credit-file.read',
      tag: 'Credit applications',
      summary: 'An application with its verdict, its route and the credit file that its deciders read',
      params: idParams,
      answers: { 200: { description: 'The application.', schema: contract.applicationAnswer } },
      async handle({ actor, params, language }) {
        return { status: 200, body: show(await readApplication(store, actor, params.id), language, store.zone) };
      },
    }),
  ];
}

function deciding(services: Services): RouteSpec[] {
  const { store } = services;
  const of = async (actor: Actor, id: string) => {
    const { currency, ...process } = await findApplication(store.db, actor, id);
    const { today } = await momentOf(store.db, store);
    const by: Decider = await deciderOf(store.db, actor, today);
    return {
      process: { kind: 'credit-application' as const, id: process.id, customerId: process.customerId, stage: process.state },
      currency,
      by,
    };
  };
  return [
    route({
      method: 'post',
      path: '/v1/credit-applications/{id}/decision',
      verb: 'credit.decide',
      tag: 'Credit applications',
      summary: 'Decide at your tier: approve, decline, return with a question, or make a lower counter-proposal',
      params: idParams,
      body: contract.decision,
      idempotent: 'key',
      answers: decisionAnswers,
      async handle({ actor, params, body, req, language }) {
        const { process, currency, by } = await of(actor, params.id);
        const { verdict, reason, exposureVersion, termsDays = null } = body;
        const limitMinor = body.limit === undefined ? null : toMinor(body.limit, currency, '/limit');
        const input = { by, verdict, limitMinor, termsDays, reason, exposureVersion };
        const asked = { process, input, updateId: updateIdOf(actor, req) };
        return answerDecision(services, language, decideApplicationUpdate, asked, showAnswer);
      },
    }),
    route({
      method: 'post',
      path: '/v1/credit-applications/{id}/withdraw',
      verb: 'credit.apply',
      tag: 'Credit applications',
      summary: 'Take an application back while nothing is final',
      params: idParams,
      body: contract.withdrawal,
      idempotent: 'key',
      answers: decisionAnswers,
      async handle({ actor, params, body, req, language }) {
        const { process, by } = await of(actor, params.id);
        const input = { by, reason: body.reason };
        const asked = { process, input, updateId: updateIdOf(actor, req) };
        return answerDecision(services, language, withdrawApplicationUpdate, asked, showAnswer);
      },
    }),
    route({
      method: 'post',
      path: '/v1/credit-applications/{id}/resubmit',
      verb: 'credit.apply',
      tag: 'Credit applications',
      summary: 'Answer what was asked, and have it judged anew',
      params: idParams,
      body: contract.resubmission,
      idempotent: 'key',
      answers: decisionAnswers,
      async handle({ actor, params, body, req, language }) {
        const { process, currency, by } = await of(actor, params.id);
        const input = { by, requested: changed(body.requested, currency), reason: body.reason };
        const asked = { process, input, updateId: updateIdOf(actor, req) };
        return answerDecision(services, language, resubmitApplicationUpdate, asked, showAnswer);
      },
    }),
  ];
}

type Changed = { limit?: string | undefined; termsDays?: number | undefined; validUntil?: string | undefined };

function changed(requested: Changed | undefined, currency: string): Partial<Omit<Offer, 'currency'>> | null {
  if (!requested) return null;
  const { limit, termsDays, validUntil } = requested;
  return {
    ...(limit !== undefined && { limitMinor: toMinor(limit, currency, '/requested/limit') }),
    ...(termsDays !== undefined && { termsDays }),
    ...(validUntil !== undefined && { validUntil }),
  };
}

const money = (minor: number | null, currency: string): string | null => (minor === null ? null : formatAmount(minor, currency));
const showOffer = ({ limitMinor, ...offer }: Offer) => ({ limit: money(limitMinor, offer.currency), ...offer });
const showAnswer = ({ state, round, route: seats }: ApplicationAnswer) => ({ state, round, route: seats });

function showListed(row: ApplicationListed, language: Language, zone: string) {
  const { id, externalId, customer, customerName, kind, state, grade, score, reason, requestedBy, round } = row;
  const { submittedAt, expiresAt, decidedAt, waitingFor } = row;
  return {
    ...{ id, externalId, customer, customerName, kind, state, grade, score, requestedBy, round },
    ...{ submittedAt, expiresAt, decidedAt, waitingFor },
    reason: sayReason(reason, language),
    stateText: applicationStateWords[language][state],
    requested: showOffer(row.requested),
    offer: showOffer(row.offer),
    why: { code: row.why.code, text: sayPlanReason('credit-application', row.why, language, zone) },
  };
}

function show(view: ApplicationView, language: Language, zone: string) {
  const { route: seats, earlierRounds, exposureVersion, policyVersion, granted, dossierHash, dossier, proposal, given } = view;
  return {
    ...showListed(view, language, zone),
    proposal: proposal && {
      limit: money(proposal.limitMinor, proposal.currency),
      currency: proposal.currency,
      termsDays: proposal.termsDays,
    },
    reasons: reasonsOf(view.verdict, language),
    ...{ route: seats, earlierRounds, exposureVersion, policyVersion, dossierHash, dossier, given },
    granted: granted && readableRecord(granted, view.offer.currency),
  };
}

/** What speaks for it, against it, and what else must be known, each by its code and in words. */
function reasonsOf(verdict: Assessment | null, language: Language) {
  if (!verdict) return [];
  const say = (side: 'for' | 'against' | 'note', reasons: readonly VerdictReason[]) =>
    reasons.map((reason) => ({ side, code: reason.code, message: sayVerdictReason(reason, language) }));
  return [...say('for', verdict.reasonsFor), ...say('against', verdict.reasonsAgainst), ...say('note', verdict.notes)];
}

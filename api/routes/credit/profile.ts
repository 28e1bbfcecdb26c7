import { z } from 'zod';
import { idParams, instant, ourId } from '../../../contracts/platform/common.ts';
import {
  factHistoryPage,
  factParams,
  findingPage,
  findingQuery,
  profileAnswer,
  refreshProfileAnswer,
  refreshProfileBody,
  tellFacts as tellFactsBody,
  tellFactsAnswer,
  valueOut,
  warningPage,
  warningQuery,
} from '../../../contracts/credit/profile.ts';
import { sayConnectorProblem } from '../../../domain/credit/connector-words.ts';
import { dimensions, factTable } from '../../../domain/credit/facts.ts';
import { factsOfDimension, freshUntil } from '../../../domain/credit/profile.ts';
import { sayFinding, sayWarning } from '../../../domain/credit/watch-words.ts';
import { daysBetween } from '../../../domain/platform/calendar.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { readableRecord } from '../../../domain/platform/readable.ts';
import { shownValue } from '../../../store/credit/facts.ts';
import { readFactHistory, readProfile } from '../../../store/credit/profile-read.ts';
import type { AccountView, ProfileView } from '../../../store/credit/profile-read.ts';
import { pendingChanges } from '../../../store/credit/acts/customer-changes.ts';
import { refreshProfile, tellFacts } from '../../../store/credit/tell-facts.ts';
import { deploymentOf } from '../../../store/platform/departures.ts';
import { listFindings, listWarnings } from '../../../store/credit/watch-read.ts';
import type { WarningView } from '../../../store/credit/watch-read.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** What is known of a customer, who told it, and what it warns of. */
export function profileRoutes(services: Services): RouteSpec[] {
  return [...factRoutes(services), ...watchRoutes(services)];
}

function factRoutes({ store, config }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/customers/{id}/profile',
      verb: 'credit-file.read',
      tag: 'Credit profile',
      summary: 'The four dimensions with source and age of each fact, grade, limit, exposure, warnings',
      params: idParams,
      answers: { 200: { description: 'The profile.', schema: profileAnswer } },
      async handle({ actor, params, language }) {
        return { status: 200, body: showProfile(await readProfile(store, actor, params.id), language) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/customers/{id}/facts/{name}',
      verb: 'credit-file.read',
      tag: 'Credit profile',
      summary: 'What was ever known of one fact, newest first',
      params: factParams,
      answers: { 200: { description: 'Its history.', schema: factHistoryPage } },
      async handle({ actor, params }) {
        const rows = await readFactHistory(store, actor, params.id, params.name);
        return { status: 200, body: { data: rows.map((row) => ({ ...row, value: valueOut(params.name, row.value) })) } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/customers/{id}/facts',
      verb: 'credit.record',
      tag: 'Credit profile',
      summary: 'Enter facts by hand, with their date and evidence',
      params: idParams,
      body: tellFactsBody,
      answers: { 200: { description: 'Entered, or known already.', schema: tellFactsAnswer } },
      async handle({ actor, params, body }) {
        const facts = body.facts.map((fact) => ({ ...fact, evidence: fact.evidence ?? null }));
        const { id, changed } = await tellFacts(store, actor, params.id, facts, body.reason ?? null);
        const pending = await pendingChanges(store.db, id);
        return { status: 200, body: { changed, facts: facts.map((fact) => fact.name), pending } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/customers/{id}/profile/refresh',
      verb: 'credit.record',
      tag: 'Credit profile',
      summary: 'Calculate what the books say now, and ask the registers for what is stale',
      params: idParams,
      body: refreshProfileBody,
      answers: { 202: { description: 'Calculated; the registers are being asked.', schema: refreshProfileAnswer } },
      async handle({ actor, params, body }) {
        return { status: 202, body: await refreshProfile(store, actor, params.id, deploymentOf(config), body.reason ?? null) };
      },
    }),
  ];
}

function watchRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/warnings',
      verb: 'credit-file.read',
      tag: 'Credit profile',
      summary: 'Early warnings, newest first',
      query: warningQuery,
      answers: { 200: { description: 'A page of warnings.', schema: warningPage } },
      async handle({ actor, query, language }) {
        const { limit, cursor, open, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([instant, ourId]));
        const rows = await listWarnings(store, actor, { ...filter, open: openOf(open), after }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => showWarning(row, language),
            (row) => [row.raisedAt, row.id],
          ),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/data-findings',
      verb: 'credit.read',
      tag: 'Credit profile',
      summary: 'Faults of master data, newest first',
      query: findingQuery,
      answers: { 200: { description: 'A page of findings.', schema: findingPage } },
      async handle({ actor, query, language }) {
        const { limit, cursor, open, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([instant, ourId]));
        const rows = await listFindings(store, actor, { ...filter, open: openOf(open), after }, limit);
        const show = (row: (typeof rows)[number]) => ({
          ...row,
          words: sayFinding(row.kind, row.detail, language),
        });
        return { status: 200, body: pageFrom(rows, limit, show, (row) => [row.foundAt, row.id]) };
      },
    }),
  ];
}

const openOf = (text: 'true' | 'false' | undefined): boolean | undefined => (text === undefined ? undefined : text === 'true');

const showWarning = ({ currency, ...row }: WarningView, language: Language) => ({
  ...row,
  detail: readableRecord(row.detail, currency),
  words: sayWarning(row.kind, row.detail, language),
});

function showProfile(profile: ProfileView, language: Language) {
  const { facts, limits, today, id, externalId, name, connectors, accounts, warnings, stale, reasons, currency, ...rest } =
    profile;
  const known = dimensions.map((dimension) => [
    dimension,
    factsOfDimension(facts, dimension).map((fact) => {
      const until = freshUntil(fact.name, fact.asOf, limits);
      return {
        ...fact,
        label: factTable[fact.name][language],
        unit: factTable[fact.name].unit === 'minor' ? 'amount' : factTable[fact.name].unit,
        value: valueOut(fact.name, shownValue(fact.name, fact.value)),
        ageDays: daysBetween(fact.asOf, today),
        fresh: until === null || until >= today,
        freshUntil: until,
      };
    }),
  ]);
  return {
    ...rest,
    reasons: reasons && readableRecord(reasons, currency),
    customer: { id, externalId, name },
    asOf: today,
    dimensions: Object.fromEntries(known),
    stale,
    connectors: connectors.map(({ problem, ...call }) => ({
      ...call,
      askedAt: new Date(call.askedAt).toISOString(),
      answeredAt: call.answeredAt === null ? null : new Date(call.answeredAt).toISOString(),
      words: problem === null ? null : sayConnectorProblem(call.connector, problem, language),
    })),
    warnings: warnings.map((one) => showWarning(one, language)),
    accounts: accounts.map(showAccount),
  };
}

function showAccount({ currency, limitMinor, limitUntil, version, ...minor }: AccountView) {
  return {
    currency,
    limit: limitMinor === null ? null : formatAmount(limitMinor, currency),
    limitUntil,
    version,
    buckets: {
      reserved: formatAmount(minor.reservedMinor, currency),
      ordered: formatAmount(minor.orderedMinor, currency),
      delivered: formatAmount(minor.deliveredMinor, currency),
      open: formatAmount(minor.openMinor, currency),
      bills: formatAmount(minor.billsMinor, currency),
      deposits: formatAmount(minor.depositsMinor, currency),
    },
  };
}

import { z } from 'zod';
import { businessDate, currency as currencyCode, externalIdParams, idParams, ourId } from '../../../contracts/platform/common.ts';
import {
  byCustomerQuery,
  endLimit as endLimitBody,
  endLimitAnswer,
  exposureAnswer,
  exposureQuery,
  limitDocument,
  limitPage,
  postLimit,
  postLimitAnswer,
  postRate,
  postRateAnswer,
  putSecurity as putSecurityBody,
  putSecurityAnswer,
  ratePage,
  rateQuery,
  releaseSecurity as releaseBody,
  releaseSecurityAnswer,
  securityDocument,
  securityPage,
} from '../../../contracts/credit/credit-accounts.ts';
import { countedMinor, horizonOf, securedMinor } from '../../../domain/credit/exposure.ts';
import type { AccountFacts, Position } from '../../../domain/credit/exposure.ts';
import { formatAmount, totalMinor } from '../../../domain/platform/money.ts';
import { viewExposure } from '../../../store/credit/exposure.ts';
import type { ExposureView } from '../../../store/credit/exposure.ts';
import { endLimit, setLimit } from '../../../store/credit/acts/limits.ts';
import { askForRelease, askForSecurity } from '../../../store/credit/acts/securities.ts';
import { listLimits } from '../../../store/credit/limits.ts';
import { askRate } from '../../../store/ledger/acts/exchange-rates.ts';
import { listRates } from '../../../store/ledger/rates.ts';
import { listSecurities } from '../../../store/credit/securities.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { answerPending, pendingAnswer } from '../../pending-answer.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** What customers could owe us, against what they may: exposure, limits, security, exchange rates. */
export function creditAccountRoutes({ store }: Services): RouteSpec[] {
  return [...limits(store), ...securities(store), ...rates(store), exposure(store)];
}

const afterId = (cursor: string | undefined) => (cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([ourId]))[0]);

function limits(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/credit-limits',
      verb: 'credit.decide',
      tag: 'Credit',
      summary:
        'Set a limit: at once inside the go-live window, or where it raises nothing; else a second person approves. Later limits are applied for',
      body: postLimit,
      idempotent: 'external-id',
      answers: {
        200: { description: 'Set before.', schema: postLimitAnswer },
        201: { description: 'In force by its dates.', schema: postLimitAnswer },
        ...pendingAnswer,
      },
      async handle({ actor, body, language }) {
        const done = await setLimit(store, actor, limitDocument(body));
        if ('act' in done) return answerPending(store, actor, done, language);
        const { created, overMinor, id, externalId } = done;
        return { status: created ? 201 : 200, body: { id, externalId, over: formatAmount(overMinor, body.currency) } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/credit-limits/{id}/end',
      verb: 'credit.decide',
      tag: 'Credit',
      summary:
        "End a limit at once; the end of a group's last limit, standing or temporary, in force or expired, frees its members and needs a second person",
      params: idParams,
      body: endLimitBody,
      idempotent: 'key',
      answers: { 200: { description: 'Ended.', schema: endLimitAnswer }, ...pendingAnswer },
      async handle({ actor, params, body, language }) {
        const done = await endLimit(store, actor, params.id, body.reason);
        return 'act' in done ? answerPending(store, actor, done, language) : { status: 200, body: done };
      },
    }),
    route({
      method: 'get',
      path: '/v1/credit-limits',
      verb: 'credit.read',
      tag: 'Credit',
      summary: 'The limits that judge a customer, its payer and its group, newest first; ended ones too',
      query: byCustomerQuery,
      answers: { 200: { description: 'A page of limits.', schema: limitPage } },
      async handle({ actor, query: { limit, cursor, customer } }) {
        const rows = await listLimits(store.db, actor, { customer, after: afterId(cursor) }, limit);
        const show = ({ amountMinor, ...row }: (typeof rows)[number]) => ({
          ...row,
          amount: formatAmount(amountMinor, row.currency),
        });
        return { status: 200, body: pageFrom(rows, limit, show, (row) => [row.id]) };
      },
    }),
  ];
}

function securities(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'put',
      path: '/v1/securities/{id}',
      verb: 'credit.record',
      tag: 'Credit',
      summary:
        'Ask for security a customer gave to be recorded or corrected, with evidence; it counts once a second person agrees',
      params: externalIdParams,
      body: putSecurityBody,
      idempotent: 'external-id',
      answers: { 200: { description: 'Unchanged.', schema: putSecurityAnswer }, ...pendingAnswer },
      async handle({ actor, params, body, language }) {
        const document = securityDocument(params.id, body);
        const done = await askForSecurity(store, actor, document, body.reason ?? null);
        return 'act' in done ? answerPending(store, actor, done, language) : { status: 200, body: done };
      },
    }),
    route({
      method: 'post',
      path: '/v1/securities/{id}/release',
      verb: 'credit.record',
      tag: 'Credit',
      summary: 'Ask for security to be given back: it no longer counts once a second person agrees',
      params: idParams,
      body: releaseBody,
      idempotent: 'key',
      answers: { 200: { description: 'Released before.', schema: releaseSecurityAnswer }, ...pendingAnswer },
      async handle({ actor, params, body, language }) {
        const done = await askForRelease(store, actor, params.id, body.reason);
        return 'act' in done ? answerPending(store, actor, done, language) : { status: 200, body: done };
      },
    }),
    route({
      method: 'get',
      path: '/v1/securities',
      verb: 'credit.read',
      tag: 'Credit',
      summary: "Security on the account of a customer's payer, newest first",
      query: byCustomerQuery,
      answers: { 200: { description: 'A page of securities.', schema: securityPage } },
      async handle({ actor, query: { limit, cursor, customer } }) {
        const rows = await listSecurities(store.db, actor, { customer, after: afterId(cursor) }, limit);
        const show = ({ valueMinor, ...row }: (typeof rows)[number]) => ({
          ...row,
          value: formatAmount(valueMinor, row.currency),
        });
        return { status: 200, body: pageFrom(rows, limit, show, (row) => [row.id]) };
      },
    }),
  ];
}

function rates(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/exchange-rates',
      verb: 'rate.write',
      tag: 'Credit',
      summary:
        'Record a dated exchange rate, which serves both ways; limits in another currency are judged by the newest on file. One far from those around its day waits for a second person',
      body: postRate,
      idempotent: 'external-id',
      answers: {
        200: { description: 'Corrected, or known.', schema: postRateAnswer },
        201: { description: 'Recorded.', schema: postRateAnswer },
        ...pendingAnswer,
      },
      async handle({ actor, body, language }) {
        const { reason = null, ...document } = body;
        const recorded = await askRate(store, actor, document, reason);
        if ('act' in recorded) return answerPending(store, actor, recorded, language);
        return { status: recorded.created ? 201 : 200, body: { changed: recorded.changed } };
      },
    }),
    route({
      method: 'get',
      path: '/v1/exchange-rates',
      verb: 'credit.read',
      tag: 'Credit',
      summary: 'Exchange rates on file, the newest day first',
      query: rateQuery,
      answers: { 200: { description: 'A page of rates.', schema: ratePage } },
      async handle({ query: { limit, cursor, ...filter } }) {
        const after =
          cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([businessDate, currencyCode, currencyCode]));
        const rows = await listRates(store.db, { ...filter, after }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => row,
            (row) => [row.on, row.base, row.quote],
          ),
        };
      },
    }),
  ];
}

const exposure = (store: Services['store']): RouteSpec =>
  route({
    method: 'get',
    path: '/v1/customers/{id}/exposure',
    verb: 'credit.read',
    tag: 'Credit',
    summary:
      "What a customer's payer and group could owe, by bucket, against their limits; now, or as it stood at the end of a past day",
    params: idParams,
    query: exposureQuery,
    answers: { 200: { description: 'The exposure.', schema: exposureAnswer } },
    async handle({ actor, params, query }) {
      return { status: 200, body: showExposure(await viewExposure(store, actor, params.id, query)) };
    },
  });

function showExposure({ customer, today, horizonDays, exposure: found, documents }: ExposureView) {
  const accounts = found?.accounts ?? [];
  const codeOf = new Map(accounts.map((account) => [account.id, account.code]));
  const show = (position: Position | null) => position && showPosition(position, codeOf.get(position.accountId) ?? customer);
  return {
    customer,
    asOf: today,
    horizon: horizonOf(today, horizonDays),
    payer: show(found?.payer ?? null),
    group: show(found?.group ?? null),
    accounts: accounts.map((account) => showAccount(account, today, horizonDays)),
    documents: documents.map(({ amountMinor, ...one }) => ({ ...one, amount: formatAmount(amountMinor, one.currency) })),
  };
}

function showPosition(position: Position, account: string) {
  const { currency, version, exposureMinor, limitMinor, limitKind, raisedMinor, expiredOn } = position;
  const text = (minor: number): string => formatAmount(minor, currency);
  return {
    account,
    currency,
    version,
    exposure: text(exposureMinor),
    limit: limitMinor === null ? null : text(limitMinor),
    limitKind,
    raised: text(raisedMinor),
    expiredOn,
    headroom: limitMinor === null ? null : text(totalMinor([limitMinor, -exposureMinor])),
    unconverted: position.unconverted.map((one) => ({ currency: one.currency, amount: formatAmount(one.minor, one.currency) })),
  };
}

function showAccount(account: AccountFacts, today: string, horizonDays: number) {
  const text = (minor: number): string => formatAmount(minor, account.currency);
  return {
    on: account.kind,
    account: account.code,
    currency: account.currency,
    version: account.version,
    counted: text(countedMinor(account, today, horizonDays)),
    buckets: Object.fromEntries(Object.entries(account.balances).map(([bucket, minor]) => [bucket, text(minor)])),
    dated: account.dated.map(({ bucket, onDate, amountMinor }) => ({ bucket, on: onDate, amount: text(amountMinor) })),
    limits: account.limits.map(({ amountMinor, ...limit }) => ({ ...limit, amount: text(amountMinor) })),
    securities: account.securities.map((security) => {
      const { valueMinor, ...shown } = security;
      return { ...shown, value: text(valueMinor), counts: text(securedMinor(security)) };
    }),
  };
}

import { z } from 'zod';
import { idParams, instant, ourId } from '../../../contracts/platform/common.ts';
import { legalAnswer, legalPage, legalQuery } from '../../../contracts/legal/legal-cases.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { listLegalCases, readLegalCase } from '../../../store/legal/legal-read.ts';
import type { LegalCaseView } from '../../../store/legal/legal-read.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** What went to legal. */
export function legalCaseRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/legal-cases',
      verb: 'legal.read',
      tag: 'Legal cases',
      summary: 'Legal cases, newest first',
      query: legalQuery,
      answers: { 200: { description: 'A page of cases.', schema: legalPage } },
      async handle({ actor, query }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([instant, ourId]));
        const rows = await listLegalCases(store, actor, { ...filter, after }, limit);
        return { status: 200, body: pageFrom(rows, limit, show, (row) => [row.openedAt, row.id]) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/legal-cases/{id}',
      verb: 'legal.read',
      tag: 'Legal cases',
      summary: 'A legal case with its receivables and tasks',
      params: idParams,
      answers: { 200: { description: 'The case.', schema: legalAnswer } },
      async handle({ actor, params }) {
        return { status: 200, body: show(await readLegalCase(store, actor, params.id)) };
      },
    }),
  ];
}

const show = ({ openMinor, receivables, ...found }: LegalCaseView) => ({
  ...found,
  open: formatAmount(openMinor, found.currency),
  receivables: receivables.map(({ openMinor: part, ...one }) => ({ ...one, open: formatAmount(part, found.currency) })),
});

import { z } from 'zod';
import { ageingPage, ageingQuery } from '../../../contracts/ledger/ageing.ts';
import { exactSum, formatAmount } from '../../../domain/platform/money.ts';
import { readAgeing } from '../../../store/ledger/ageing.ts';
import type { AgeingRow } from '../../../store/ledger/ageing.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** What was owed on a day, by age. */
export function ageingRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/ageing',
      verb: 'receivable.read',
      tag: 'Receivables',
      summary: 'What each customer owed at the end of a day, by days past due, as the books were that day',
      query: ageingQuery,
      answers: { 200: { description: 'A page of customers and currencies.', schema: ageingPage } },
      async handle({ actor, query }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([z.string(), z.string()]));
        const { asOf, rows } = await readAgeing(store, actor, { ...filter, after }, limit);
        const body = pageFrom(
          rows,
          limit,
          (row) => show(row, asOf),
          (row) => [row.customer, row.currency],
        );
        return { status: 200, body };
      },
    }),
  ];
}

function show(row: AgeingRow, asOf: string) {
  const text = (minor: number | bigint): string => formatAmount(minor, row.currency);
  return {
    ...{ customer: row.customer, currency: row.currency, asOf },
    open: text(row.openMinor),
    notDue: text(row.notDueMinor),
    days1to30: text(row.days30Minor),
    days31to60: text(row.days60Minor),
    days61to90: text(row.days90Minor),
    over90: text(row.over90Minor),
    disputed: text(row.disputedMinor),
    unapplied: text(row.unappliedMinor),
    writtenOff: text(row.writtenOffMinor),
    recovered: text(row.recoveredMinor),
    balance: text(exactSum([row.openMinor, -row.unappliedMinor])),
  };
}

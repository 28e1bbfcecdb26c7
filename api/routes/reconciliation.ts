import { idParams } from '../../contracts/common.ts';
import { standingAnswer } from '../../contracts/reconciliation.ts';
import { formatAmount } from '../../domain/kernel/money.ts';
import { doubtfulMinor } from '../../domain/reconciliation/difference.ts';
import { readStanding } from '../../store/reconciliation/standing.ts';
import { route } from '../route.ts';
import type { RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';

/** Where a customer's books and ours stand to one another. */
export function reconciliationRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/reconciliation/{id}',
      verb: 'statement.read',
      tag: 'Reconciliation',
      summary: "Where a customer's books and ours stand: what waits for an answer, what differs",
      params: idParams,
      answers: { 200: { description: 'The standing.', schema: standingAnswer } },
      async handle({ actor, params }) {
        const { customer, standing } = await readStanding(store, actor, params.id);
        const text = ({ amountMinor, ...one }: { amountMinor: number; currency: string }) => ({
          ...one,
          amount: formatAmount(amountMinor, one.currency),
        });
        const doubtful = Object.entries(doubtfulMinor(standing)).map(([currency, amountMinor]) =>
          text({ currency, amountMinor }),
        );
        return { status: 200, body: { customer, ...standing, openDifferences: standing.openDifferences.map(text), doubtful } };
      },
    }),
  ];
}

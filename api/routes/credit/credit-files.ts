import { creditFile, creditFileParams } from '../../../contracts/credit/credit-files.ts';
import { readCreditFile } from '../../../store/credit/credit-files.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** What was decided on, kept as it was. */
export function creditFileRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/credit-files/{hash}',
      verb: 'credit-file.read',
      tag: 'Credit applications',
      summary: 'A credit file as it was when somebody decided on it; `duecourse credit-file verify` recomputes its hash',
      params: creditFileParams,
      answers: { 200: { description: 'The credit file with the decisions that rest on it.', schema: creditFile } },
      async handle({ actor, params }) {
        return { status: 200, body: await readCreditFile(store.db, actor, params.hash) };
      },
    }),
  ];
}

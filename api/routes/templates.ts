import { z } from 'zod';
import { templatePage, templateQuery } from '../../contracts/templates.ts';
import { listTemplates } from '../../store/templates-read.ts';
import { decodeCursor, pageFrom } from '../cursor.ts';
import { route } from '../route.ts';
import type { RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';

/** What messages are made from. */
export function templateRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/templates',
      verb: 'template.read',
      tag: 'Templates',
      summary: 'The newest version of each template, by channel and language',
      query: templateQuery,
      answers: { 200: { description: 'A page of templates.', schema: templatePage } },
      async handle({ query }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([z.string(), z.string(), z.string()]));
        const rows = await listTemplates(store, { ...filter, after }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => row,
            (row) => [row.id, row.language, row.channel],
          ),
        };
      },
    }),
  ];
}

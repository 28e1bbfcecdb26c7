import {
  delegation,
  delegationPage,
  delegationQuery,
  endDelegation,
  newDelegation,
} from '../../../contracts/access/delegations.ts';
import { idParams, ourId } from '../../../contracts/platform/common.ts';
import { z } from 'zod';
import { delegate, listDelegations, revokeDelegation } from '../../../store/access/delegations.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** Who decides for whom while somebody is absent. */
export function delegationRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/delegations',
      verb: 'delegation.read',
      tag: 'Credit applications',
      summary: 'Delegations, newest first',
      query: delegationQuery,
      answers: { 200: { description: 'A page of delegations.', schema: delegationPage } },
      async handle({ query: { limit, cursor } }) {
        const before = cursor === undefined ? null : decodeCursor(cursor, z.tuple([ourId]))[0];
        const rows = await listDelegations(store.db, limit, before);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => row,
            (row) => [row.id],
          ),
        };
      },
    }),
    route({
      method: 'post',
      path: '/v1/delegations',
      verb: 'delegation.manage',
      tag: 'Credit applications',
      summary: 'Let somebody decide for an absent person, in their role, for some days',
      body: newDelegation,
      idempotent: 'key',
      answers: { 201: { description: 'In force from its first day.', schema: delegation } },
      async handle({ actor, body }) {
        return { status: 201, body: await delegate(store, actor, body) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/delegations/{id}/revoke',
      verb: 'delegation.manage',
      tag: 'Credit applications',
      summary: 'End a delegation at once',
      params: idParams,
      body: endDelegation,
      idempotent: 'key',
      answers: { 200: { description: 'Ended.', schema: delegation } },
      async handle({ actor, params, body }) {
        return { status: 200, body: await revokeDelegation(store, actor, params.id, body.reason) };
      },
    }),
  ];
}

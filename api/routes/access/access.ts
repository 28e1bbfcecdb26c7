import { z } from 'zod';
import { apiKey, apiKeys, createdApiKey, me, newApiKey, revocation } from '../../../contracts/access/access.ts';
import { idParams, pageQuery } from '../../../contracts/platform/common.ts';
import { permissionsOf } from '../../../domain/platform/actor.ts';
import { confirmApiKey, createApiKey, listApiKeys, revokeApiKey } from '../../../store/access/api-keys.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** Who am I, and the keys of systems. */
export function accessRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/me',
      verb: 'signed-in',
      tag: 'Access',
      summary: 'The caller: role, scope and permissions',
      answers: { 200: { description: 'The caller.', schema: me } },
      handle: ({ actor }) => Promise.resolve({ status: 200, body: { ...actor, permissions: permissionsOf(actor.role) } }),
    }),
    route({
      method: 'get',
      path: '/v1/api-keys',
      verb: 'key.manage',
      tag: 'Access',
      summary: 'API keys within your regions, newest first, without their secrets',
      query: z.strictObject(pageQuery),
      answers: { 200: { description: 'A page of keys.', schema: apiKeys } },
      async handle({ actor, query }) {
        const before = query.cursor === undefined ? null : decodeCursor(query.cursor, z.tuple([z.uuid()]))[0];
        const rows = await listApiKeys(store.db, actor, query.limit + 1, before);
        return {
          status: 200,
          body: pageFrom(
            rows,
            query.limit,
            (row) => row,
            (row) => [row.id],
          ),
        };
      },
    }),
    ...changes(store),
  ];
}

function changes(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/api-keys',
      verb: 'key.manage',
      tag: 'Access',
      summary:
        'Make an API key; its secret is in this answer and nowhere else. One whose role decides waits for a second administrator',
      body: newApiKey,
      secretAnswer: true,
      answers: { 201: { description: 'The key with its secret.', schema: createdApiKey } },
      async handle({ actor, body }) {
        const { key, secret } = await createApiKey(store, body, actor);
        return { status: 201, body: { ...key, secret } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/api-keys/{id}/confirm',
      verb: 'key.manage',
      tag: 'Access',
      summary: 'Put in force a key that another administrator proposed',
      params: idParams,
      idempotent: 'external-id',
      answers: { 200: { description: 'The key, in force.', schema: apiKey } },
      async handle({ actor, params }) {
        return { status: 200, body: await confirmApiKey(store, params.id, actor) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/api-keys/{id}/revoke',
      verb: 'key.manage',
      tag: 'Access',
      summary: 'Revoke an API key, effective at its next request',
      params: idParams,
      body: revocation,
      idempotent: 'external-id',
      answers: { 200: { description: 'The key, revoked.', schema: apiKey } },
      async handle({ actor, params, body }) {
        return { status: 200, body: await revokeApiKey(store, params.id, actor, body.reason ?? null) };
      },
    }),
  ];
}

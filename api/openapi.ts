import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import type { RouteConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { problem } from '../contracts/common.ts';
import type { RouteSpec } from './route.ts';

type Document = ReturnType<OpenApiGeneratorV31['generateDocument']>;
type Responses = RouteConfig['responses'];

const VERSION = '1.0.0';
const idempotencyKey = z.object({
  'idempotency-key': z.string().max(200).optional().meta({
    description: 'The same key and body get the same answer, with Idempotency-Replayed: true.',
    example: '2026-10-05-P-1',
  }),
});

const problemsOf = (spec: RouteSpec): Partial<Record<number, string>> => ({
  ...(spec.verb === 'open' ? {} : { 401: 'No valid credential.' }),
  ...(spec.verb === 'open' || spec.verb === 'signed-in' ? {} : { 403: 'The role may not do that.' }),
  ...(spec.path.includes('{') ? { 404: 'There is no such thing, or it is not yours to see.' } : {}),
  ...(spec.method === 'get'
    ? {}
    : { 409: 'In conflict with what is known, or still running.', 413: 'Too large or too deep.', 415: 'Another content type.' }),
  422: 'Understood, but a field does not fit.',
  429: 'Too many requests.',
  503: 'Database or engine unreachable; nothing half-done.',
});

function responsesOf(spec: RouteSpec): Responses {
  const responses: Responses = {};
  for (const [status, description] of Object.entries(problemsOf(spec)))
    responses[status] = { description: description ?? '', content: { 'application/problem+json': { schema: problem } } };
  for (const [status, { description, schema, example, type }] of Object.entries(spec.answers))
    responses[status] = {
      description,
      content: { [type ?? 'application/json']: { schema, ...(example === undefined ? {} : { example }) } },
    };
  return responses;
}

function bodyOf(spec: RouteSpec): NonNullable<RouteConfig['request']>['body'] {
  if (spec.upload) {
    const schema = z.string().meta({ format: 'binary' });
    return { required: true, content: Object.fromEntries(spec.upload.types.map((type) => [type, { schema }])) };
  }
  if (!spec.body) return undefined;
  const type = spec.form ? 'application/x-www-form-urlencoded' : 'application/json';
  return { required: !spec.body.safeParse({}).success, content: { [type]: { schema: spec.body } } };
}

const operationId = (spec: RouteSpec): string =>
  [spec.method, ...spec.path.split('/').filter((part) => part !== '' && part !== 'v1')]
    .map((part) => part.replaceAll(/[{}]/g, ''))
    .map((part, at) => (at === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1)))
    .join('')
    .replaceAll(/\W(\w)/g, (_, next: string) => next.toUpperCase());

function pathOf(spec: RouteSpec): RouteConfig {
  const body = bodyOf(spec);
  return {
    method: spec.method,
    path: spec.path,
    operationId: operationId(spec),
    tags: [spec.tag],
    summary: spec.summary,
    description: spec.verb === 'open' || spec.verb === 'signed-in' ? undefined : `Needs the permission \`${spec.verb}\`.`,
    security: spec.verb === 'open' ? [] : [{ key: [] }],
    request: {
      ...(spec.params && { params: spec.params }),
      ...(spec.query && { query: spec.query }),
      ...(body && { body }),
      ...(spec.method === 'post' && spec.verb !== 'open' && { headers: idempotencyKey }),
    },
    responses: responsesOf(spec),
  };
}

/** The OpenAPI 3.1 document of the routes. */
export function openApiOf(routes: readonly RouteSpec[], publicUrl: string): Document {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer', description: 'An API key, dck_…' });
  for (const spec of routes) registry.registerPath(pathOf(spec));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Duecourse',
      version: VERSION,
      description:
        "Credit control and receivables collection. Amounts are decimal strings beside their currency; dates are YYYY-MM-DD in the seller's zone; instants are RFC 3339 UTC. Errors are problem+json in Chinese or English by Accept-Language.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    tags: [...new Set(routes.map((spec) => spec.tag))].map((name) => ({ name })),
  });
}

import { z } from 'zod';
import { problem } from '../contracts/platform/common.ts';
import { Components } from './openapi-schemas.ts';
import type { JsonSchema } from './openapi-schemas.ts';
import type { RouteSpec } from './route.ts';
import { tagWords } from './tags.ts';

const VERSION = '1.0.0';
/** The content type of every error [RFC 9457]. */
export const PROBLEM = 'application/problem+json';

/** An OpenAPI 3.1 document, as far as this product writes one. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: object;
  servers: readonly { url: string }[];
  tags: readonly { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: object; schemas: Record<string, JsonSchema> };
}
export interface Operation {
  operationId: string;
  tags: readonly string[];
  summary: string;
  description?: string;
  security: readonly object[];
  parameters?: readonly object[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: JsonSchema; example?: unknown }> }>;
}

const idempotencyKey = z.string().max(200).meta({ example: '2026-10-05-P-1' });
const anyBytes: JsonSchema = { type: 'string', format: 'binary', contentMediaType: 'application/octet-stream' };

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

function responsesOf(spec: RouteSpec, components: Components): Operation['responses'] {
  const responses: Operation['responses'] = {};
  for (const [status, description] of Object.entries(problemsOf(spec)))
    responses[status] = {
      description: description ?? '',
      content: { [PROBLEM]: { schema: components.add(problem, 'output') } },
    };
  for (const [status, { description, schema, example, type }] of Object.entries(spec.answers)) {
    const content = {
      [type ?? 'application/json']: { schema: components.add(schema, 'output'), ...(example !== undefined && { example }) },
    };
    // A readiness answer of 503 stands beside the problem of the same status.
    responses[status] =
      status === '204' ? { description } : { description, content: { ...responses[status]?.content, ...content } };
  }
  return {
    ...responses,
    default: { description: 'Any other error.', content: { [PROBLEM]: { schema: components.add(problem, 'output') } } },
  };
}

function uploadOf(spec: RouteSpec, components: Components): Operation['requestBody'] {
  const { types, parts } = spec.upload ?? { types: [] };
  const content = types.map((type) => {
    if (type !== 'multipart/form-data' || !parts) return [type, { schema: { ...anyBytes } }] as const;
    const fields = components.add(parts, 'input');
    const properties = { file: { ...anyBytes, description: 'The file.' }, ...(fields['properties'] as object) };
    return [type, { schema: { type: 'object', properties, required: ['file'] } }] as const;
  });
  return { required: true, content: Object.fromEntries(content) };
}

function bodyOf(spec: RouteSpec, components: Components): Operation['requestBody'] {
  if (spec.upload) return uploadOf(spec, components);
  if (!spec.body) return undefined;
  const type = spec.form ? 'application/x-www-form-urlencoded' : 'application/json';
  return { required: !spec.body.safeParse({}).success, content: { [type]: { schema: components.add(spec.body, 'input') } } };
}

function parameter(
  name: string,
  place: 'path' | 'query' | 'header',
  schema: JsonSchema,
  required: boolean,
  description?: string,
) {
  const said = description ?? schema['description'];
  return { name, in: place, required, ...(said !== undefined && { description: said }), schema };
}

function parametersOf(spec: RouteSpec, components: Components): object[] {
  const within = (object: z.ZodObject | undefined, place: 'path' | 'query') =>
    Object.entries((object?.shape ?? {}) as Record<string, z.ZodType>).map(([name, schema]) =>
      parameter(name, place, components.add(schema, 'input'), place === 'path' || !schema.safeParse(undefined).success),
    );
  const repeatable = spec.method === 'post' && spec.verb !== 'open';
  const key = 'The same key and body get the same answer, with Idempotency-Replayed: true.';
  return [
    ...within(spec.params, 'path'),
    ...within(spec.query, 'query'),
    ...(repeatable ? [parameter('Idempotency-Key', 'header', components.add(idempotencyKey, 'input'), false, key)] : []),
  ];
}

const operationId = (spec: RouteSpec): string =>
  [spec.method, ...spec.path.split('/').filter((part) => part !== '' && part !== 'v1')]
    .map((part) => part.replaceAll(/[{}]/g, ''))
    .map((part, at) => (at === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1)))
    .join('')
    .replaceAll(/\W(\w)/g, (_, next: string) => next.toUpperCase());

function operationOf(spec: RouteSpec, components: Components): Operation {
  const requestBody = bodyOf(spec, components);
  const parameters = parametersOf(spec, components);
  return {
    operationId: operationId(spec),
    tags: [spec.tag],
    summary: spec.summary,
    ...(spec.verb !== 'open' && spec.verb !== 'signed-in' && { description: `Needs the permission \`${spec.verb}\`.` }),
    security: spec.verb === 'open' ? [] : [{ key: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: responsesOf(spec, components),
  };
}

/** The OpenAPI 3.1 document of the routes: what may be sent and what is answered, each in its own reading of the contracts. */
export function openApiOf(routes: readonly RouteSpec[], publicUrl: string): OpenApiDocument {
  const components = new Components();
  const paths: OpenApiDocument['paths'] = {};
  for (const spec of routes) (paths[spec.path] ??= {})[spec.method] = operationOf(spec, components);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Duecourse',
      version: VERSION,
      description:
        "Credit control and receivables collection. Amounts are decimal strings beside their currency; dates are YYYY-MM-DD in the seller's zone; instants are RFC 3339 UTC. Errors are problem+json in Chinese or English by Accept-Language.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    tags: [...new Set(routes.map((spec) => spec.tag))].map((name) => ({ name, description: tagWords[name] })),
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key, dck_…' } },
      schemas: components.finish(),
    },
  };
}

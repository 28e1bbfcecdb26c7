import Ajv2020 from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Express } from 'express';
import { createApp } from '../../api/app.ts';
import type { AppOptions } from '../../api/app.ts';
import { createMetrics } from '../../api/metrics.ts';
import type { AnswerGiven } from '../../api/mount.ts';
import { openApiOf } from '../../api/openapi.ts';
import type { OpenApiDocument } from '../../api/openapi.ts';
import type { RouteSpec } from '../../api/route.ts';
import { allRoutes } from '../../api/routes/index.ts';
import { systemRoutes } from '../../api/routes/platform/system.ts';
import type { Services } from '../../api/services.ts';
import { pino } from 'pino';

const escaped = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

/** Places of an answer that are kept in minor units; the engine's own events of a process are shown as they are. */
function minorUnits(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => minorUnits(one, `${at}/${index}`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'events' && Array.isArray(inner)) return [];
    return key === 'minor' || key.endsWith('Minor') ? [`${at}/${key}`] : minorUnits(inner, `${at}/${key}`);
  });
}

/** Places that a problem names as if they stood in the body: of a request without one, or parts of its path. */
const strayPointers = (verb: string, path: string, body: unknown): string[] => {
  const errors = (body as { errors?: { pointer: string }[] } | null)?.errors ?? [];
  const inBody = errors.map(({ pointer }) => pointer).filter((pointer) => !/^(?:[?{]|Last-Event-ID$)/.test(pointer));
  return inBody.filter((pointer) => verb === 'get' || path.includes(`{${pointer.slice(1)}}`));
};

/** Sentences of a problem that hold an instant as machines write it, but for the example of how to write one. */
const saidInstants = (body: unknown): string[] => {
  const { detail, errors = [] } = (body ?? {}) as { detail?: string; errors?: { detail: string }[] };
  return [detail ?? '', ...errors.map((one) => one.detail)].filter((text) =>
    /\d{4}-\d\d-\d\dT\d\d:/.test(text.replaceAll('"2026-12-31T18:00:00+08:00"', '')),
  );
};

/**
 * Holds answers against the published document, as a client's strict validator would: draft 2020-12, all formats, unknown fields
 * refused. Throws with the places that do not fit.
 */
export function publishedBy(routes: () => readonly RouteSpec[]): (answer: AnswerGiven) => void {
  let held: { document: OpenApiDocument; ajv: InstanceType<typeof Ajv2020.default> } | null = null;
  const known = new Map<string, ValidateFunction>();
  const open = (): NonNullable<typeof held> => {
    if (held) return held;
    const ajv = new Ajv2020.default({ strict: true, strictRequired: false, allErrors: true, validateFormats: true });
    addFormats.default(ajv);
    ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger });
    ajv.addFormat('binary', true);
    const document = openApiOf(routes(), 'http://localhost');
    // Only its schemas are JSON Schema; the rest of the document is none of the validator's business.
    ajv.addVocabulary(['openapi', 'info', 'servers', 'security', 'tags', 'paths', 'components']);
    ajv.addSchema(document, 'published');
    return (held = { document, ajv });
  };
  return ({ method, path, status, type, body }) => {
    const { document, ajv } = open();
    const verb = method.toLowerCase() === 'head' ? 'get' : method.toLowerCase();
    const operation = document.paths[path]?.[verb];
    // A path that is nobody's, or a method it does not have: the only answer is a problem.
    const key = operation?.responses[status] ? String(status) : 'default';
    const declared = operation?.responses[key];
    if (status < 400 && (!declared || key === 'default'))
      throw new Error(`${method} ${path} answers ${status}, which the document does not say`);
    const wire: unknown = JSON.parse(JSON.stringify(body));
    if (declared && !declared.content) {
      if (wire !== null) throw new Error(`${method} ${path} ${status} answers with a body that the document does not have`);
      return;
    }
    if (declared && !declared.content?.[type])
      throw new Error(`${method} ${path} ${status} answers ${type}, which the document does not say`);
    const place = declared
      ? `#/paths/${escaped(path)}/${verb}/responses/${key}/content/${escaped(type)}/schema`
      : '#/components/schemas/Problem';
    const check = known.get(place) ?? ajv.compile({ $ref: `published${encodeURI(place)}` });
    known.set(place, check);
    const kept = minorUnits(wire);
    if (kept.length > 0) throw new Error(`${method} ${path} ${status} shows minor units: ${kept.join(', ')}`);
    const astray = status < 400 ? [] : strayPointers(verb, path, wire);
    if (astray.length > 0)
      throw new Error(`${method} ${path} ${status} names places that it does not have: ${astray.join(', ')}`);
    const instants = status < 400 ? [] : saidInstants(wire);
    if (instants.length > 0) throw new Error(`${method} ${path} ${status} says instants: ${instants.join(' | ')}`);
    if (check(wire)) return;
    throw new Error(`${method} ${path} ${status} is not what the document says: ${ajv.errorsText(check.errors)}`);
  };
}

/** By the routes they are of: to make the document and its validators takes longer than many a test, and files share a process. */
const checks = new Map<string, ReturnType<typeof publishedBy>>();

function checkOf(routes: readonly RouteSpec[]): ReturnType<typeof publishedBy> {
  const key = routes.map(({ method, path }) => `${method} ${path}`).join('\n');
  const check = checks.get(key) ?? publishedBy(() => routes);
  checks.set(key, check);
  return check;
}

/** The API over its services, silent, each of its answers held against the document that it publishes. */
export function checkedApp(services: Services, options: Partial<AppOptions> = {}): Express {
  const routes = options.routes ?? allRoutes(services);
  const metrics = options.metrics ?? createMetrics(services.store);
  // Routes of a test's own may have any schema: only the product's are known by their names.
  const answered = options.routes
    ? publishedBy(() => [...systemRoutes(services, metrics), ...routes])
    : checkOf([...systemRoutes(services, metrics), ...routes]);
  const { log = pino({ level: 'silent' }), ...rest } = options;
  return createApp(services, { answered, ...rest, log, routes, metrics });
}

import express from 'express';
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import rateLimit, { ipKeyGenerator } from 'express-rate-limit';
import { z } from 'zod';
import type { Actor } from '../domain/platform/actor.ts';
import { Refusal, invalidAt } from '../domain/platform/refusal.ts';
import { actorOf, admit, rememberedOf } from './auth.ts';
import { once } from './idempotency.ts';
import { holdsNul, jsonLimits, readJson } from './json-body.ts';
import { MethodNotAllowed, parsePart } from './problem.ts';
import { refusedAt } from './refused-at.ts';
import type { Answer, Language, RouteSpec } from './route.ts';
import type { Services } from './services.ts';

/** A JSON answer as it goes over the wire, with the route (OpenAPI form) that gives it. */
export interface AnswerGiven {
  method: string;
  path: string;
  status: number;
  type: string;
  body: unknown;
}

export interface MountOptions {
  /** Hears each answer before it goes out; what it throws is a defect. */
  answered?: (answer: AnswerGiven) => void;
}

const nothing = z.strictObject({});
const NUL_IN_JSON = '\\u0000';
const PROBES_A_MINUTE = 600;

/** What the steps of one request hand on. */
interface Locals {
  actor: Actor | null;
  language: Language;
  route: string;
}
export const localsOf = (res: Response): Locals => res.locals as Locals;

/** zh or en by Accept-Language; en when neither is asked for. */
export function languageOf(req: Request): Language {
  return req.acceptsLanguages(['en', 'zh']) === 'zh' ? 'zh' : 'en';
}

/** Whether a person opened the address in a browser, rather than a page or a program asking. */
export const isOpened = (req: Request): boolean => req.method === 'GET' && /\btext\/html\b/.test(req.get('accept') ?? '');

/** '/v1/customers/{id}' as Express writes it. */
const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Requests a minute of one credential, or of one address without a valid one. */
function limiter(perMinute: number): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (req, res) => localsOf(res as Response).actor?.id ?? ipKeyGenerator(req.ip ?? ''),
    handler: (_req, res, next) => {
      const until = Number(res.getHeader('Retry-After') ?? 60);
      next(new Refusal('rate-limited', { seconds: until }));
    },
  });
}

/** Reads the bytes of a body in the content types the route takes; 415 for any other. */
function bodyReader(spec: RouteSpec): RequestHandler {
  const types = spec.upload?.types ?? [spec.form ? 'application/x-www-form-urlencoded' : 'application/json'];
  const read = express.raw({ type: () => true, limit: spec.upload?.maxBytes ?? jsonLimits.bytes });
  return (req, res, next) => {
    const length = Number(req.headers['content-length'] ?? 0);
    const hasBody = length > 0 || req.headers['transfer-encoding'] !== undefined;
    const charset = /charset="?([^";]+)/i.exec(req.headers['content-type'] ?? '')?.[1]?.toLowerCase();
    const odd = !spec.upload && charset !== undefined && charset !== 'utf-8' && charset !== 'utf8';
    if (hasBody && (odd || req.is([...types]) === false || req.headers['content-type'] === undefined))
      return next(new Refusal('unsupported-media', { type: req.headers['content-type'] ?? '-' }));
    read(req, res, next);
  };
}

const bytesOf = (req: Request): Buffer => (Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0));

function bodyOf(spec: RouteSpec, bytes: Buffer): unknown {
  if (spec.upload) return {};
  if (spec.form) return Object.fromEntries(new URLSearchParams(bytes.toString('utf8')));
  return readJson(bytes);
}

/** PostgreSQL keeps no U+0000: nothing of that name or id can be there. */
function refuseNul(part: object, pointer: (name: string) => string): void {
  for (const [name, value] of Object.entries(part))
    if (holdsNul(name) || holdsNul(value)) throw invalidAt(pointer(holdsNul(name) ? '' : name), 'text-unkeepable');
}

/** The four moves of a request: parse, (authorised before), one call, translate. */
async function answerRequest(
  services: Services,
  spec: RouteSpec,
  actor: Actor,
  req: Request,
  res: Response,
): Promise<Answer | null> {
  const { language } = localsOf(res);
  refuseNul(req.params, (name) => `{${name}}`);
  // Balancers and scrapers add what they like to a probe's address: it asks for nothing.
  const asked = spec.verb === 'open' && !spec.query ? {} : req.query;
  refuseNul(asked, (name) => `?${name}`);
  // Health must answer while Postgres is away, and its paths hold no date.
  const seen = { language, today: spec.verb === 'open' ? null : await services.store.policies.today() };
  const params = parsePart(spec.params ?? nothing, { ...req.params }, 'path', seen);
  const query = parsePart(spec.query ?? nothing, { ...asked }, 'query', seen);
  const bytes = bytesOf(req);
  const body = spec.method === 'get' ? {} : parsePart(spec.body ?? nothing, bodyOf(spec, bytes), 'body', seen);
  // What no field named already: PostgreSQL cannot keep it, wherever it stands.
  if (!spec.upload && bytes.includes(NUL_IN_JSON) && holdsNul(body)) throw invalidAt('', 'text-unkeepable');
  const call = { actor, params, query, body, file: spec.upload ? bytes : Buffer.alloc(0), language, req };
  if (spec.method !== 'post') return spec.handle(call);
  return once(services.store, { spec, actor, req, res, bytes }, async () => {
    const answer = await spec.handle(call);
    if ('write' in answer) throw new Error(`${spec.method} ${spec.path} may not stream`);
    return answer;
  });
}

async function send(req: Request, res: Response, answer: Answer): Promise<void> {
  res.status(answer.status);
  if ('write' in answer) return answer.write(res);
  res.set(answer.headers ?? {});
  if (isOpened(req)) res.type('json').send(JSON.stringify(answer.body, null, 2));
  else res.json(answer.body);
}

const passOn =
  (work: (req: Request, res: Response) => Promise<void>): RequestHandler =>
  (req: Request, res: Response, next: NextFunction) => {
    work(req, res).catch((error: unknown) => next(refusedAt(error, req.params as Record<string, string>)));
  };

/** Mounts the routes: who, how often, may they, what do they say, then the call. Paths without the method answer 405. */
export function mount(router: Router, services: Services, routes: readonly RouteSpec[], options: MountOptions = {}): void {
  const limit = limiter(services.config.rateLimit);
  // Whoever fills an address's share must not make a load balancer believe that the process is gone.
  const probes = limiter(Math.max(services.config.rateLimit, PROBES_A_MINUTE));
  for (const spec of routes) {
    const path = expressPath(spec.path);
    const identify: RequestHandler = (req, res, next) => {
      localsOf(res).route = spec.path;
      const known = (actor: Actor | null): void => {
        localsOf(res).actor = actor;
        next();
      };
      // Health must answer while Postgres is away, credential or not.
      const find = spec.credential === 'judged-by-verb' ? rememberedOf : actorOf;
      find(services.store, req).then(known, (error: unknown) => (spec.verb === 'open' ? known(null) : next(error)));
    };
    const authorise: RequestHandler = (_req, res, next) => {
      admit(localsOf(res).actor, spec.verb);
      next();
    };
    const act = passOn(async (req, res) => {
      const actor = admit(localsOf(res).actor, spec.verb);
      const answer = await answerRequest(services, spec, actor, req, res);
      if (!answer) return;
      if (!('write' in answer)) options.answered?.({ method: req.method, path: spec.path, type: 'application/json', ...answer });
      await send(req, res, answer);
    });
    const steps = [
      identify,
      spec.tag === 'System' ? probes : limit,
      authorise,
      ...(spec.method === 'get' ? [] : [bodyReader(spec)]),
      act,
    ];
    router[spec.method](path, ...steps);
  }
  for (const path of new Set(routes.map((spec) => spec.path))) {
    const methods = routes.filter((spec) => spec.path === path).map((spec) => spec.method.toUpperCase());
    router.all(expressPath(path), () => {
      throw new MethodNotAllowed([...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', '));
    });
  }
}

import { randomUUID } from 'node:crypto';
import express from 'express';
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { Refusal } from '../domain/platform/refusal.ts';
import { serveDocs } from './docs.ts';
import { errorFacts } from '../domain/platform/error-facts.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { isOpened, languageOf, localsOf, mount } from './mount.ts';
import type { AnswerGiven } from './mount.ts';
import { PROBLEM, openApiOf } from './openapi.ts';
import { problemOf } from './problem.ts';
import type { RouteSpec } from './route.ts';
import { allRoutes } from './routes/index.ts';
import { systemRoutes } from './routes/platform/system.ts';
import type { Services } from './services.ts';

export interface AppOptions {
  log: Logger;
  /** Hears each JSON answer before it goes out; tests hold it against the published document, and what it throws is a defect. */
  answered?: (answer: AnswerGiven) => void;
  /** The routes to mount beside health and metrics; all of the product's when not given. */
  routes?: readonly RouteSpec[];
  metrics?: Metrics;
}

const requestId = /^[\w.-]{8,64}$/;
const quiet = new Set(['/healthz', '/readyz', '/metrics']);

const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';

/** Nothing of a request is logged but its method, route, status, time and actor: a path may hold a name where an id belongs. */
function accessLog(log: Logger): RequestHandler {
  return pinoHttp<Request, Response>({
    logger: log,
    genReqId: (req) => {
      const sent = req.headers['x-request-id'];
      return typeof sent === 'string' && requestId.test(sent) ? sent : randomUUID();
    },
    autoLogging: { ignore: (req) => quiet.has(pathOf(req.url ?? '')) },
    customLogLevel: (_req, res) => (res.statusCode === 503 ? 'warn' : res.statusCode >= 500 ? 'error' : 'info'),
    customErrorMessage: (_req, res) => (res.statusCode === 503 ? 'a dependency is unavailable' : 'request failed'),
    serializers: {
      req: (req: { id: string; method: string }) => ({ id: req.id, method: req.method }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
      err: errorFacts,
    },
    customProps: (_req, res) => ({ actor: localsOf(res).actor?.id, route: localsOf(res).route }),
    wrapSerializers: false,
  });
}

const contentPolicy = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  crossOriginEmbedderPolicy: false,
});

/** The response's id, its language, and its time for the metrics. */
function prepare(metrics: Metrics): RequestHandler {
  return (req, res, next) => {
    const began = process.hrtime.bigint();
    const locals = localsOf(res);
    locals.actor = null;
    locals.language = languageOf(req);
    locals.route = 'none';
    res.set({
      'X-Request-Id': String(req.id),
      'Content-Language': locals.language,
      Vary: 'Accept-Language',
      'Cache-Control': 'no-store',
    });
    res.on('finish', () => {
      metrics.observe(locals.route, req.method, res.statusCode, Number(process.hrtime.bigint() - began) / 1e9);
    });
    next();
  };
}

/** The error goes into the one line of its request; where that has none, or said 200 already, into a line of its own. */
function note(req: Request, res: Response, error: unknown): void {
  if (quiet.has(req.path) || res.headersSent) req.log.error({ err: error }, 'request failed');
  else res.err = error instanceof Error ? error : new Error('thrown, and no Error');
}

function translateErrors(metrics: Metrics, answered: AppOptions['answered']): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    const instance = `${req.path}#${String(req.id)}`;
    const { status, body, headers, defect } = problemOf(error, localsOf(res).language, instance);
    if (defect) metrics.defect();
    if (status >= 500) note(req, res, error);
    if (res.headersSent) return next(error);
    // Only a person who opens a link is asked for a key by the browser; programs and pages get the plain answer.
    res.status(status).set(headers);
    if (status === 401 && isOpened(req)) res.append('WWW-Authenticate', 'Basic realm="duecourse", charset="UTF-8"');
    answered?.({ method: req.method, path: localsOf(res).route, status, type: PROBLEM, body });
    res.type(PROBLEM).send(JSON.stringify(body));
  };
}

/** The API over its services; nothing listens yet. */
export function createApp(services: Services, options: AppOptions): Express {
  const { log } = options;
  const metrics = options.metrics ?? createMetrics(services.store);
  const routes = [...systemRoutes(services, metrics), ...(options.routes ?? allRoutes(services))];
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple').set('trust proxy', services.config.trustProxy);
  app.set('case sensitive routing', true);
  app.use(accessLog(log), contentPolicy, prepare(metrics));
  serveDocs(app, () => openApiOf(routes, services.config.publicUrl));
  mount(app, services, routes, options);
  app.use(() => {
    throw new Refusal('not-found');
  });
  app.use(translateErrors(metrics, options.answered));
  return app;
}

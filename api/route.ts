import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Actor, Permission } from '../domain/platform/actor.ts';
import type { Tag } from './tags.ts';

export type Language = 'zh' | 'en';

/** An answer of a route; `body` must fit the schema of its status. */
export interface JsonAnswer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  /** What came of it is not known yet: it is not kept under an Idempotency-Key, whose repeat asks again. */
  pending?: boolean;
}
/** An answer the route writes itself: server-sent events, metrics, files. `write` resolves when it has ended the response. */
export interface StreamAnswer {
  status: number;
  write(res: Response): Promise<void>;
}
export type Answer = JsonAnswer | StreamAnswer;

/** One request, parsed and authorised. `actor` comes from the credential, never from the body. */
export interface Call<P, Q, B> {
  actor: Actor;
  params: P;
  query: Q;
  body: B;
  /** Bytes of a route with `upload`; empty otherwise. */
  file: Buffer;
  language: Language;
  req: Request;
}

/** Who may: a permission; `signed-in`: any valid credential; `open`: nobody is asked (health, documentation, signed callbacks). */
export type Access = Permission | 'signed-in' | 'open';

interface RouteFacts {
  method: 'get' | 'put' | 'post';
  /** OpenAPI form: '/v1/customers/{id}'. */
  path: string;
  verb: Access;
  tag: Tag;
  summary: string;
  /** What each status answers; `type` when it is not JSON. */
  answers: Record<number, { description: string; schema: z.ZodType; example?: unknown; type?: string }>;
  /** Repeats are harmless by the caller's id in the document, or (POST) by an Idempotency-Key; the header is honoured on every POST. */
  idempotent?: 'external-id' | 'key';
  /**
   * The verb judges in its own statement that the credential still holds, so that whoever calls may be remembered from an earlier
   * request: a revoked key ends at its next request all the same, and the look-up costs no round trip.
   */
  credential?: 'judged-by-verb';
  /** The answer holds a secret shown once: it is not kept for repeats. */
  secretAnswer?: true;
  /** The body is not JSON but a file of at most `maxBytes` in one of these content types; `call.file` holds it. `parts`: of a form, beside its `file`. */
  upload?: { types: readonly string[]; maxBytes: number; parts?: z.ZodObject };
  /** The body is a form (application/x-www-form-urlencoded), given to `body` as an object of texts. */
  form?: true;
}

/** A route as it is mounted and documented. */
export interface RouteSpec extends RouteFacts {
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  handle(call: Call<unknown, unknown, unknown>): Promise<Answer>;
}

type Parsed<T> = T extends z.ZodType ? z.output<T> : Record<string, never>;

/**
 * Declares a route: parse with its schemas, authorise by its verb, one call, translate. The types of params, query and body are inferred.
 * Refusals thrown by `handle` become problems; anything else a generic 500.
 */
export function route<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  spec: RouteFacts & {
    params?: P;
    query?: Q;
    body?: B;
    handle(call: Call<Parsed<P>, Parsed<Q>, Parsed<B>>): Promise<Answer>;
  },
): RouteSpec {
  const { params, query, body, handle, ...facts } = spec;
  return {
    ...facts,
    ...(params && { params }),
    ...(query && { query }),
    ...(body && { body }),
    handle: (call) => handle(call as Call<Parsed<P>, Parsed<Q>, Parsed<B>>),
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Role } from '../../domain/platform/actor.ts';
import type { ApiKeys } from '../keys.ts';

/** A request the API refused, in its own words. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;
  readonly code: string;

  constructor(request: string, status: number, code: string, detail: string) {
    super(`${request}: ${detail} (${status} ${code})`);
    this.status = status;
    this.code = code;
  }
}

/** Speaks to the API as an ERP or a collector would: over HTTP, with the key of a role. */
export interface ApiClient {
  /**
   * The body of a 2xx answer. Throws ApiRefusal on a refusal; an API that is not there is tried again for half a minute. `key`: what the
   * request is known by, where its body names no document.
   */
  call(role: Role, method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown, key?: string): Promise<Record<string, unknown>>;
}

const TRIES = 20;
const PAUSE_MS = 1_500;

export function apiClient(url: string, keys: ApiKeys, signal: AbortSignal): ApiClient {
  const once = async (role: Role, method: string, path: string, body: unknown, key?: string): Promise<Response> =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${keys[role]}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    async call(role, method, path, body, key) {
      for (let attempt = 1; ; attempt++) {
        signal.throwIfAborted();
        const answer = await once(role, method, path, body, key).catch((error: unknown) => {
          if (attempt >= TRIES) throw error;
          return null;
        });
        if (answer?.ok) return (await answer.json()) as Record<string, unknown>;
        if (answer && (answer.status !== 503 || attempt >= TRIES)) {
          const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
          const { code = 'unknown', detail = answer.statusText } = problem;
          throw new ApiRefusal(`${method} ${path}`, answer.status, code, detail);
        }
        await delay(PAUSE_MS, undefined, { signal });
      }
    },
  };
}

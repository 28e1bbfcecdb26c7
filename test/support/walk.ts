import { expect } from 'vitest';
import type { RouteSpec } from '../../api/route.ts';
import { allRoutes } from '../../api/routes/index.ts';
import type { Role } from '../../domain/platform/actor.ts';
import type { TestApi } from './api.ts';
import { mayCall, writeOneOfEach } from './one-of-each.ts';

/** One of each kind of record, written through the API, and every way to read it. */
export interface Walk {
  /** Every route that reads, but those of UNREAD. */
  routes: () => RouteSpec[];
  /** The paths of a route with the ids of all that its list holds: at least one. */
  pathsOf: (spec: RouteSpec) => Promise<string[]>;
  /** A role that may call the route. */
  mayCall: (spec: RouteSpec) => Role;
  /** Reads and expects 200. */
  read: (role: Role, path: string, language: string) => Promise<{ data?: { id: string }[] }>;
}

/** Routes that the walk leaves out, with the reason; any other is walked, or fails it. */
export const UNREAD: Readonly<Record<string, string>> = {
  '/v1/events': 'a stream that does not end: test/platform/events.test.ts reads it',
};

/** An id that the engine gives to a decision. */
const UPDATE = '01980a3e-7c1e-7000-8000-000000000001';

/** Writes one of each; nothing may look at it meanwhile. */
export async function walkOneOfEach(api: TestApi): Promise<Walk> {
  const made = await writeOneOfEach(api);

  async function read(role: Role, path: string, language: string): Promise<{ data?: { id: string }[] }> {
    const res = await api.as(role).get(path).set('Accept-Language', language);
    expect(res.status, `${path} in ${language}: ${res.text.slice(0, 300)}`).toBe(200);
    expect(res.text, path).not.toMatch(/undefined|\[object/);
    return res.body as { data?: { id: string }[] };
  }

  /** What a list wants to be told before it answers: whose it is, or of which days. */
  function neededQuery(spec: RouteSpec): string {
    const known: Record<string, string> = { customer: 'C-1', from: '2026-09-01', to: '2026-09-30' };
    const missing = spec.query?.safeParse({}).error?.issues.map((issue) => String(issue.path[0])) ?? [];
    return missing.length === 0
      ? ''
      : `?${new URLSearchParams(Object.fromEntries(missing.map((name) => [name, known[name] ?? ''])))}`;
  }

  async function found(spec: RouteSpec): Promise<string[]> {
    const [base = '', rest] = spec.path.split('/{');
    if (rest === undefined) return [spec.path + neededQuery(spec)];
    if (base === '/v1/processes') {
      const rows = await api.store.db.selectFrom('wake').select('subject').execute();
      return rows.map(({ subject }) => spec.path.replace('{workflowId}', subject).replace('{id}', UPDATE));
    }
    if (base === '/v1/policies')
      return spec.path.includes('version') ? ['/v1/policies/credit-rules/1'] : ['/v1/policies/credit-rules'];
    if (base === '/v1/templates') {
      const { data = [] } = await read('auditor', '/v1/templates', 'en');
      return data
        .map((row) => row as unknown as Record<string, string>)
        .map((t) => `/v1/templates/${t['id']}/${t['language']}/${t['channel']}`);
    }
    const listed = everyRead().some(({ path }) => path === base);
    if (made[base] === undefined && !listed) return [];
    const ids = made[base] === undefined ? ((await read('auditor', base, 'en')).data ?? []).map(({ id }) => id) : [made[base]];
    return ids.map((id) => spec.path.replace('{name}', 'ownership').replace(/\{\w+\}/, id));
  }

  async function pathsOf(spec: RouteSpec): Promise<string[]> {
    const paths = await found(spec);
    expect(
      paths.length,
      `nothing to read at ${spec.path}: write one in one-of-each.ts, or give a reason in UNREAD`,
    ).toBeGreaterThan(0);
    return paths;
  }

  const everyRead = () => allRoutes(api.services).filter((spec) => spec.method === 'get' && UNREAD[spec.path] === undefined);
  return { routes: everyRead, pathsOf, mayCall, read };
}

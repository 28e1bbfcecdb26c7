import type { Express } from 'express';
import type { Logger } from 'pino';
import request from 'supertest';

import { createApiKey } from '../../api/auth.ts';
import { clockControlOf } from '../../api/clock-control.ts';
import { checkedApp } from './published.ts';
import { createCommands } from '../../api/commands.ts';
import type { Commands } from '../../api/commands.ts';
import { readConfig } from '../../config/env.ts';
import type { Config } from '../../config/env.ts';
import type { RouteSpec } from '../../api/route.ts';
import type { Services } from '../../api/services.ts';
import { roles } from '../../domain/platform/actor.ts';
import type { Role } from '../../domain/platform/actor.ts';
import type { OpenStore } from '../../store/open.ts';
import { openBooks } from './books.ts';

/** Nothing listens there: calls to the engine fail at once. */
const nowhere = '127.0.0.1:1';

/** The API over a database of its own, without a worker; every answer is held against its schema. */
export interface TestApi {
  app: Express;
  services: Services;
  store: OpenStore;
  config: Config;
  url: string;
  keys: Record<Role, string>;
  /** A request with the key of a role, or with none. */
  as(role: Role | null): ReturnType<typeof request.agent>;
  /** How many rows of facts, audit, events and idempotency there are. */
  written(): Promise<number>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  routes?: (services: Services) => readonly RouteSpec[];
  env?: Record<string, string>;
  log?: Logger;
  commands?: Commands;
  business?: string;
  speed?: number;
}

export async function openTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const { business = '2026-09-01T02:00:00.000Z', speed = 0 } = options;
  const books = await openBooks({ at: business, speed, max: 5 });
  const { store, url } = books;
  const config = readConfig({
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: nowhere,
    DUECOURSE_MODE: 'local',
    LOG_LEVEL: 'silent',
    DUECOURSE_RATE_LIMIT: '1000000',
    ...options.env,
  });
  const commands = options.commands ?? createCommands(config.temporal);
  const closing = new AbortController();
  const services: Services = { store, commands, config, clockControl: clockControlOf(store), closing: closing.signal };
  const keys = {} as Record<Role, string>;
  for (const role of roles) {
    const scope = role === 'sales' ? { owner: 'lin' } : {};
    keys[role] = (await createApiKey(store, { name: `test ${role}`, role, scope })).secret;
  }
  const routes = options.routes?.(services);
  const app = checkedApp(services, { ...(options.log && { log: options.log }), ...(routes && { routes }) });
  return {
    app,
    services,
    store,
    config,
    url,
    keys,
    as(role) {
      const agent = request.agent(app);
      return role === null ? agent : agent.set('Authorization', `Bearer ${keys[role]}`);
    },
    async written() {
      const counts = await Promise.all(
        (
          ['audit', 'event', 'idempotency', 'customer', 'invoice', 'payment', 'job', 'message', 'work_order', 'wake'] as const
        ).map((table) =>
          store.db
            .selectFrom(table)
            .select((of) => of.fn.countAll<number>().as('n'))
            .executeTakeFirstOrThrow(),
        ),
      );
      return counts.reduce((sum, { n }) => sum + Number(n), 0);
    },
    async close() {
      closing.abort();
      await commands.close();
      await books.close();
    },
  };
}

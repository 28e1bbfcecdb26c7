import request from 'supertest';
import type { Express } from 'express';
import type { Test } from 'supertest';
import { clockControlOf } from '../../api/clock-control.ts';
import { createCommands } from '../../api/commands.ts';
import type { Role } from '../../domain/platform/actor.ts';
import { createApiKey } from '../../store/access/api-keys.ts';
import { checkedApp } from './published.ts';
import { openWorld } from './world.ts';
import type { World } from './world.ts';
import type { WorldOptions } from './world-over.ts';

/** Somebody with a credential of a role. */
export interface Clerk {
  get(path: string): Test;
  post(path: string, body: object): Test;
  put(path: string, body: object): Test;
}

/** A whole world with its HTTP interface; every answer is held against its schema. */
export type LedgerWorld = World & {
  app: Express;
  as(role: Role): Clerk;
  /** The receivable as a collector reads it. */
  read(id: string): Promise<Record<string, unknown>>;
  /** The customer's balance in CNY, or an empty object. */
  balance(customer: string): Promise<Record<string, unknown>>;
};

const every = ['erp', 'collector', 'credit_officer', 'credit_manager', 'finance_director', 'auditor', 'admin'] as const;

export async function openLedgerWorld(options: WorldOptions): Promise<LedgerWorld> {
  const world = await openWorld({ ...options, env: { DUECOURSE_RATE_LIMIT: '1000000', ...options.env } });
  const { store, config } = world;
  const commands = createCommands(config.temporal);
  const app = checkedApp({ store, commands, config, clockControl: clockControlOf(store) });
  const secrets = new Map<Role, string>();
  for (const role of every) secrets.set(role, (await createApiKey(store, { name: role, role, scope: {} })).secret);
  const as = (role: Role): Clerk => {
    const send = (test: Test): Test => test.set('Authorization', `Bearer ${secrets.get(role) ?? ''}`);
    return {
      get: (path) => send(request(app).get(path)),
      post: (path, body) => send(request(app).post(path)).send(body),
      put: (path, body) => send(request(app).put(path)).send(body),
    };
  };
  return {
    ...world,
    app,
    as,
    async read(id) {
      return (await as('collector').get(`/v1/receivables/${id}`).expect(200)).body as Record<string, unknown>;
    },
    async balance(customer) {
      const { balances } = (await as('collector').get(`/v1/customers/${customer}`).expect(200)).body as {
        balances: Record<string, unknown>[];
      };
      return balances.find((one) => one['currency'] === 'CNY') ?? {};
    },
    async close() {
      await commands.close();
      await world.close();
    },
  };
}

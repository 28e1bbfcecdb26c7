import { randomUUID } from 'node:crypto';
import request from 'supertest';
import type { Test } from 'supertest';

import { clockControlOf } from '../../api/clock-control.ts';
import { checkedApp } from './published.ts';
import { createCommands } from '../../api/commands.ts';
import type { Commands } from '../../api/commands.ts';
import type { Role, Actor } from '../../domain/platform/actor.ts';
import type { CustomerDocument } from '../../domain/ledger/documents.ts';
import { createApiKey } from '../../store/access/api-keys.ts';
import type { Config } from '../../config/env.ts';
import type { OpenStore } from '../../store/open.ts';
import { factsOf } from './facts.ts';
import { openWorld, until } from './world.ts';
import type { World } from './world.ts';
import { looksOf } from './world-over.ts';
import type { WorldOptions } from './world-over.ts';
import type { ApprovalMatrix } from '../../domain/approvals/policy.ts';

/** Somebody with a credential. */
export interface Person {
  id: string;
  role: Role;
  secret: string;
  get(path: string): Test;
  put(path: string, body: object): Test;
  post(path: string, body: object, key?: string): Test;
}

export interface Seat {
  tier: number;
  role: Role;
  state: string;
  deadline: string | null;
  decidedBy: string | null;
  onBehalfOf: string | null;
  at: string | null;
  reason: string | null;
}
export interface Shown {
  id: string;
  state: string;
  round: number;
  grade: string | null;
  route: Seat[];
  offer: { limit: string | null; termsDays: number | null };
  exposureVersion: number;
  granted: Record<string, unknown> | null;
  waitingFor: { facts: string[]; connectors: string[] } | null;
  why: { code: string; text: string };
  dossierHash: string | null;
  dossier: Record<string, unknown>;
}
export interface Problem {
  code: string;
  detail: string;
}

/** The API over a store and an engine, and people who ask and decide. */
export interface CreditOffice {
  commands: Commands;
  person(role: Role, scope?: Actor['scope']): Promise<Person>;
  /** A customer with nothing against it; answers its id. */
  debtor(externalId: string, more?: Partial<CustomerDocument>): Promise<string>;
  /** Applies for credit and waits until somebody must decide, or it has ended. */
  apply(by: Person, customer: string, asked?: Asked): Promise<string>;
  show(id: string): Promise<Shown>;
  /** The route in short: `1 credit_officer open`. */
  route(id: string): Promise<string[]>;
  /** Decides with the exposure version as it is shown now. */
  decide(
    by: Person,
    id: string,
    verdict: string,
    more?: object,
    key?: string,
  ): Promise<{ status: number; body: Shown & Problem; headers: Record<string, string> }>;
  /** Posts through an API of its own over these commands. */
  postOver(commands: Commands, by: Person, path: string, body: object): Promise<{ status: number; body: Problem }>;
  rests(id: string): Promise<void>;
}
export type CreditWorld = World & CreditOffice;

export interface Asked {
  kind?: string;
  limit?: string;
  termsDays?: number;
  validUntil?: string;
  externalId?: string;
}

/** A whole world with its credit office. */
export async function openCreditWorld(options: WorldOptions): Promise<CreditWorld> {
  const world = await openWorld({ ...options, env: { DUECOURSE_RATE_LIMIT: '1000000', ...options.env } });
  const office = await openOffice(world.store, world.config);
  return {
    ...world,
    ...office,
    async close() {
      await office.commands.close();
      await world.close();
    },
  };
}

/** The credit office over a store and the engine of a config; workers are somebody else's. */
export async function openOffice(store: OpenStore, config: Config): Promise<CreditOffice> {
  await approveMatrix(store);
  const commands = createCommands(config.temporal);
  const facts = factsOf(store);
  const looks = looksOf(store);
  const appOver = (over: Commands) => checkedApp({ store, commands: over, config, clockControl: clockControlOf(store) });
  const app = appOver(commands);
  const auditor = await personOf('auditor');

  async function personOf(role: Role, scope: Actor['scope'] = {}): Promise<Person> {
    const { key, secret } = await createApiKey(store, { name: role, role, scope });
    const send = (test: Test): Test => test.set('Authorization', `Bearer ${secret}`);
    return {
      id: key.id,
      role,
      secret,
      get: (path) => send(request(app).get(path)),
      put: (path, body) => send(request(app).put(path)).send(body),
      post: (path, body, idempotencyKey) => {
        const test = send(request(app).post(path));
        return (idempotencyKey === undefined ? test : test.set('Idempotency-Key', idempotencyKey)).send(body);
      },
    };
  }
  const show = async (id: string): Promise<Shown> =>
    (await auditor.get(`/v1/credit-applications/${id}`).expect(200)).body as Shown;
  const rests = (id: string): Promise<void> =>
    until(`application ${id} rests`, async () => {
      const { asked, answered } = await looks.wake(`credit-application-${id}`);
      const row = await store.db
        .selectFrom('credit_application')
        .select(['state', 'waiting_for'])
        .where('id', '=', id)
        .executeTakeFirst();
      const on = row?.state === 'assessing' && row.waiting_for === null;
      return asked === answered && !on;
    });
  return {
    commands,
    person: personOf,
    debtor: (externalId, more = {}) => facts.customer(externalId, { type: 'dealer', region: 'SH', owner: 'lin', ...more }),
    async apply(by, customer, asked = {}) {
      const { kind = 'new', externalId = `CA-${randomUUID()}`, ...requested } = { limit: '50000.00', ...asked };
      const body = { externalId, customer, kind, requested, reason: 'new business' };
      const { id } = (await by.post('/v1/credit-applications', body).expect(202)).body as { id: string };
      await rests(id);
      return id;
    },
    show,
    route: async (id) => (await show(id)).route.map(({ tier, role, state }) => `${tier} ${role} ${state}`),
    async decide(by, id, verdict, more = {}, key) {
      const { exposureVersion } = await show(id);
      const body = { verdict, reason: `${verdict} by ${by.role}`, exposureVersion, ...more };
      const res = await by.post(`/v1/credit-applications/${id}/decision`, body, key);
      return { status: res.status, body: res.body as Shown & Problem, headers: res.headers as Record<string, string> };
    },
    async postOver(over, by, path, body) {
      const res = await request(appOver(over)).post(path).set('Authorization', `Bearer ${by.secret}`).send(body);
      return { status: res.status, body: res.body as Problem };
    },
    rests,
  };
}

/** A matrix whatever the scorecard says: small limits by officer and manager, others by officer, then manager and director side by side. */
const matrix: ApprovalMatrix = {
  rows: [
    {
      id: 'small',
      when: { maxUnits: 20, maxTermsDays: 60 },
      title: { en: 'small', zh: '小额' },
      tiers: [
        { roles: ['credit_officer'], deadlineWorkingDays: 3 },
        { roles: ['credit_manager'], deadlineWorkingDays: 3 },
      ],
    },
    {
      id: 'large',
      when: {},
      title: { en: 'large', zh: '大额' },
      tiers: [
        { roles: ['credit_officer'], deadlineWorkingDays: 3 },
        { roles: ['credit_manager', 'finance_director'], deadlineWorkingDays: 5 },
      ],
    },
  ],
  byHandFrom: { units: 1_000, termsDays: 365 },
};

async function approveMatrix(store: OpenStore): Promise<void> {
  await store.db
    .insertInto('policy')
    .values({
      kind: 'approval-matrix',
      version: 2,
      content: JSON.stringify(matrix),
      content_hash: 'test',
      effective_from: '1970-01-01',
      author: 'test',
      approved_by: 'another',
      created_at: '2026-01-01T00:00:00.000Z',
    })
    .execute();
  store.policies.refresh();
}

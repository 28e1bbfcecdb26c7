import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { readConfig } from '../../config/env.ts';
import type { Actor } from '../../domain/kernel/actor.ts';
import type { Instant } from '../../domain/kernel/calendar.ts';
import { parseAmount } from '../../domain/kernel/money.ts';
import { receivableWorkflowId } from '../../domain/kernel/subject.ts';
import type { CustomerDocument } from '../../domain/collection/documents.ts';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { upsertCustomer } from '../../store/customers.ts';
import { postInvoice } from '../../store/invoices.ts';
import { postPayment } from '../../store/payments.ts';
import { setUp } from '../../store/setup.ts';
import { stepTo } from '../../store/stepping.ts';
import { startWorker } from '../../worker/main.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { freshDatabase } from './database.ts';

export const erp: Actor = { kind: 'key', id: 'erp-test', role: 'erp', scope: {} };

/** A whole product on the run's real Postgres and Temporal: its own database and task queue, a standing clock, one worker. */
export interface World {
  url: string;
  store: OpenStore;
  worker: RunningWorker;
  taskQueue: string;
  config: ReturnType<typeof readConfig>;
  customer(externalId: string, more?: Partial<CustomerDocument>): Promise<string>;
  /** Posts an invoice of one instalment; answers the receivable's id. */
  invoice(of: { id: string; customer: string; amount: string; issued: string; due: string }): Promise<string>;
  pay(of: { id: string; customer: string; amount: string; on: string; invoice: string }): Promise<string>;
  /** Steps the standing clock to the day's given hour (00:00 unless told) in Shanghai. */
  step(day: string, hour?: number): Promise<void>;
  rungs(receivableId: string): Promise<{ rung: string; state: string; reason: string | null; on: string }[]>;
  receivable(
    id: string,
  ): Promise<{ stage: string; outcome: string | null; plan_step: string; plan_rung: string | null; seq: number }>;
  close(): Promise<void>;
}

export const shanghai = (day: string, hour = 0): Instant =>
  new Date(`${day}T${String(hour).padStart(2, '0')}:00:00+08:00`).toISOString();
const show = (fields: object, message: string): void => {
  if (process.env['WORLD_LOG']) console.error(message, fields);
};
const silent = { info: show, warn: show, error: show };

/** Settings of a process of this test run. */
export function worldConfig(url: string, taskQueue: string, more: Record<string, string> = {}) {
  return readConfig({
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: inject('temporalNamespace'),
    DUECOURSE_TASK_QUEUE: taskQueue,
    DUECOURSE_MODE: 'local',
    LOG_LEVEL: 'silent',
    ...more,
  });
}

export async function openWorld({
  from,
  speed = 0,
  env = {},
}: {
  from: string;
  speed?: number;
  env?: Record<string, string>;
}): Promise<World> {
  const { url, drop } = await freshDatabase();
  await setUp(url, { business: shanghai(from), speed, pinned: false });
  const taskQueue = `world-${randomUUID()}`;
  const config = worldConfig(url, taskQueue, env);
  const worker = await startWorker({ config, log: silent });
  const store = openStore({ url, max: 4 });
  const minor = (amount: string, currency = 'CNY'): number => {
    const parsed = parseAmount(amount, currency);
    if (!parsed.ok) throw new Error(parsed.code);
    return parsed.minor;
  };
  return {
    url,
    store,
    worker,
    taskQueue,
    config,
    async customer(externalId, more = {}) {
      const { id } = await upsertCustomer(store, erp, customerOf(externalId, more));
      return id;
    },
    async invoice({ id, customer, amount, issued, due }) {
      const { receivables } = await postInvoice(store, erp, {
        externalId: id,
        customer,
        number: id,
        issueDate: issued,
        currency: 'CNY',
        amountMinor: minor(amount),
        taxRate: null,
        taxMinor: null,
        terms: null,
        deliveredOn: null,
        contract: null,
        order: null,
        ladder: null,
        instalments: [{ no: 1, amountMinor: minor(amount), dueDate: due, kind: 'other' }],
      });
      return receivables[0]?.id ?? '';
    },
    async pay({ id, customer, amount, on, invoice }) {
      const posted = await postPayment(store, erp, {
        externalId: id,
        customer,
        amountMinor: minor(amount),
        currency: 'CNY',
        receivedOn: on,
        reference: invoice,
        allocations: null,
      });
      return posted.id;
    },
    async step(day, hour = 0) {
      await stepTo(store, { kind: 'system', id: 'test', role: 'system', scope: {} }, shanghai(day, hour));
    },
    async rungs(receivableId) {
      const rows = await store.db
        .selectFrom('rung')
        .selectAll()
        .where('receivable_id', '=', receivableId)
        .orderBy('position')
        .execute();
      return rows.map(({ rung, state, reason, at }) => ({
        rung,
        state,
        reason,
        on: new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 10),
      }));
    },
    async receivable(id) {
      return store.db
        .selectFrom('receivable')
        .select(['stage', 'outcome', 'plan_step', 'plan_rung', 'seq'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
    },
    async close() {
      await worker.shutdown();
      await store.close();
      await drop();
    },
  };
}

function customerOf(externalId: string, more: Partial<CustomerDocument>): CustomerDocument {
  return {
    externalId,
    name: `Customer ${externalId}`,
    type: 'other',
    tier: null,
    region: 'SH',
    currency: 'CNY',
    terms: { days: 30, from: 'invoiceDate' },
    taxId: null,
    taxRate: null,
    group: null,
    payer: null,
    owner: null,
    ladder: 'general-30',
    debtorClass: null,
    creditorWasSme: null,
    contacts: [
      {
        id: 'c1',
        name: 'Test Person',
        role: 'finance',
        email: `${externalId.toLowerCase()}@customer.example`,
        mobile: null,
        wecom: null,
        language: 'en',
      },
    ],
    facts: {},
    ...more,
  };
}

export const workflowIdOf = receivableWorkflowId;

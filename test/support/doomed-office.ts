import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { openOffice } from './credit-world.ts';
import type { CreditOffice } from './credit-world.ts';
import { freshDatabase } from './database.ts';
import { fleetOver } from './fleet.ts';
import type { Fleet, WorkerProcess } from './fleet.ts';
import { expectNoFailures } from './invariants.ts';
import { shanghai } from './shanghai.ts';
import { configOf } from './world-over.ts';

/** A credit office in stepped time whose workers are processes of their own, to die at a commit. */
export interface DoomedOffice {
  url: string;
  store: OpenStore;
  office: CreditOffice;
  fleet: Fleet;
  /** A worker that dies after the commit of the action, and one that takes over. */
  doom(action: string): Promise<{ doomed: WorkerProcess; successor: Promise<void> }>;
  /** No workflow failed or is stuck. */
  expectNoFailures(): Promise<void>;
  close(): Promise<void>;
}

export async function openDoomedOffice(): Promise<DoomedOffice> {
  const { url, drop } = await freshDatabase();
  await setUp(url, { business: shanghai('2026-09-01', '09:00'), speed: 0, pinned: false });
  const ground = { url, temporalAddress: inject('temporalAddress'), temporalNamespace: inject('temporalNamespace') };
  const taskQueue = `doomed-${randomUUID()}`;
  const store = openStore({ url, max: 6 });
  const office = await openOffice(store, configOf(ground, taskQueue, { DUECOURSE_RATE_LIMIT: '1000000' }));
  const fleet = fleetOver(ground, taskQueue);
  const connection = await Connection.connect({ address: ground.temporalAddress });
  return {
    url,
    store,
    office,
    fleet,
    async doom(action) {
      const doomed = fleet.start({ crashAfter: action });
      await doomed.ready;
      return { doomed, successor: doomed.ended.then(() => fleet.start().ready) };
    },
    expectNoFailures: () => expectNoFailures(new Client({ connection, namespace: ground.temporalNamespace }), taskQueue),
    async close() {
      await fleet.close();
      await office.commands.close();
      await connection.close();
      await store.close();
      await drop();
    },
  };
}

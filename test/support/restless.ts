import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { sql } from 'kysely';
import { expect, inject } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { system } from './actors.ts';
import { freshBooks } from './database.ts';
import { startFakeSmtp } from './fake-smtp.ts';
import { fleetOver } from './fleet.ts';
import type { Fleet } from './fleet.ts';
import { expectIntact, expectNoFailures } from './invariants.ts';
import { arrivalsOf } from './judged-facts.ts';
import type { JudgedInvoice, Judgement } from './ledger-judge.ts';
import { readLived } from './lived-ledger.ts';
import { shanghai } from './shanghai.ts';
import { INSTALLATION, letOut } from './let-out.ts';

/** A database in stepped time, a mail server, and workers in processes of their own, to be killed or frozen. */
export interface RestlessGround {
  store: OpenStore;
  fleet: Fleet;
  /** Rungs that were asked for or taken so far: how far the processes are. */
  steps(): Promise<number>;
  /** Lives the ledger through. */
  live(ledger: readonly JudgedInvoice[]): Promise<void>;
  /** All that was to be done was done, once, as an independent calculation has it; a mail whose fate is unknown went out once at most. */
  expectAsJudged(expected: Judgement): Promise<void>;
  close(): Promise<void>;
}

/** Business time goes from the first to the second date. */
export async function openRestless(from: string, to: string): Promise<RestlessGround> {
  const database = await freshBooks(shanghai(from), 0);
  const ground = {
    url: database.url,
    temporalAddress: inject('temporalAddress'),
    temporalNamespace: inject('temporalNamespace'),
  };
  const store = openStore({ url: database.url, max: 6 });
  await letOut(store);
  const smtp = await startFakeSmtp();
  const taskQueue = `restless-${randomUUID()}`;
  const fleet = fleetOver(ground, taskQueue, {
    SMTP_URL: smtp.url,
    SMTP_FROM: 'Accounts <ar@seller.example>',
    DUECOURSE_INSTALLATION: INSTALLATION,
  });
  const connection = await Connection.connect({ address: ground.temporalAddress });
  return {
    store,
    fleet,
    async steps() {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from audit where action in ('rung.requested', 'rung.taken')`.execute(store.db);
      return rows[0]?.n ?? 0;
    },
    async live(ledger) {
      await stepTo(store, system, shanghai(to), { incoming: await arrivalsOf(store, ledger, from) });
    },
    async expectAsJudged(expected) {
      const { found, late, unanswered, unknown } = await readLived(store);
      expect(found).toEqual(expected);
      expect({ late, unanswered }).toEqual({ late: [], unanswered: 0 });
      const mails = smtp.mails.map((mail) => `${mail.envelopeTo.join()} ${mail.parsed.text ?? ''}`);
      expect(new Set(mails).size).toBe(mails.length);
      expect(mails.length).toBeLessThanOrEqual(expected.messages.length);
      expect(mails.length).toBeGreaterThanOrEqual(expected.messages.length - unknown);
      await expectIntact(store.db);
      await expectNoFailures(new Client({ connection, namespace: inject('temporalNamespace') }), taskQueue);
    },
    async close() {
      await fleet.close();
      await connection.close();
      await store.close();
      await smtp.close();
      await database.drop();
    },
  };
}

import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { stepTo } from '../../store/stepping.ts';
import { freshDatabase } from '../support/database.ts';
import { system } from '../support/actors.ts';
import { shanghai } from '../support/shanghai.ts';
import { startFakeSmtp } from '../support/fake-smtp.ts';
import type { FakeSmtp } from '../support/fake-smtp.ts';
import { fleetOver } from '../support/fleet.ts';
import type { Fleet } from '../support/fleet.ts';
import { expectIntact, expectNoFailures } from '../support/invariants.ts';
import { arrivalsOf, crowdedLedger } from '../support/judged-facts.ts';
import { judge } from '../support/ledger-judge.ts';
import type { JudgedInvoice, Judgement } from '../support/ledger-judge.ts';
import { readLived } from '../support/lived-ledger.ts';
import { until } from '../support/world.ts';

const FROM = '2026-03-02';
const UNTIL = '2026-03-20';

describe('a made-up ledger in stepped time, whose workers are not left in peace', () => {
  let store: OpenStore;
  let smtp: FakeSmtp;
  let fleet: Fleet;
  let connection: Connection;
  let drop: () => Promise<void>;
  let taskQueue: string;

  beforeEach(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    await setUp(database.url, { business: shanghai(FROM), speed: 0, pinned: false });
    const ground = {
      url: database.url,
      temporalAddress: inject('temporalAddress'),
      temporalNamespace: inject('temporalNamespace'),
    };
    store = openStore({ url: database.url, max: 6 });
    smtp = await startFakeSmtp();
    taskQueue = `kills-${randomUUID()}`;
    fleet = fleetOver(ground, taskQueue, { SMTP_URL: smtp.url, SMTP_FROM: 'Accounts <ar@seller.example>' });
    connection = await Connection.connect({ address: ground.temporalAddress });
  });
  afterEach(async () => {
    await fleet.close();
    await connection.close();
    await store.close();
    await smtp.close();
    await drop();
  });

  /** Rungs that were asked for or taken so far: how far the processes are. */
  async function steps(): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from audit where action in ('rung.requested', 'rung.taken')`.execute(store.db);
    return rows[0]?.n ?? 0;
  }

  async function live(ledger: readonly JudgedInvoice[]): Promise<void> {
    await stepTo(store, system, shanghai(UNTIL), { incoming: await arrivalsOf(store, ledger, FROM) });
  }

  /** All that was to be done was done, once, as an independent calculation has it; a mail whose fate is unknown went out once at most. */
  async function expectAsJudged(expected: Judgement): Promise<void> {
    const { found, late, unanswered, unknown } = await readLived(store);
    expect(found).toEqual(expected);
    expect({ late, unanswered }).toEqual({ late: [], unanswered: 0 });
    const mails = smtp.mails.map((mail) => `${mail.envelopeTo.join()} ${mail.parsed.text ?? ''}`);
    expect(new Set(mails).size).toBe(mails.length);
    expect(mails.length).toBeLessThanOrEqual(expected.messages.length);
    expect(mails.length).toBeGreaterThanOrEqual(expected.messages.length - unknown);
    await expectIntact(store.db);
    await expectNoFailures(new Client({ connection, namespace: inject('temporalNamespace') }), taskQueue);
  }

  it(
    'two workers and two relays, one of them frozen for longer than a task may take, are as one',
    { timeout: 240_000 },
    async () => {
      const ledger = crowdedLedger(120, 12, FROM);
      const expected = judge(ledger, UNTIL);
      const [zombie] = [fleet.start(), fleet.start()];
      if (!zombie) throw new Error('no worker');
      await zombie.ready;
      const living = live(ledger);
      await until('the first steps', async () => (await steps()) >= 20, 60_000);
      zombie.freeze();
      const frozen = performance.now();
      await until('16 seconds are over', () => Promise.resolve(performance.now() - frozen > 16_000));
      zombie.thaw();
      await living;
      await expectAsJudged(expected);
    },
  );
});

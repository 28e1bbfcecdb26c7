import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { isPortFree } from '../../stack/ports.ts';
import type { Store } from '../../store/platform/transaction.ts';
import { expectIntact, expectSpoken } from '../support/invariants.ts';
import { startFakeSmtp } from '../support/fake-smtp.ts';
import { crowdedLedger } from '../support/judged-facts.ts';
import { judge } from '../support/ledger-judge.ts';
import type { JudgedInvoice } from '../support/ledger-judge.ts';
import { readLived } from '../support/lived-ledger.ts';
import { seededFrom } from '../support/seeded.ts';
import { killStack, serverPids, startStack, storeOf } from '../support/stack-process.ts';
import type { StackProcess } from '../support/stack-process.ts';
import { tempFolder } from '../support/temp.ts';
import { until } from '../support/world.ts';

const FROM = '2026-03-02';
const UNTIL = '2026-03-28';
/** What a start may take on a busy machine. */
const START_MS = 90_000;

/** A ledger as a company would import it. */
function importOf(ledger: readonly JudgedInvoice[]): string[] {
  const folder = tempFolder();
  const [file, mapping] = [join(folder, 'ledger.csv'), join(folder, 'mapping.json')];
  const rows = ledger.map(({ id, customer, issued, due, amountMinor, paid }) =>
    [id, customer, issued, due, (amountMinor / 100).toFixed(2), paid ?? ''].join(),
  );
  writeFileSync(file, ['invoice,customer,issued,due,amount,settled', ...rows, ''].join('\n'));
  const columns = {
    externalId: 'invoice',
    customer: 'customer',
    issueDate: 'issued',
    dueDate: 'due',
    amount: 'amount',
    settledOn: 'settled',
  };
  const values = { currency: { value: 'CNY' }, ladder: { value: 'general-30' }, contactLanguage: { value: 'en' } };
  const fields = { ...Object.fromEntries(Object.entries(columns).map(([field, column]) => [field, { column }])), ...values };
  writeFileSync(mapping, JSON.stringify({ dates: 'YYYY-MM-DD', shift: false, inventedDomain: 'example', fields }));
  return ['--import', file, '--mapping', mapping];
}

async function steps(store: Store): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from audit where action in ('rung.requested', 'rung.taken')`.execute(store.db);
  return rows[0]?.n ?? 0;
}

/** Three ways for a stack to be hurt: alone, with its servers, and by the loss of a server, which it starts again; answers whether it lives. */
const deaths: ((stack: StackProcess) => Promise<boolean>)[] = [
  (stack) => killStack(stack, false).then(() => false),
  (stack) => killStack(stack, true).then(() => false),
  async (stack) => {
    process.kill(serverPids(stack.dataDir).temporal, 'SIGKILL');
    await until(
      'it comes back',
      () => Promise.resolve(/Temporal ended by itself[^]*Temporal runs again/.test(stack.said())),
      START_MS,
    );
    return true;
  },
];

test(
  'a first run killed again and again ends with the figures of an undisturbed one, to the cent and the message, and no mail left the machine',
  { timeout: 420_000 },
  async () => {
    const { below } = seededFrom();
    const ledger = crowdedLedger(60, 8, FROM).map((one) => ({ ...one, dispute: null }));
    const expected = judge(ledger, UNTIL);
    const all = expected.rungs.filter((line) => line.includes(' taken ')).length;
    const dataDir = join(tempFolder(), 'data');
    let port = 20_000 + below(10_000);
    while (!(await isPortFree(port))) port += 1;
    const args = ['--port', String(port), '--stepped', '--from', UNTIL, '--replay', 'full', ...importOf(ledger)];

    // A mail server that could be reached: a replay of history must not.
    const smtp = await startFakeSmtp();
    const env = { SMTP_URL: smtp.url, SMTP_FROM: 'Accounts <ar@seller.example>', DUECOURSE_INSTALLATION: 'a-first-run' };
    let stack = startStack(dataDir, args, env);
    onTestFinished(() => killStack(stack, true).catch(() => undefined));
    const moments = deaths.map(
      (_, place) => 1 + Math.floor((place * all) / deaths.length) + below(Math.floor(all / deaths.length) - 2),
    );
    for (const [place, die] of deaths.entries()) {
      const store = await storeOf(dataDir, START_MS);
      await until(
        `${moments[place]} of ${all} steps`,
        async () => (await steps(store).catch(() => 0)) >= (moments[place] ?? 0),
        START_MS,
      );
      await store.close();
      if (!(await die(stack))) stack = startStack(dataDir, args, env);
    }
    await stack.ready;
    const store = await storeOf(dataDir, START_MS);
    const { found, late, unanswered, unknown } = await readLived(store);
    expect(found).toEqual(expected);
    expect({ late, unanswered, unknown }).toEqual({ late: [], unanswered: 0, unknown: 0 });
    await expectIntact(store.db);
    await expectSpoken(store.db);
    expect([smtp.connections, smtp.mails.length]).toEqual([0, 0]);
    expect(stack.said()).toContain('Kept here, nothing leaves: E-mail');
    await smtp.close();
    await store.close();
  },
);

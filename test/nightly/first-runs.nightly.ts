import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../store/platform/transaction.ts';
import { killStack, startStack, storeOf } from '../support/stack-process.ts';
import { tempFolder } from '../support/temp.ts';

const START_MS = 120_000;

/** What a first run left behind: each message and receivable as a line. */
async function tellsOf(store: Store): Promise<{ messages: string[]; receivables: string[] }> {
  const lines = async (query: ReturnType<typeof sql<{ line: string }>>): Promise<string[]> =>
    (await query.execute(store.db)).rows.map(({ line }) => line);
  return {
    messages: await lines(sql<{ line: string }>`
      select concat_ws(' ', c.external_id, m.template, m.channel, m.state, m.sending_at, md5(concat(m.subject, m.body))) as line
      from message m join customer c on c.id = m.customer_id order by 1`),
    receivables: await lines(sql<{ line: string }>`
      select concat_ws(' ', i.external_id, r.instalment, r.stage, coalesce(r.outcome, '-'), r.due_date, r.amount_minor, r.paid_minor, r.credited_minor,
        r.written_off_minor) as line from receivable r join invoice i on i.id = r.invoice_id order by 1`),
  };
}

/** One `npm start` from an empty folder to the end of its first run, its clock standing. */
async function firstRun(name: string): Promise<Awaited<ReturnType<typeof tellsOf>> & { seconds: number }> {
  const began = performance.now();
  const stack = startStack(join(tempFolder(), name), ['--stepped', '--port', '0']);
  onTestFinished(() => killStack(stack, true).catch(() => undefined));
  await stack.ready;
  const seconds = Math.round((performance.now() - began) / 1000);
  const store = await storeOf(stack.dataDir, START_MS);
  const told = await tellsOf(store);
  await store.close();
  await killStack(stack, true);
  return { ...told, seconds };
}

test(
  'two first runs of one day tell the same: each message to the byte, each receivable to the cent',
  { timeout: 1_800_000 },
  async () => {
    const [one, two] = [await firstRun('one'), await firstRun('two')];
    console.log(`messages ${one.messages.length}, receivables ${one.receivables.length}, ${one.seconds} s and ${two.seconds} s`);
    expect(one.messages.length).toBeGreaterThan(0);
    expect(two.messages).toEqual(one.messages);
    expect(two.receivables).toEqual(one.receivables);
  },
);

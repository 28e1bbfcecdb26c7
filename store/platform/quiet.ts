import { sql } from 'kysely';
import { NotQuiet } from './stepping.ts';
import type { Store } from './transaction.ts';

const POLL_MS = 100;
const QUIET_MS = 60_000;

/** Waits until every process has answered what it was asked. Throws NotQuiet, naming those that have not, after a minute of real time. */
export async function awaitAnswers(store: Store): Promise<void> {
  const deadline = Date.now() + QUIET_MS;
  for (;;) {
    const { rows } = await sql<{ subject: string }>`
      select subject from wake where asked > answered order by subject limit 50`.execute(store.db);
    if (rows.length === 0) return;
    if (Date.now() > deadline) throw new NotQuiet(rows.map((row) => row.subject));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

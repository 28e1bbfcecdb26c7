import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { standAt } from '../../store/platform/clock.ts';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { write } from '../../store/platform/transaction.ts';
import { askAgain, askDue } from '../../store/platform/wakes.ts';
import { system } from '../support/actors.ts';
import { freshDatabase } from '../support/database.ts';
import { shanghai } from '../support/shanghai.ts';

const before = shanghai('2026-03-02', '09:00');
const due = shanghai('2026-03-02', '10:00');
const SUBJECT = 'work-order-019e0000-0000-7000-8000-000000000001';

let store: OpenStore;
let drop: () => Promise<void>;
beforeAll(async () => {
  const { url, drop: dropped } = await freshDatabase();
  drop = dropped;
  await setUp(url, { business: before, speed: 0, pinned: false });
  store = openStore({ url, max: 4 });
  await sql`insert into wake (subject, kind, at) values (${SUBJECT}, 'work-order', ${due}::timestamptz)`.execute(store.db);
});
afterAll(async () => {
  await store.close();
  await drop();
});

/** A process that has read the clock and answers, still waiting for `due`, when `go` resolves. */
function answering(asked: number, go: Promise<void>): { read: Promise<void>; answered: Promise<void> } {
  let hasRead = (): void => undefined;
  const read = new Promise<void>((resolve) => (hasRead = resolve));
  const answered = write(store, system, async () => {
    hasRead();
    await go;
    return { value: undefined, audit: null, answer: { subject: SUBJECT, asked, at: due } };
  });
  return { read, answered };
}

test('who answers as of the moment before the clock moved is asked again for the moment that has come, once', async () => {
  let go = (): void => undefined;
  const slow = answering(1, new Promise((resolve) => (go = resolve)));
  await slow.read;
  await standAt(store, system, due);
  expect(await askDue(store, due)).toBe(1);
  go();
  await slow.answered;
  expect(await askAgain(store, due)).toBe(1);

  // It has now seen the moment and is about to act: asking it once more would only cost.
  await answering(2, Promise.resolve()).answered;
  expect([await askAgain(store, due), await askDue(store, due)]).toEqual([0, 0]);
});

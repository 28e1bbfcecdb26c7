import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../store/platform/database.ts';
import { systemActor, write } from '../../store/platform/transaction.ts';
import { openWorkOrder } from '../../store/tasks/work-orders.ts';
import { openBooks } from '../support/books.ts';

test('a task of a kind that is newer than the stored policy is opened by the row that comes with the product', async () => {
  const books = await openBooks();
  onTestFinished(books.close);
  const owner = openDatabase({ url: books.url, max: 1, role: null });
  await sql`update policy set content = content #- '{kinds,process-fails}'
    where kind = 'work-orders'`.execute(owner);
  await owner.destroy();
  books.store.policies.refresh();
  const order = { key: 'k', kind: 'process-fails', customerId: null, subject: 'a process', reason: {} };
  await write(books.store, systemActor('test'), async (work) => {
    const { audit, ...effects } = await openWorkOrder(work, order);
    const [first, ...more] = audit;
    if (!first) throw new Error('nothing was opened');
    return { value: null, audit: [first, ...more], ...effects };
  });
  const opened = await books.store.db.selectFrom('work_order').select(['kind', 'role']).execute();
  expect(opened).toEqual([{ kind: 'process-fails', role: 'admin' }]);
});

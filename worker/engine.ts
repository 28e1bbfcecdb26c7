import type { Connection } from '@temporalio/client';
import { askEverybody } from '../store/platform/wakes.ts';
import type { Store } from '../store/platform/transaction.ts';

const KEY = 'temporalNamespaceId';
/** The namespace's name beside its id, so that a check that asks another one says so. */
const NAME_KEY = 'temporalNamespace';

/**
 * Postgres keeps the id of the engine's namespace. Another id means that the engine's own store was lost or replaced: every open process
 * is asked at once, so that each starts anew from the facts.
 */
export async function checkEngineIdentity(
  store: Store,
  connection: Connection,
  namespace: string,
  log: { warn(fields: object, message: string): void },
): Promise<void> {
  const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
  const id = namespaceInfo?.id ?? '';
  const known = await store.db.selectFrom('setting').select('value').where('key', '=', KEY).executeTakeFirst();
  await keep(store, NAME_KEY, namespace);
  if (known?.value === id) return;
  if (known) {
    const asked = await askEverybody(store);
    log.warn({ asked }, 'the engine has another store than before: every open process was asked to start from the facts');
  }
  await keep(store, KEY, id);
}

async function keep(store: Store, key: string, value: string): Promise<void> {
  await store.db
    .insertInto('setting')
    .values({ key, value: JSON.stringify(value) })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: JSON.stringify(value) }))
    .execute();
}

import { join } from 'node:path';
import { roles } from '../domain/platform/actor.ts';
import type { Role } from '../domain/platform/actor.ts';
import { actorOfSecret, createApiKey } from '../store/access/api-keys.ts';
import { systemActor } from '../store/platform/transaction.ts';
import type { Store } from '../store/platform/transaction.ts';
import { readState, writeWhole } from './files.ts';

export type ApiKeys = Readonly<Record<Role, string>>;

/** The account owner whose customers the sales key of the local stack sees. */
export const LOCAL_SALES = 'sales';

/** Confirms what the first administrator proposes: keys that decide need two. */
const SECOND_ADMIN = 'admin-2';

/**
 * One API key a role, and a second administrator's, made at the first start and kept in the data folder, readable by its user alone: the database knows only their
 * hashes. A key that was revoked, or belongs to a database that is no more, is made anew.
 */
export async function localKeys(store: Store, dataDir: string): Promise<ApiKeys> {
  const file = join(dataDir, 'api-keys.json');
  const kept = readState(file);
  const keys: Partial<Record<Role, string>> = {};
  for (const role of roles) {
    const known = kept[role];
    const usable = typeof known === 'string' && (await actorOfSecret(store.db, known))?.role === role;
    keys[role] = usable ? known : await makeKey(store, role);
    if (!usable) writeWhole(file, JSON.stringify({ ...kept, ...keys }, null, 2));
  }
  const second = kept[SECOND_ADMIN];
  if (typeof second !== 'string' || !(await actorOfSecret(store.db, second)))
    writeWhole(file, JSON.stringify({ ...kept, ...keys, [SECOND_ADMIN]: await makeKey(store, 'admin') }, null, 2));
  return keys as ApiKeys;
}

async function makeKey(store: Store, role: Role): Promise<string> {
  const scope = role === 'sales' ? { owner: LOCAL_SALES } : {};
  const { secret } = await createApiKey(store, { name: `local ${role}`, role, scope }, systemActor('stack'));
  return secret;
}

import { existsSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endLeftover as endPostgres } from './postgres-cluster.ts';
import { endTemporalLeftover } from './temporal.ts';
import type { Say } from './words.ts';

/** What a stack makes in its data folder; anything else there is not ours to remove. */
const OURS =
  /^(?:postgres(?:\.new(?:\.secret)?)?|postgres\.json|temporal\.json|temporal\.db(?:-wal|-shm)?|logs|import|api-keys\.json|ledger-faults\.txt|witness\.json)$/;

/** Ends servers a killed run left behind and removes all that earlier runs made in the folder; its lock stays. */
export async function emptyDataDir(dataDir: string, say: Say): Promise<void> {
  if (!existsSync(dataDir)) return;
  const folder = realpathSync(dataDir);
  await endPostgres(join(folder, 'postgres'), say);
  await endTemporalLeftover(folder, say);
  for (const name of readdirSync(folder)) if (OURS.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
}

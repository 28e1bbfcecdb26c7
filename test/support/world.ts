import { inject } from 'vitest';
import { receivableWorkflowId } from '../../domain/platform/subject.ts';
import { freshDatabase } from './database.ts';
import { openWorldOver } from './world-over.ts';
import type { Ground, World, WorldOptions } from './world-over.ts';

export { until } from './world-over.ts';
export type { World } from './world-over.ts';
export const workflowIdOf = receivableWorkflowId;

const groundOf = (url: string): Ground => ({
  url,
  temporalAddress: inject('temporalAddress'),
  temporalNamespace: inject('temporalNamespace'),
});

/** A world with a database of its own on the run's Postgres and Temporal. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const { url, drop } = await freshDatabase();
  const world = await openWorldOver(groundOf(url), options);
  return {
    ...world,
    async close() {
      await world.close();
      await drop();
    },
  };
}

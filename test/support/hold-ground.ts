/** Brings up the ground in DATADIR, prints one line of JSON about it and holds it until killed: for tests of kill -9. */
import { startPostgres } from '../../stack/postgres.ts';
import { resolveTemporal, startTemporal } from '../../stack/temporal.ts';

const dataDir = process.argv[2] ?? '';
const found = await resolveTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, progress: ({ en }) => console.error(en) });
if (found.kind !== 'binary') throw new Error('a binary was expected');
const [postgres, temporal] = await Promise.all([
  startPostgres({ dataDir }),
  startTemporal({ binary: found.path, dataDir, namespace: 'duecourse' }),
]);
console.log(JSON.stringify({ postgres, temporal }));

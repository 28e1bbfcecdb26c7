/** The product's API in a process of its own, with a key for the ERP that calls it. */
import { pino } from 'pino';
import { startApi } from '../api/main.ts';
import { createApiKey } from '../store/access/api-keys.ts';
import { openStore } from '../store/open.ts';
import { inputOf, serve } from './child-side.ts';
import { benchConfig } from './config.ts';

const config = benchConfig(inputOf<{ url: string; address: string; namespace: string }>());
const store = openStore({ url: config.databaseUrl, max: config.databasePool, applicationName: 'bench-api' });
const { secret } = await createApiKey(store, { name: 'bench', role: 'erp' });
const api = await startApi({ config, store, log: pino({ level: 'error' }), port: 0 });
serve({ base: api.url.replace('localhost', '127.0.0.1'), apiKey: secret }, {}, async () => {
  await api.close();
  await store.close();
});

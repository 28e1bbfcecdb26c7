/** The API in a process of its own, for tests that kill it. Settings come from the environment; it ends with its parent. */
import { pino } from 'pino';
import { startApi } from '../../api/main.ts';
import { readConfig } from '../../config/env.ts';
import { openStore } from '../../store/open.ts';

process.once('disconnect', () => process.exit(0));
const config = readConfig(process.env);
const store = openStore({ url: config.databaseUrl, max: config.databasePool });
await startApi({ config, store, log: pino({ level: 'silent' }) });
process.send?.('ready');

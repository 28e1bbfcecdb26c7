import { fileURLToPath } from 'node:url';
import { settingsOf } from './stack/running.ts';

// Otherwise the command line, even `prisma validate`, would first download an engine for this machine.
// Windows cannot start ours: there `migrate` and `db` take the one of Prisma.
const native = process.platform === 'win32' && process.argv.some((word) => word === 'migrate' || word === 'db');
if (!native) process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= fileURLToPath(new URL('prisma/engine.mjs', import.meta.url));
process.env['CHECKPOINT_DISABLE'] ??= '1';

/** Without DATABASE_OWNER_URL or DATABASE_URL it is the database of the stack that last ran in this folder. */
const env = settingsOf(process.env, fileURLToPath(new URL('.duecourse', import.meta.url)));

export default {
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: env['DATABASE_OWNER_URL'] ?? env['DATABASE_URL'] ?? '' },
  // Which functions were applied is no part of the model.
  experimental: { externalTables: true },
  tables: { external: ['public.function_source'] },
};

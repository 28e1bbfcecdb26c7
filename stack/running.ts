import { join } from 'node:path';
import type { Config } from '../config/env.ts';
import { readState, writeWhole } from './files.ts';

const fileIn = (dataDir: string): string => join(dataDir, 'running.json');

/** Keeps where the parts of a running stack are, for its user alone, so that other commands need not be told. */
export function rememberRunning(dataDir: string, config: Config): void {
  const settings = {
    DATABASE_URL: config.databaseUrl,
    TEMPORAL_ADDRESS: config.temporal.address,
    TEMPORAL_NAMESPACE: config.temporal.namespace,
    DUECOURSE_MODE: config.mode,
    DUECOURSE_PORT: String(config.port),
  };
  writeWhole(fileIn(dataDir), JSON.stringify(settings, null, 2));
}

/** The settings of a deployment: the environment's own, or, when it names no database, those of the stack that last ran in this folder. */
export function settingsOf(env: NodeJS.ProcessEnv, dataDir: string): NodeJS.ProcessEnv {
  if (env['DATABASE_URL']) return env;
  const texts = Object.entries(readState(fileIn(dataDir))).filter(([, value]) => typeof value === 'string');
  return { ...env, ...(Object.fromEntries(texts) as Record<string, string>) };
}

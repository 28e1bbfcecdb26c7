import { readConfig } from '../config/env.ts';
import type { Config } from '../config/env.ts';

/** The settings of a process of the benchmark: the product's defaults on the local stack, and no bound on requests. */
export function benchConfig(of: { url: string; address: string; namespace: string }): Config {
  return readConfig({
    DATABASE_URL: of.url,
    TEMPORAL_ADDRESS: of.address,
    TEMPORAL_NAMESPACE: of.namespace,
    DUECOURSE_MODE: 'local',
    DUECOURSE_HOST: '127.0.0.1',
    DUECOURSE_PORT: '0',
    DUECOURSE_RATE_LIMIT: '10000000',
    LOG_LEVEL: 'error',
  });
}

import type { Config } from '../config/env.ts';
import { openStore } from '../store/open.ts';
import { clockControlOf } from './clock-control.ts';
import { createCommands } from './commands.ts';
import { createMetrics } from './metrics.ts';
import { openApiOf } from './openapi.ts';
import { allRoutes } from './routes/index.ts';
import { systemRoutes } from './routes/platform/system.ts';

/** The OpenAPI document of the product. Its routes are declared, never called: nothing connects anywhere. */
export function productOpenApi(config: Config): ReturnType<typeof openApiOf> {
  const store = openStore({ url: config.databaseUrl });
  const services = { store, commands: createCommands(config.temporal), clockControl: clockControlOf(store), config };
  return openApiOf([...systemRoutes(services, createMetrics(store)), ...allRoutes(services)], config.publicUrl);
}

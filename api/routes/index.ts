import type { RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';
import { accessRoutes } from './access.ts';
import { auditRoutes } from './audit.ts';
import { clockRoutes } from './clock.ts';
import { eventRoutes } from './events.ts';
import { processRoutes } from './processes.ts';

/** Every route of the API, in the order of its documentation; a route not listed here does not exist. */
export function allRoutes(services: Services): RouteSpec[] {
  return [
    ...processRoutes(services),
    ...auditRoutes(services),
    ...eventRoutes(services),
    ...clockRoutes(services),
    ...accessRoutes(services),
  ];
}

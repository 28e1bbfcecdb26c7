import type { RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';

/** Every route of the API, in the order of its documentation; a route not listed here does not exist. */
export function allRoutes(_services: Services): RouteSpec[] {
  return [];
}

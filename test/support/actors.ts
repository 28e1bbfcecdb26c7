import type { Actor } from '../../domain/platform/actor.ts';

export const erp: Actor = { kind: 'key', id: 'erp', role: 'erp', scope: {} };
export const director: Actor = { kind: 'user', id: 'director', role: 'finance_director', scope: {} };
export const system: Actor = { kind: 'system', id: 'test', role: 'system', scope: {} };

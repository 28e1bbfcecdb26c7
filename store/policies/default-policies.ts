import { readFile } from 'node:fs/promises';
import type { PolicyContents, PolicyKind } from '../../domain/policy.ts';

const POLICIES = new URL('../../policies/', import.meta.url);
const read = new Map<PolicyKind, Promise<unknown>>();

/** The policy of a kind as it comes with the product, version 1 of a new database. */
export function defaultPolicy<K extends PolicyKind>(kind: K): Promise<PolicyContents[K]> {
  const known = read.get(kind) ?? readFile(new URL(`${kind}.json`, POLICIES), 'utf8').then((text) => JSON.parse(text) as unknown);
  read.set(kind, known);
  return known as Promise<PolicyContents[K]>;
}

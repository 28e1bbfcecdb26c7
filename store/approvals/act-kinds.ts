import type { ActName } from '../../domain/approvals/act.ts';
import { extensionPoint } from '../platform/extension.ts';
import type { ActKind } from './pending.ts';

/** How acts of each kind are carried out. The payload of an act is read by the kind that wrote it, and by no other. */
export const registeredActs = extensionPoint<readonly ActKind<unknown>[]>('approvals: kinds of acts');

/** How acts of a kind are carried out. Throws for one that no room has. */
export function actOf(name: ActName): ActKind<unknown> {
  const found = registeredActs.filled.find(({ kind }) => kind === name);
  if (!found) throw new Error(`no act ${name} is registered`);
  return found;
}

import type { Request } from 'express';
import { Refusal } from '../domain/platform/refusal.ts';

/** The ETag of a version. */
export const etag = (version: number): string => `"${version}"`;

/** The version an If-Match header names; null without one. Throws Refusal `version-mismatch` for one that names none. */
export function versionSeen(req: Request): number | null {
  const header = req.get('If-Match');
  if (header === undefined || header === '*') return null;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(header)?.[1];
  if (version === undefined) throw new Refusal('version-mismatch', { given: header.slice(0, 40) }, { pointer: 'If-Match' });
  return Number(version);
}

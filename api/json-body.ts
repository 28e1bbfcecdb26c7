import { Refusal, invalidAt } from '../domain/platform/refusal.ts';
import { malformedAt } from './json-place.ts';

/** Bounds of a JSON body, beside its size. */
export const jsonLimits = { bytes: 1_048_576, depth: 32, items: 10_000 } as const;

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const loneSurrogate = /\p{Cs}/u;

/** A container being read: the keys of an object so far (null: an array), the newest of them, and whether a key comes next. */
interface Level {
  keys: Set<string> | null;
  key: string | null;
  items: number;
  keyNext: boolean;
}

/** Where the reader stands, as a JSON pointer [RFC 6901]; at a key that is refused, the object that holds it. */
const pointerTo = (levels: readonly Level[]): string =>
  levels
    .filter(({ keyNext }) => !keyNext)
    .map(({ keys, key, items }) => `/${keys ? (key ?? '').replaceAll('~', '~0').replaceAll('/', '~1') : items - 1}`)
    .join('');

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

const MOST_SHOWN = 60;
const shortened = (literal: string): string => (literal.length > MOST_SHOWN ? `${literal.slice(0, MOST_SHOWN)}…"` : literal);

function readKey(levels: readonly Level[], level: Level, literal: string): void {
  const key = JSON.parse(literal) as string;
  if (forbiddenKeys.has(key)) throw invalidAt(pointerTo(levels), 'key-forbidden', { key: literal });
  if (level.keys?.has(key)) throw invalidAt(pointerTo(levels), 'key-twice', { key: shortened(literal) });
  level.keys?.add(key);
  level.key = key;
  level.keyNext = false;
}

/** Text that is known to be JSON: what a parser lets pass in silence (twice the same key, prototype keys, depth, NUL) is refused here. */
function checkShape(text: string): void {
  const levels: Level[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const level = levels.at(-1);
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        const literal = text.slice(at, end + 1);
        if (literal.includes('\\u') && (literal.includes('\\u0000') || loneSurrogate.test(JSON.parse(literal) as string)))
          throw invalidAt(pointerTo(levels), 'text-unkeepable');
        if (level?.keyNext) readKey(levels, level, literal);
        at = end;
        break;
      }
      case '{':
      case '[':
        levels.push({ keys: text[at] === '{' ? new Set() : null, key: null, items: 1, keyNext: text[at] === '{' });
        if (levels.length > jsonLimits.depth) throw new Refusal('too-large', { levels: jsonLimits.depth }, { pointer: '' });
        break;
      case '}':
      case ']':
        levels.pop();
        break;
      case ',':
        if (!level) break;
        level.items += 1;
        level.keyNext = level.keys !== null;
        if (level.items > jsonLimits.items) throw new Refusal('too-large', { items: jsonLimits.items }, { pointer: '' });
        break;
      default:
    }
  }
}

/**
 * Reads a JSON body strictly: UTF-8, one value, at most 32 levels and 10 000 items a list, no key twice. Throws Refusal `invalid` or
 * `too-large`; an empty body is an empty object.
 */
export function readJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalidAt('', 'body-encoding');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { ended, ...place } = malformedAt(text);
    throw invalidAt('', ended ? 'body-unfinished' : 'body-malformed', place);
  }
  checkShape(text);
  return value;
}

/** Whether U+0000 stands anywhere in it, which PostgreSQL cannot keep. */
export const holdsNul = (value: unknown): boolean => JSON.stringify(value)?.includes('\\u0000') ?? false;

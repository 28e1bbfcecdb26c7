import { Refusal } from '../domain/kernel/refusal.ts';

/** Bounds of a JSON body, beside its size. */
export const jsonLimits = { bytes: 1_048_576, depth: 32, items: 10_000 } as const;

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const loneSurrogate = /\p{Cs}/u;

const broken = (what: string): Refusal => new Refusal('invalid', { what });

/** A container being read: the keys of an object so far (null: an array) and whether a key comes next. */
interface Level {
  keys: Set<string> | null;
  items: number;
  keyNext: boolean;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function readKey(level: Level, literal: string): void {
  const key = JSON.parse(literal) as string;
  if (forbiddenKeys.has(key)) throw broken(`the key ${literal} is not allowed`);
  if (level.keys?.has(key)) throw broken(`the key ${literal} appears twice`);
  level.keys?.add(key);
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
          throw broken('a text holds a character that cannot be kept');
        if (level?.keyNext) readKey(level, literal);
        at = end;
        break;
      }
      case '{':
      case '[':
        levels.push({ keys: text[at] === '{' ? new Set() : null, items: 1, keyNext: text[at] === '{' });
        if (levels.length > jsonLimits.depth) throw new Refusal('too-large', { limit: `${jsonLimits.depth} levels` });
        break;
      case '}':
      case ']':
        levels.pop();
        break;
      case ',':
        if (!level) break;
        level.items += 1;
        level.keyNext = level.keys !== null;
        if (level.items > jsonLimits.items) throw new Refusal('too-large', { limit: `${jsonLimits.items} items` });
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
    throw broken('the body is not UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken('the body is not JSON');
  }
  checkShape(text);
  return value;
}

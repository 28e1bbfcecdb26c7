const token =
  /[ \t\n\r]*(?:("[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/y;
const space = /[ \t\n\r]*/y;

/** What may come next: a value, a value or the end of a list, a key, a key or the end of an object, a colon, a comma or the end. */
type Next = 'value' | 'first' | 'key' | 'first-key' | 'colon' | 'more';

/** What comes after a token; null: the token does not fit there. */
function after(next: Next, found: string, kind: 'text' | 'plain' | 'mark', open: string[]): Next | null {
  if (kind === 'text' && (next === 'key' || next === 'first-key')) return 'colon';
  if (next === 'colon') return found === ':' ? 'value' : null;
  if (found === '}' || found === ']') {
    const fits = next === 'more' || next === (found === '}' ? 'first-key' : 'first');
    return fits && open.pop() === (found === '}' ? '{' : '[') ? 'more' : null;
  }
  if (found === ',') return next === 'more' && open.length > 0 ? (open.at(-1) === '{' ? 'key' : 'value') : null;
  if (next !== 'value' && next !== 'first') return null;
  if (kind !== 'mark') return 'more';
  if (found === ':') return null;
  open.push(found);
  return found === '{' ? 'first-key' : 'first';
}

/** Where a text that no parser takes for JSON stops being it: its line and character, counted from one, and whether it just ends there. */
export function malformedAt(text: string): { line: number; column: number; ended: boolean } {
  const open: string[] = [];
  let next: Next | null = 'value';
  let at = 0;
  for (;;) {
    token.lastIndex = at;
    const [all, string, plain, mark] = token.exec(text) ?? [];
    const found = string ?? plain ?? mark;
    if (all === undefined || found === undefined) break;
    next = after(next, found, string !== undefined ? 'text' : plain !== undefined ? 'plain' : 'mark', open);
    if (next === null) break;
    at += all.length;
  }
  space.lastIndex = at;
  at += space.exec(text)?.[0].length ?? 0;
  const before = text.slice(0, at);
  return {
    line: before.split('\n').length,
    column: at - before.lastIndexOf('\n'),
    ended: at >= text.length,
  };
}

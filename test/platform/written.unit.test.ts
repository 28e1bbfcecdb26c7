import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cursor, externalId, line, rate } from '../../contracts/platform/common.ts';
import { sayIssue } from '../../contracts/platform/issue-words.ts';

const said = (schema: typeof rate | typeof cursor, value: string, language: 'zh' | 'en') =>
  schema.safeParse(value, { error: (issue) => sayIssue(issue, language) }).error?.issues[0]?.message;

test('a text that is not written as its field wants is told how, and is never shown a pattern', () => {
  expect(said(rate, '13%', 'en')).toContain('such as "0.13"');
  expect(said(rate, '13%', 'zh')).toContain('例如 "0.13"');
  expect(said(cursor, 'a b', 'zh')).toContain('请从第一页重新读取');
  const bare = readdirSync(new URL('../../contracts/', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    // What a provider of messages sends is read by its machine alone.
    .filter((name) => !name.endsWith('callbacks.ts'))
    .filter((name) => readFileSync(new URL(`../../contracts/${name}`, import.meta.url), 'utf8').includes('.regex(/'));
  expect(bare).toEqual([]);
});

test('an id is seen as it is and can be asked for: nothing invisible, nothing turned round, no dots alone', () => {
  for (const id of ['.', '..', '...', '\u200B', 'C\u200B1', '\u202EC-1', 'C-1\uFEFF', ' C', 'a/b', 'a\u0000'])
    expect([id, externalId.safeParse(id).success]).toEqual([id, false]);
  for (const id of ['C-1', '.C', 'C.1', '发票 1', 'Ｃ-1', 'a:1', '__proto__', '😀'])
    expect([id, externalId.safeParse(id).success]).toEqual([id, true]);
});

test('a name has a character somebody sees, and reads in the order of its letters', () => {
  for (const name of ['', ' ', '\u3000', '\u200B', '\u2060 ', '\u202Eabc', 'a\tb'])
    expect([name, line().safeParse(name).success]).toEqual([name, false]);
  for (const name of ['上海示例医院', "O'Brien", 'e\u0301', '👩\u200D⚕️'])
    expect([name, line().safeParse(name).success]).toEqual([name, true]);
});

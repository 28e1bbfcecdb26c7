import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { problemCatalogue } from '../../api/problem.ts';
import { productOpenApi } from '../../api/openapi-document.ts';
import { readConfig } from '../../config/env.ts';

/** Where the product's own sentences stand; lint patterns name words that letters must not hold. */
const folders = ['activities', 'api', 'cli', 'config', 'contracts', 'domain', 'policies', 'rules', 'stack', 'store', 'worker'];
const skipped = /policies\/(calendar|template-lint)/;
const namesIn = (folder: string, ending: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => ending.test(name) && !skipped.test(name));

/** A code between backticks is no word. */
const withoutCode = (text: string): string => text.replace(/`[^`]*`/g, '');

interface Said {
  place: string;
  text: string;
}

/** Texts of a source file that people may read: of more than one word, which no name of a field is, and no SQL. */
function sentencesOf(name: string): Said[] {
  const source = ts.createSourceFile(name, readFileSync(name, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Said[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && /^sql\b/.test(node.tag.getText())) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      if (/\S\s+\S/.test(node.text) && !/[a-z]_[a-z]/.test(node.text))
        found.push({ place: `${name}:${line + 1}`, text: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const inText = (name: string): Said[] =>
  readFileSync(name, 'utf8')
    .split('\n')
    .map((text, at) => ({ place: `${name}:${at + 1}`, text: withoutCode(text) }));

/** Titles, descriptions and summaries of the document; names of fields stay as they are. */
function described(value: unknown, place: string): Said[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    /^(summary|description|title)$/.test(key) && typeof inner === 'string'
      ? [{ place: `${place}/${key}`, text: withoutCode(inner) }]
      : described(inner, `${place}/${key}`),
  );
}

const config = readConfig({
  DATABASE_URL: 'postgres://localhost/none',
  TEMPORAL_ADDRESS: 'localhost:1',
  DUECOURSE_MODE: 'local',
});
const problems = problemCatalogue().flatMap(({ code, text }) => [
  { place: `problem ${code}`, text: `${text.en.title} ${text.en.detail}` },
]);
const read: readonly (readonly [what: string, texts: readonly Said[], least: number])[] = [
  ['the OpenAPI document', described(productOpenApi(config), ''), 900],
  ['problems', problems, 100],
  [
    'sentences beside the code, help and messages of the command line among them',
    folders.flatMap((f) => namesIn(f, /\.ts$/)).flatMap(sentencesOf),
    2000,
  ],
  ['policies', namesIn('policies', /\.json$/).flatMap(inText), 500],
  ['pages', [...namesIn('docs', /\.(md|svg)$/), 'README.md', 'CONTRIBUTING.md'].flatMap(inText), 1500],
];

/** What the glossary calls otherwise; pages and policies still say some of it. */
const banned: readonly { wrong: RegExp; right: string; everywhere?: true }[] = [
  { wrong: /\bwork orders?\b/i, right: 'task', everywhere: true },
  { wrong: /\bdossiers?\b/i, right: 'credit file', everywhere: true },
  { wrong: /\bladders?\b/i, right: 'dunning procedure' },
  { wrong: /\brungs?\b/i, right: 'dunning step' },
  { wrong: /\b(?:door)?bells?\b/i, right: 'wake-up' },
  { wrong: /\bseats?\b/i, right: 'approver slot' },
  { wrong: /\bfour[ -]eyes\b/i, right: 'second-person approval' },
  { wrong: /\bon the table\b/i, right: 'current proposal' },
  { wrong: /\bwhoever\b/i, right: 'the user who' },
];

describe.each(read)('%s', (what, texts, least) => {
  test('are found', () => expect(texts.length).toBeGreaterThan(least));

  const held = banned.filter(({ everywhere }) => everywhere ?? !['pages', 'policies'].includes(what));
  test.each(held)('say no $wrong: it is $right', ({ wrong }) => {
    expect(texts.filter(({ text }) => wrong.test(text)).map(({ place, text }) => `${place} ${text.trim()}`)).toEqual([]);
  });
});

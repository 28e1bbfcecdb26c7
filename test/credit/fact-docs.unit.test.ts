import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { factTable } from '../../domain/credit/facts.ts';

const page = readFileSync(new URL('../../docs/connectors.md', import.meta.url), 'utf8');

it.each(Object.entries(factTable))('the page of facts tells of %s as the code has it', (name, definition) => {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` `)) ?? '';
  expect(row.split('|').map((cell) => cell.trim())).toEqual(
    expect.arrayContaining([
      definition.dimension,
      String(definition.freshDays ?? '–'),
      definition.sources.join(', '),
      `${definition.en} · ${definition.zh}`,
    ]),
  );
});

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/guarantees.md', root), 'utf8');

/** Rows `| promise | `file` › name; `file` › name |` of the page's tables. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Promise '))
  .map((line) => line.slice(2, line.lastIndexOf(' |')).split(' | '));

/** A test's name stands in its file in one piece, be it quoted with ' or with a backtick. */
const holds = (text: string, name: string): boolean => text.includes(name) || text.includes(name.replaceAll("'", "\\'"));

describe('the page of promises', () => {
  it('has promises', () => expect(rows.length).toBeGreaterThan(0));

  it.each(rows.map((cells) => [cells[0] ?? '', cells]))('names tests that exist: %s', (_, cells) => {
    expect(cells, 'a row has two cells').toHaveLength(2);
    const proofs = (cells[1] ?? '').split(/; (?=`)/);
    for (const proof of proofs) {
      const [, file, name] = /^`([^`]+)`(?: › (.+))?$/.exec(proof) ?? [];
      expect(file, proof).toBeDefined();
      const path = new URL(file ?? '', root);
      expect(existsSync(path), file).toBe(true);
      if (name) expect(holds(readFileSync(path, 'utf8'), name), proof).toBe(true);
    }
  });
});

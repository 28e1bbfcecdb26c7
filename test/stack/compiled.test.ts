import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { tempFolder } from '../support/temp.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** A product of two modules, started as ours is. */
function smallProduct(): string {
  const folder = tempFolder();
  for (const name of ['cli', 'node_modules', 'node_modules/@temporalio']) mkdirSync(join(folder, name));
  cpSync(join(ROOT, 'stack'), join(folder, 'stack'), { recursive: true, filter: (path) => !path.endsWith('.ts') });
  for (const name of ['esbuild', '@esbuild', 'tsx', 'commander', 'pg', '@temporalio/worker'])
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
  cpSync(join(ROOT, 'cli/duecourse.mjs'), join(folder, 'cli/duecourse.mjs'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'stack/main.ts'), 'export {};');
  writeFileSync(join(folder, 'cli/word.ts'), 'export const word: string = "first";');
  writeFileSync(
    join(folder, 'cli/main.ts'),
    "import { word } from './word.ts'; console.log(word, new URL('.', import.meta.url).pathname); if (process.argv[2]) throw new Error('defect');",
  );
  return folder;
}

const says = async (folder: string): Promise<string> =>
  (await run(process.execPath, [join(folder, 'cli/duecourse.mjs')])).stdout.trim();
const compilations = (folder: string): string[] =>
  readdirSync(join(folder, 'node_modules/.cache/duecourse')).filter((name) => /^program-[0-9a-f]+$/.test(name));

test('a program is compiled once, and anew when one of its files has changed; it knows where its source stands', async () => {
  const folder = smallProduct();
  expect(await says(folder)).toBe(`first ${folder}/cli/`);
  expect(await says(folder)).toBe(`first ${folder}/cli/`);
  expect(compilations(folder)).toHaveLength(1);
  writeFileSync(join(folder, 'cli/word.ts'), 'export const word: string = "second";');
  expect(await says(folder)).toBe(`second ${folder}/cli/`);
  expect(compilations(folder)).toHaveLength(2);
});

test('starts at once, many of them, each run the whole program', async () => {
  const folder = smallProduct();
  const words = await Promise.all(Array.from({ length: 4 }, () => says(folder)));
  expect(new Set(words)).toEqual(new Set([`first ${folder}/cli/`]));
  expect(compilations(folder)).toHaveLength(1);
});

test('where nothing can be kept it is read module by module', async () => {
  const folder = smallProduct();
  writeFileSync(join(folder, 'node_modules/.cache'), 'a file in the place of the folder');
  expect(await says(folder)).toBe(`first ${folder}/cli/`);
});

test('the stack of a defect names its line in the source', async () => {
  const folder = smallProduct();
  await expect(run(process.execPath, [join(folder, 'cli/duecourse.mjs'), 'fail'])).rejects.toMatchObject({
    stderr: expect.stringContaining('cli/main.ts:1:'),
  });
});

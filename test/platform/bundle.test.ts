import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { buildBundle, bundleHash } from '../../worker/bundle.ts';

const root = new URL('../../', import.meta.url);

test('workflow code is kept under the hash of every file the bundler read: a change in any of them makes it anew', async () => {
  const { code, inputs } = await buildBundle();
  const own = inputs.filter((file) => !file.includes('node_modules'));
  // Whatever the bundler has put into the code it has read: webpack names each module it took in.
  const named = [...code.matchAll(/"?\.\/((?:workflows|domain)\/[\w/-]+\.ts)"?/g)].map((found) => found[1] ?? '');
  expect(named.length).toBeGreaterThan(10);
  expect([...new Set(named)].filter((file) => !own.includes(file))).toEqual([]);
  expect(own.some((file) => file.startsWith('domain/shipments/'))).toBe(true);
  expect(inputs.some((file) => file.includes('node_modules/@temporalio/workflow/'))).toBe(true);
  const now = await bundleHash(inputs);
  for (const changed of [...own, inputs.find((file) => file.includes('@temporalio/workflow')) ?? '']) {
    const read = async (file: string) =>
      Buffer.concat([await readFile(new URL(file, root)), Buffer.from(file === changed ? ' ' : '')]);
    expect(await bundleHash(inputs, read), changed).not.toBe(now);
  }
  expect(await bundleHash(inputs)).toBe(now);
});

import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { assemble } from '../../domain/imports/assemble.ts';
import type { Mapping } from '../../domain/imports/mapping.ts';
import { FileFault } from '../../worker/files/fault.ts';
import { ReadAside } from '../../worker/files/read-aside.ts';

const mapping: Mapping = {
  fields: {
    externalId: { column: 'id' },
    customer: { column: 'c' },
    issueDate: { column: 'd' },
    currency: { value: 'CNY' },
    amount: { column: 'a' },
  },
};
const fileOf = (text: string | Buffer) => {
  return { bytes: Buffer.from(text), kind: 'invoices' as const, mapping, zone: 'Asia/Shanghai' };
};
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof FileFault ? error.fault : String(error)),
  );

describe('files are read in a process of their own', () => {
  const files = new ReadAside();
  afterAll(() => files.stop());

  test('whose documents are those of the file', async () => {
    const opened = await files.open(fileOf('id,c,d,a\nI-1,C,2026-08-01,5\nI-2,C,2026-08-02,6\n'));
    if ('faults' in opened) throw new Error('the mapping fits');
    expect(opened).toMatchObject({ format: 'csv', rows: 2, skippedRows: 0 });
    const bodies = [];
    for await (const some of files.documents(1)) bodies.push(...some.map((rows) => assemble(opened.reader, rows).body['amount']));
    expect(bodies).toEqual(['5', '6']);
  });

  test('a file of a million commas a line is refused by its columns, and the process goes on', async () => {
    const line = `${','.repeat(1_000_000)}\n`;
    expect(await faultOf(files.open(fileOf(line.repeat(40))))).toBe('file-too-many-columns');
    expect(await faultOf(files.open(fileOf(`id,c,d,a\n${','.repeat(600)}\n`)))).toBe('file-too-many-columns');
    expect(await faultOf(files.open(fileOf('id,c,d,a\n')))).toBe('none');
  });
});

test('a file that fills the memory of its process is refused as too large', async () => {
  const hungry = new ReadAside({ memoryMb: 32, script: new URL('../support/hungry.mjs', import.meta.url) });
  expect(await faultOf(hungry.open(fileOf('id\n')))).toBe('file-too-large');
  hungry.stop();
});

test('a file that takes for ever ends its process, while this one goes on turning', async () => {
  const stuck = new ReadAside({ seconds: 1, script: new URL('../support/endless.mjs', import.meta.url) });
  let ended = false;
  let turns = 0;
  const reading = faultOf(stuck.open(fileOf('id\n'))).finally(() => (ended = true));
  while (!ended) {
    await turn();
    turns += 1;
  }
  expect(await reading).toBe('file-too-slow');
  expect(turns).toBeGreaterThan(100);
  stuck.stop();
});

test('a process that is killed in the middle of a file is no fault of the file, and the next one is read by another', async () => {
  const script = new URL('../support/killed-reader.mjs', import.meta.url);
  const killed = new ReadAside({ script });
  for (let turn = 0; turn < 2; turn += 1)
    expect(await faultOf(killed.open(fileOf('id\n')))).toBe('Error: the process that reads files has ended');
  killed.stop();
});

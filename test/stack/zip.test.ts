import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { crc32, deflateRawSync } from 'node:zlib';
import { readZipEntry } from '../../stack/zip.ts';

/** A zip as the format's specification lays it out, made without the reader's help. */
function zipOf(files: { name: string; content: Buffer; stored?: boolean }[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, stored } of files) {
    const packed = stored ? content : deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, tail, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

const long = Buffer.from('Zahlung 付款 '.repeat(5_000));
const archive = zipOf([
  { name: 'a/first', content: Buffer.from('one'), stored: true },
  { name: 'a/空', content: long },
]);

test('a packed and a stored entry come out byte for byte', () => {
  expect(readZipEntry(archive, 'a/first').toString()).toBe('one');
  expect(readZipEntry(archive, 'a/空').equals(long)).toBe(true);
});

test('an absent entry, a cut file and a damaged entry are errors, never wrong content', () => {
  expect(() => readZipEntry(archive, 'a/second')).toThrow('zip holds no a/second');
  expect(() => readZipEntry(archive.subarray(0, archive.length - 30), 'a/first')).toThrow('cut short');
  const damaged = Buffer.from(archive);
  damaged.write('two', damaged.indexOf('one'));
  expect(() => readZipEntry(damaged, 'a/first')).toThrow('damaged');
});

const python = spawnSync('python3', ['--version']).status === 0;

test.runIf(python)('a zip made by another program is read alike', () => {
  const script =
    'import sys,zipfile,io\nb=io.BytesIO()\nz=zipfile.ZipFile(b,"w",zipfile.ZIP_DEFLATED)\nz.writestr("x/y","hello "*99)\nz.close()\nsys.stdout.buffer.write(b.getvalue())';
  const made = spawnSync('python3', ['-c', script]).stdout;
  expect(readZipEntry(made, 'x/y').toString()).toBe('hello '.repeat(99));
});

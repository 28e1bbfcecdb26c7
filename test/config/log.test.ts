import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { tempFolder } from '../support/temp.ts';
import { logSink, openLogger } from '../../config/log.ts';

test('a disk without room loses lines of the log, ends nothing, and the log says afterwards how many are missing', () => {
  let room = 60;
  let text = '';
  const sink = logSink((bytes) => {
    if (room <= 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const part = bytes.subarray(0, room);
    room -= part.length;
    text += Buffer.from(part).toString('utf8');
    return part.length;
  });
  for (let line = 1; line <= 20; line += 1) sink.write(`${JSON.stringify({ line })}\n`);
  room = Infinity;
  sink.write(`${JSON.stringify({ line: 21 })}\n`);
  const whole = text.split('\n').filter((line) => line.endsWith('}'));
  const told = whole.map((line) => JSON.parse(line) as { line?: number; lost?: number; code?: string });
  const kept = told.filter(({ line }) => line !== undefined);
  expect(kept.at(-1)).toEqual({ line: 21 });
  expect(told.find(({ lost }) => lost !== undefined)).toMatchObject({ lost: 21 - kept.length, code: 'ENOSPC' });
});

test('a reader that is behind is waited for, and one that is gone ends nothing', () => {
  let behind = 3;
  let text = '';
  const failing = (code: string) => Object.assign(new Error(code), { code });
  const sink = logSink((bytes) => {
    if (behind-- > 0) throw failing('EAGAIN');
    text += Buffer.from(bytes).toString('utf8');
    return bytes.length;
  });
  sink.write('one\n');
  expect(text).toBe('one\n');
  const gone = logSink(() => {
    throw failing('EPIPE');
  });
  expect(() => gone.write('two\n')).not.toThrow();
});

test.skipIf(!existsSync('/dev/full'))('a real device without room does not end the process that logs', () => {
  const fd = openSync('/dev/full', 'w');
  expect(() => writeSync(fd, 'x')).toThrow('ENOSPC');
  const log = openLogger('info', fd);
  expect(() => log.error({ err: new Error('planted') }, 'said')).not.toThrow();
  closeSync(fd);
});

test('the log of a failed statement has its code and place, and no value that the database repeats', () => {
  const file = join(tempFolder(), 'log');
  const fd = openSync(file, 'w');
  const failed = (message: string, more: Partial<pg.DatabaseError>) =>
    Object.assign(new pg.DatabaseError(message, message.length, 'error'), { severity: 'ERROR', ...more });
  const log = openLogger('info', fd);
  log.error(
    {
      err: failed('duplicate key value violates unique constraint "contact_pkey"', {
        code: '23505',
        detail: 'Key (mobile)=(canary-1) already exists.',
        where: "unnamed portal parameter $1 = 'canary-2'",
      }),
    },
    'one',
  );
  log.error({ err: failed('date/time field value out of range: "canary-3"', { code: '22008' }) }, 'two');
  closeSync(fd);
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain('canary');
  expect(text).toMatch(/23505[^]*contact_pkey[^]*22008/);
  expect(text).toMatch(/log\.test\.ts:\d+/);
});

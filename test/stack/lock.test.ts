import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { StackError } from '../../stack/error.ts';
import { lockDataDir } from '../../stack/lock.ts';
import { goneWithin, startOf } from '../../stack/processes.ts';
import { tempFolder } from '../support/temp.ts';

async function aDeadProcess(): Promise<number> {
  const child = spawn('true');
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid ?? 0;
}

test('a data folder has one holder, and is free again after release', async () => {
  const folder = join(tempFolder(), 'new');
  const lock = await lockDataDir(folder);
  const second = lockDataDir(folder);
  await expect(second).rejects.toThrow(StackError);
  await expect(second).rejects.toThrow(`Another Duecourse (process ${process.pid}) uses ${folder}`);
  lock.release();
  (await lockDataDir(folder)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test.runIf(process.platform === 'linux')('a data folder where none can be made is refused, not tried for ever', async () => {
  await expect(lockDataDir('/proc/duecourse/data')).rejects.toThrow(
    'The data folder /proc/duecourse/data cannot be used (ENOENT)',
  );
});

test('a data folder that is a file is one sentence in both languages', async () => {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  const refused = lockDataDir(file);
  await expect(refused).rejects.toThrow(`The data folder ${file} cannot be used (EEXIST): choose a folder you may write`);
  await expect(refused).rejects.toMatchObject({ zh: expect.stringContaining('无法使用数据文件夹') });
});

test('a killed holder, a stranger with its number and a torn file are taken over', async () => {
  const folder = tempFolder();
  const file = join(folder, 'stack.lock');
  const stranger = spawn('sleep', ['60']);
  onTestFinished(() => void stranger.kill('SIGKILL'));
  for (const left of [`${await aDeadProcess()}\nstart\n`, `${stranger.pid}\nanother start\n`, '']) {
    writeFileSync(file, left);
    const lock = await lockDataDir(folder);
    expect(readFileSync(file, 'utf8')).toBe(`${process.pid}\n${startOf(process.pid)}\n`);
    lock.release();
  }
});

test('of many that find a stale lock at once exactly one gets the folder', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'stack.lock'), `${await aDeadProcess()}\nstart\n`);
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockDataDir(folder)));
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
});

test('releasing twice never takes the lock of the next holder', async () => {
  const folder = tempFolder();
  const lock = await lockDataDir(folder);
  lock.release();
  const theirs = `${process.pid}\nsomeone else\n`;
  writeFileSync(join(folder, 'stack.lock'), theirs);
  lock.release();
  expect(existsSync(join(folder, 'stack.lock'))).toBe(true);
});

test('a process that ended but was not collected counts as gone', async () => {
  const child = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const pid = await new Promise<number>((resolve) =>
    child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))),
  );
  expect(await goneWithin(pid, 5_000)).toBe(true);
});

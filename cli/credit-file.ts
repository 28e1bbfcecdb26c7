import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { StackError } from '../stack/error.ts';
import { say, speaking } from '../stack/help.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const unusable = (path: string): StackError =>
  new StackError(
    `${path} is no credit file: it must hold the answer of GET /v1/credit-files/{hash}, or its content together with --hash.`,
    `${path} 不是授信档案文件：应为 GET /v1/credit-files/{hash} 的答复，或仅为其内容并附 --hash。`,
  );

function read(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    const why = (error as { code?: string }).code ?? String(error);
    throw new StackError(`The file ${path} cannot be read (${why}).`, `无法读取文件 ${path}（${why}）。`);
  }
}

function readJson(path: string): Fields {
  const text = read(path);
  try {
    const found: unknown = JSON.parse(text);
    if (isFields(found)) return found;
  } catch {
    throw unusable(path);
  }
  throw unusable(path);
}

/** The hash of what a file holds; what is nested too deeply to be hashed is none of ours. */
async function hashOf(content: unknown, path: string): Promise<string> {
  const { contentHash } = await import('../store/platform/content-hash.ts');
  try {
    return contentHash(content);
  } catch {
    throw unusable(path);
  }
}

/**
 * Recomputes the hash of a credit file, without network or database. `path`: the answer of GET /v1/credit-files/{hash}, or with `hash` the
 * content alone; `-` reads standard input. Answers the exit code: 1 when they differ.
 */
async function verify(path: string, { hash }: { hash?: string }): Promise<number> {
  const given = readJson(path);
  const whole = isFields(given['content']) && typeof given['hash'] === 'string';
  const claimed = hash?.toLowerCase() ?? (whole ? String(given['hash']) : undefined);
  if (claimed === undefined)
    throw new StackError(
      `${path} does not say its hash: add --hash with the one on record.`,
      `${path} 中没有哈希值：请用 --hash 给出记录中的哈希值。`,
    );
  const found = await hashOf(whole ? given['content'] : given, path);
  const same = found === claimed;
  const line = same
    ? say(`The credit file is as it was decided on: ${found}`, `授信档案与审批时一致：${found}`)
    : say(
        `The credit file was changed: it is ${found}, on record is ${claimed}`,
        `授信档案已被改动：现为 ${found}，记录为 ${claimed}`,
      );
  process.stdout.write(`${line}\n`);
  return same ? 0 : 1;
}

/** `duecourse credit-file verify FILE`. */
export function creditFileCommand(): Command {
  const file = speaking(new Command('credit-file')).description(say('credit files that were decided on', '审批所依据的授信档案'));
  file
    .command('verify')
    .description(
      say(
        'recompute the hash of a credit file, offline; exit code 1 when it differs',
        '离线重算授信档案的哈希值；不一致时退出码为 1',
      ),
    )
    .argument(
      '<file>',
      say(
        'the answer of GET /v1/credit-files/{hash}; - for standard input',
        'GET /v1/credit-files/{hash} 的答复；- 表示标准输入',
      ),
    )
    .option(
      '--hash <hash>',
      say('the hash on record, where the file holds the content alone', '记录中的哈希值；文件只含内容时使用'),
    )
    .action(async (path: string, options: { hash?: string }) => {
      process.exitCode = await verify(path, options);
    });
  return file;
}

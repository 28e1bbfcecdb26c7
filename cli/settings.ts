import { readFileSync } from 'node:fs';
import { writeGoLiveBody, writeSellerBody } from '../contracts/platform/settings.ts';
import { sayGoLivePart } from '../domain/outreach/going-live.ts';
import { StackError } from '../stack/error.ts';
import { writeSeller } from '../store/outreach/acts/seller.ts';
import { readGoLive, writeGoLive } from '../store/outreach/going-live.ts';
import { systemActor } from '../store/platform/transaction.ts';
import { languageOfEnv } from './language.ts';
import { withStore } from './store-commands.ts';

const actor = systemActor('cli');
const language = languageOfEnv(process.env);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Prints the settings of going live, and what of them is missing before anything leaves. */
export async function showSettings(): Promise<void> {
  const { seller, goLive, missing } = await withStore((store) => readGoLive(store.db));
  print(JSON.stringify({ seller, goLive }, null, 2));
  for (const part of missing) print(`${language === 'zh' ? '缺少：' : 'Missing: '}${sayGoLivePart(part, language)}`);
}

/** Sets `seller` or `go-live` from JSON or `@file`, as the API's routes take it. Throws StackError for what cannot be used. */
export async function setSettings(name: string, text: string): Promise<void> {
  const body = jsonOf(text);
  await withStore(async (store) => {
    if (name === 'seller') {
      const { reason, ...seller } = parsed(writeSellerBody.safeParse(body));
      const waits = await writeSeller(store, actor, seller, reason);
      if (waits) print(accountWaits(waits.act));
      return;
    }
    if (name !== 'go-live')
      throw new StackError(`There is no setting ${name}: seller, go-live.`, `没有设置 ${name}：seller、go-live。`);
    const { reason, ...goLive } = parsed(writeGoLiveBody.safeParse(body));
    return writeGoLive(store, actor, goLive, reason);
  });
  await showSettings();
}

const accountWaits = (act: string): string =>
  language === 'zh'
    ? `新的收款账户须经双人复核（待批事项 ${act}），在此之前信函仍使用原账户。`
    : `The new bank account waits for a second person (pending act ${act}); until then letters name the one in force.`;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StackError(`The settings cannot be read: ${why}.`, `无法读取设置：${why}。`);
  }
}

interface Parsed<T> {
  success: boolean;
  data?: T;
  error?: { issues: readonly { path: readonly PropertyKey[] }[] };
}

function parsed<T>({ data, error }: Parsed<T>): T {
  if (data !== undefined) return data;
  const fields = [...new Set(error?.issues.map(({ path }) => `/${path.map(String).join('/')}`))].join(', ');
  throw new StackError(`These fields are missing or cannot be used: ${fields}.`, `以下字段缺失或不可用：${fields}。`);
}

import { readConfig, readDatabaseConfig } from '../config/env.ts';
import { outlets, sayOutlet, sayStayReason } from '../domain/platform/departure.ts';
import type { Outlet } from '../domain/platform/departure.ts';
import { StackError } from '../stack/error.ts';
import { claimInstallation, deploymentOf, readOutlets, switchOutlet } from '../store/platform/departures.ts';
import { systemActor } from '../store/platform/transaction.ts';
import { languageOfEnv } from './language.ts';
import { withStore } from './store-commands.ts';

const actor = systemActor('cli');
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const language = languageOfEnv(process.env);
const zh = language === 'zh';

/** Says that the database named by DATABASE_URL, where it stands now, is the real one; prints the id its deployment must be given. */
export async function claim({ reason }: { reason: string }): Promise<void> {
  const { installation } = readDatabaseConfig();
  const named = await withStore((store) => claimInstallation(store, actor, installation, reason));
  print(`DUECOURSE_INSTALLATION=${named.id}`);
  if (installation === null)
    process.stderr.write(
      zh
        ? '请在 api 与 worker 的环境中设置此变量；未设置前，所有消息只保存，不外发。\n'
        : 'Set this variable for api and worker; until then every message is kept and none leaves.\n',
    );
}

/** Lists channels and data providers: which of them reach anybody now, and if not, why. */
export async function listOutlets(): Promise<void> {
  const deployment = deploymentOf(readConfig());
  for (const { outlet, reasons, switch: opened } of await withStore((store) => readOutlets(store, deployment))) {
    const why = reasons.map((reason) => sayStayReason(reason, language)).join(zh ? '；' : '; ');
    const state = reasons.length === 0 ? (zh ? '对外发送' : 'live') : `${zh ? '只保存，不外发：' : 'kept: '}${why}`;
    const by =
      opened === null ? '' : zh ? `（已由 ${opened.by} 打开：${opened.reason}）` : ` (opened by ${opened.by}: ${opened.reason})`;
    print(`${outlet}  ${sayOutlet(outlet, language)}  ${state}${by}`);
  }
}

/** Opens or closes an outlet for a clock that is not real time, on record. Throws StackError for a name that is none. */
export async function turnOutlet(name: string, open: boolean, options: { reason: string; until?: string }): Promise<void> {
  const outlet = outlets.find((one): one is Outlet => one === name);
  if (!outlet)
    throw new StackError(`There is no outlet ${name}: ${outlets.join(', ')}.`, `没有渠道 ${name}：${outlets.join('、')}。`);
  const until = { until: options.until ?? null };
  await withStore((store) => switchOutlet(store, actor, outlet, open ? until : null, options.reason));
  await listOutlets();
}

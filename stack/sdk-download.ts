/**
 * Run as a process of its own, `node --import tsx sdk-download.ts FOLDER`: lets the Temporal SDK fetch the dev server it was tested
 * with into FOLDER. Apart, because the SDK's runtime can be configured only once a process, and a silent network can be cut off.
 */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { SDK_VERSION } from './temporal-pins.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: sdk-download.ts FOLDER');
const runtime = Runtime.install({ logger: new DefaultLogger('ERROR') });
const exe = {
  type: 'cached-download',
  downloadDir: folder,
  version: 'default',
  ttl: Number.MAX_SAFE_INTEGER,
  sdkName: 'sdk-typescript',
  sdkVersion: SDK_VERSION,
} as const;
try {
  const server = await runtime.createEphemeralServer({
    type: 'dev-server',
    exe,
    namespace: 'default',
    ip: '127.0.0.1',
    port: null,
    uiPort: null,
    dbFilename: null,
    ui: false,
    log: { format: 'pretty', level: 'error' },
    extraArgs: [],
  });
  await runtime.shutdownEphemeralServer(server);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

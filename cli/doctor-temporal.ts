import { Connection } from '@temporalio/client';
import type { Config } from '../config/env.ts';
import type { KnownEngine } from './doctor-database.ts';
import type { Finding } from './doctor-words.ts';

const CONNECT_MS = 5_000;
/** What the workflows set at their start, as keywords. */
const ATTRIBUTES = ['CustomerId', 'Stage', 'Kind'];
const NOT_FOUND = 5;
const KEYWORD = 2;

const said = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error));

async function attributes(connection: Connection, namespace: string): Promise<Finding> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = ATTRIBUTES.filter((name) => customAttributes?.[name] !== KEYWORD);
    if (missing.length === 0) return { state: 'ok', code: 'attributes-ok' };
    const flags = missing.map((name) => `--name ${name} --type Keyword`).join(' ');
    return { state: 'bad', code: 'attributes-missing', params: { names: missing.join(', '), namespace, flags } };
  } catch (error) {
    return { state: 'note', code: 'attributes-unseen', params: { error: said(error) } };
  }
}

/** Everything that can be asked of Temporal; `known`: what the database remembers of it. */
export async function temporalFindings({ temporal }: Config, known: KnownEngine): Promise<Finding[]> {
  const { address, namespace, tls, apiKey } = temporal;
  let connection: Connection;
  try {
    connection = await Connection.connect({ address, tls, connectTimeout: CONNECT_MS, ...(apiKey !== undefined && { apiKey }) });
  } catch (error) {
    return [{ state: 'bad', code: 'temporal-down', params: { address, error: said(error) } }];
  }
  try {
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
    const version = serverVersion ?? '';
    const found: Finding[] = [
      { state: 'ok', code: 'temporal-ok', params: { version, namespace } },
      await attributes(connection, namespace),
    ];
    if (known.namespace !== null && known.namespace !== namespace)
      found.push({ state: 'bad', code: 'namespace-other', params: { namespace, known: known.namespace } });
    else if (known.id !== null && known.id !== namespaceInfo?.id) found.push({ state: 'note', code: 'engine-other' });
    return found;
  } catch (error) {
    if ((error as { code?: number }).code === NOT_FOUND)
      return [{ state: 'bad', code: 'namespace-missing', params: { namespace } }];
    return [{ state: 'bad', code: 'temporal-down', params: { address, error: said(error) } }];
  } finally {
    await connection.close();
  }
}

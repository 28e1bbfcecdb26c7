import type { Config } from '../config/env.ts';
import type { StayReason } from '../domain/platform/departure.ts';
import { deploymentOf, readOutlets } from '../store/platform/departures.ts';
import type { OutletView } from '../store/platform/departures.ts';
import { openStore } from '../store/open.ts';
import type { Finding, FindingCode } from './doctor-words.ts';

const codes: Readonly<Record<Exclude<StayReason, 'not-connected'>, FindingCode>> = {
  'installation-unnamed': 'kept-installation-unnamed',
  'other-installation': 'kept-other-installation',
  'moved-database': 'kept-moved-database',
  'restored-database': 'kept-restored-database',
  replaying: 'kept-replaying',
  'clock-not-real': 'kept-clock-not-real',
  'clock-movable': 'kept-clock-movable',
};

/** Which connected outlets speak, and why the others keep what they were given. Says nothing where the database cannot be asked. */
export async function outletFindings(config: Config): Promise<Finding[]> {
  const store = openStore({ url: config.databaseUrl, max: 1, zone: config.zone, applicationName: 'duecourse-doctor' });
  try {
    const connected = (await readOutlets(store, deploymentOf(config))).filter((one) => one.connected);
    const why = (one: OutletView) => one.reasons.find((reason) => reason !== 'not-connected');
    const names = (of: typeof connected): string => of.map(({ outlet }) => outlet).join(', ');
    return [...new Set(connected.map(why))].map((reason): Finding => {
      const of = connected.filter((one) => why(one) === reason);
      const params = { outlets: names(of), installation: config.installation ?? '–' };
      if (reason === undefined) return { state: 'ok', code: 'outlets-ok', params };
      return { state: config.mode === 'production' ? 'bad' : 'note', code: codes[reason], params };
    });
  } catch {
    return [];
  } finally {
    await store.close();
  }
}

import { outlets } from '../../domain/platform/departure.ts';
import { claimInstallation, switchOutlet } from '../../store/platform/departures.ts';
import type { Deployment } from '../../store/platform/departures.ts';
import type { Outlet } from '../../domain/platform/departure.ts';
import { writeSeller } from '../../store/outreach/acts/seller.ts';
import { writeGoLive } from '../../store/outreach/going-live.ts';
import type { Store } from '../../store/platform/transaction.ts';
import { system } from './actors.ts';

/** The installation of tests whose messages reach a provider of the test's own. */
export const INSTALLATION = 'installation-of-a-test';

/** A deployment of that installation with these outlets. */
export const reaching = (...connected: Outlet[]): Deployment => ({
  connected: new Set(connected),
  installation: INSTALLATION,
});

/** Settings of a house that has no past. */
export const SELLER = {
  name: { zh: '财务服务部', en: 'Customer Accounts' },
  phone: '021-55550100',
  email: '',
  account: { holder: 'Seller Co.', bank: 'Bank of Tests', number: '6222 0001' },
  signature: { zh: '财务服务部', en: 'Customer Accounts' },
};
export const NO_PAST = { collectFrom: null, history: 'complete' as const, firstContact: null };

/** Makes the settings, names the database and lets every outlet speak in stepped time: its providers are the test's own. */
export async function letOut(store: Store): Promise<void> {
  await writeSeller(store, system, SELLER, 'a test');
  await writeGoLive(store, system, NO_PAST, 'a test');
  await claimInstallation(store, system, INSTALLATION, 'a test');
  for (const outlet of outlets) await switchOutlet(store, system, outlet, { until: null }, 'the providers are of the test');
}

import { closeOutlet, openOutlet, outletList, outletParams } from '../../../contracts/platform/outlets.ts';
import { sayStayReason } from '../../../domain/platform/departure.ts';
import { deploymentOf, readOutlets, switchOutlet } from '../../../store/platform/departures.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

const answers = { 200: { description: 'Every outlet.', schema: outletList } };

/** Ways out of the house: whether anything leaves by them, and the switch for a clock that is not real. */
export function outletRoutes({ store, config }: Services): RouteSpec[] {
  const deployment = deploymentOf(config);
  const shown = async (language: Language) => ({
    data: (await readOutlets(store, deployment)).map(({ reasons, switch: opened, ...one }) => ({
      ...one,
      leaves: reasons.length === 0,
      reasons: reasons.map((code) => ({ code, message: sayStayReason(code, language) })),
      opened,
    })),
  });
  return [
    route({
      method: 'get',
      path: '/v1/outlets',
      verb: 'setting.read',
      tag: 'Settings',
      summary: 'Channels and data providers: which of them reach anybody now, and if not, why',
      answers,
      handle: async ({ language }) => ({ status: 200, body: await shown(language) }),
    }),
    route({
      method: 'post',
      path: '/v1/outlets/{outlet}/open',
      verb: 'setting.write',
      tag: 'Settings',
      summary: 'Let an outlet speak although business time is not real time; on record, with the reason',
      params: outletParams,
      body: openOutlet,
      idempotent: 'key',
      answers,
      async handle({ actor, params, body, language }) {
        await switchOutlet(store, actor, params.outlet, { until: body.until ?? null }, body.reason);
        return { status: 200, body: await shown(language) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/outlets/{outlet}/close',
      verb: 'setting.write',
      tag: 'Settings',
      summary: 'Take that back: the outlet speaks in real time alone',
      params: outletParams,
      body: closeOutlet,
      idempotent: 'key',
      answers,
      async handle({ actor, params, body, language }) {
        await switchOutlet(store, actor, params.outlet, null, body.reason);
        return { status: 200, body: await shown(language) };
      },
    }),
  ];
}

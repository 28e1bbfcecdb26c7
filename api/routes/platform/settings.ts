import { settingsAnswer, writeGoLiveBody, writeSellerBody } from '../../../contracts/platform/settings.ts';
import { sayGoLivePart } from '../../../domain/outreach/going-live.ts';
import { askGoLive } from '../../../store/outreach/acts/collect-from.ts';
import { writeSeller } from '../../../store/outreach/acts/seller.ts';
import { readGoLive } from '../../../store/outreach/going-live.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import { answerPending, pendingAnswer } from '../../pending-answer.ts';

const answers = { 200: { description: 'The settings, and what is missing.', schema: settingsAnswer } };

/** Settings of going live: who we are in letters, from when we collect, and how taken-over customers are first contacted. */
export function settingRoutes({ store }: Services): RouteSpec[] {
  const shown = async (language: Language) => {
    const { seller, goLive, missing } = await readGoLive(store.db);
    const { name = null, phone = '', email = '', account = null, signature = null } = seller ?? {};
    return {
      seller: { name, phone, email, account, signature },
      goLive,
      missing: missing.map((part) => ({ part, message: sayGoLivePart(part, language) })),
    };
  };
  return [
    route({
      method: 'get',
      path: '/v1/settings',
      verb: 'setting.read',
      tag: 'Settings',
      summary: 'The settings of going live, and what of them is missing before anything leaves',
      answers,
      handle: async ({ language }) => ({ status: 200, body: await shown(language) }),
    }),
    route({
      method: 'put',
      path: '/v1/settings/seller',
      verb: 'setting.write',
      tag: 'Settings',
      summary:
        'What letters say of us: name, telephone, bank account, signature; once all are there, every change waits for a second person',
      body: writeSellerBody,
      answers: { ...answers, ...pendingAnswer },
      async handle({ actor, body: { reason, ...seller }, language }) {
        const waits = await writeSeller(store, actor, seller, reason);
        if (waits) return answerPending(store, actor, waits, language);
        return { status: 200, body: await shown(language) };
      },
    }),
    route({
      method: 'put',
      path: '/v1/settings/go-live',
      verb: 'setting.write',
      tag: 'Settings',
      summary:
        'From when we collect, what of the past was taken over, and how its customers are first contacted; a later day waits for a second person',
      body: writeGoLiveBody,
      answers: { ...answers, ...pendingAnswer },
      async handle({ actor, body: { reason, ...goLive }, language }) {
        const waits = await askGoLive(store, actor, goLive, reason);
        if (waits) return answerPending(store, actor, waits, language);
        return { status: 200, body: await shown(language) };
      },
    }),
  ];
}

import { logContact as body, logContactAnswer } from '../../contracts/contacts.ts';
import { logContact } from '../../store/contact-log.ts';
import { route } from '../route.ts';
import type { RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';

/** Calls and visits people made. */
export function contactRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/contacts',
      verb: 'contact.log',
      tag: 'Contacts',
      summary: 'Log a call or a visit; it moves no rung and stands in the timeline',
      body,
      idempotent: 'key',
      answers: { 201: { description: 'Logged.', schema: logContactAnswer } },
      async handle({ actor, body: { reason, ...sent } }) {
        const entry = { ...sent, receivable: sent.receivable ?? null, contact: sent.contact ?? null, at: sent.at ?? null };
        return { status: 201, body: await logContact(store, actor, entry, reason ?? null) };
      },
    }),
  ];
}

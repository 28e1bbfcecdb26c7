import { logContact as body, logContactAnswer } from '../../../contracts/outreach/contacts.ts';
import { contactWarningWords } from '../../../domain/outreach/contact-words.ts';
import { logContact } from '../../../store/outreach/contact-log.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** Calls and visits people made. */
export function contactRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/contacts',
      verb: 'contact.log',
      tag: 'Contacts',
      summary: 'Log a call or a visit; it moves no step, stands in the timeline and counts in the caps of contacts',
      body,
      idempotent: 'key',
      answers: { 201: { description: 'Logged.', schema: logContactAnswer } },
      async handle({ actor, body: { reason, ...sent }, language }) {
        const entry = { ...sent, receivable: sent.receivable ?? null, contact: sent.contact ?? null, at: sent.at ?? null };
        const logged = await logContact(store, actor, entry, reason ?? null);
        const warnings = logged.warnings.map((code) => ({ code, text: contactWarningWords[code][language] }));
        return { status: 201, body: { ...logged, warnings } };
      },
    }),
  ];
}

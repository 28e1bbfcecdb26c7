import { idParams } from '../../../contracts/platform/common.ts';
import { changeOptOut, optOuts } from '../../../contracts/outreach/opt-outs.ts';
import { addOptOut, liftOptOut, listOptOuts } from '../../../store/outreach/opt-out-changes.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

const answers = { 200: { description: "The opt-outs of the customer's contacts.", schema: optOuts } };

/** Channels a customer's people want no more of. */
export function optOutRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/customers/{id}/opt-outs',
      verb: 'message.read',
      tag: 'Contacts',
      summary: "Opt-outs of a customer's contacts, lifted ones too",
      params: idParams,
      answers,
      async handle({ actor, params }) {
        return { status: 200, body: { data: await listOptOuts(store, actor, params.id) } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/customers/{id}/opt-outs',
      verb: 'contact.log',
      tag: 'Contacts',
      summary: 'A person told us they want no more of a channel',
      params: idParams,
      body: changeOptOut,
      idempotent: 'key',
      answers,
      async handle({ actor, params, body }) {
        return { status: 200, body: { data: await addOptOut(store, actor, params.id, body) } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/customers/{id}/opt-outs/lift',
      verb: 'opt-out.lift',
      tag: 'Contacts',
      summary: 'Lift an opt-out, with the reason: the person agreed again',
      params: idParams,
      body: changeOptOut,
      idempotent: 'key',
      answers,
      async handle({ actor, params, body }) {
        return { status: 200, body: { data: await liftOptOut(store, actor, params.id, body) } };
      },
    }),
  ];
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { z } from 'zod';
import { twilioForm, twilioInbound, twilioQuery, twilioStatus } from '../../../contracts/outreach/callbacks.ts';
import { Refusal } from '../../../domain/platform/refusal.ts';
import { recordInbound, recordReceipt } from '../../../store/outreach/receipts.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

type Form = Record<string, string>;

/**
 * Twilio's signature of a form: HMAC-SHA1 over the address it called and its fields by name. The address is ours as configured; no header of
 * the request is believed.
 */
export function twilioSignature(authToken: string, url: string, form: Form): string {
  const fields = Object.keys(form)
    .sort()
    .map((name) => name + form[name]);
  return createHmac('sha1', authToken)
    .update(url + fields.join(''))
    .digest('base64');
}

function isSigned(req: Request, form: Form, { authToken, publicUrl }: { authToken: string; publicUrl: string }): boolean {
  const expected = Buffer.from(twilioSignature(authToken, publicUrl + req.originalUrl, form));
  const given = Buffer.from(req.get('x-twilio-signature') ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A signed form that says nothing we know of is answered and left: the provider would only send it again. */
async function receive({ store }: Services, accountSid: string, form: Form, messageId: string | undefined): Promise<void> {
  const status = twilioStatus.safeParse(form);
  const inbound = twilioInbound.safeParse(form);
  if (status.success && status.data.AccountSid === accountSid) {
    const { MessageSid: providerId, MessageStatus, ErrorCode } = status.data;
    await recordReceipt(store, { providerId, status: MessageStatus, code: ErrorCode ?? null, messageId: messageId ?? null });
  } else if (inbound.success && inbound.data.AccountSid === accountSid) {
    const { MessageSid: providerId, From: from, Body: text, OptOutType } = inbound.data;
    await recordInbound(store, { providerId, from, text, stop: OptOutType === 'STOP' });
  }
}

/** Callbacks of providers, signed by them: receipts and replies. They come repeated and in any order. */
export function callbackRoutes(services: Services): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/callbacks/twilio',
      verb: 'open',
      tag: 'Messages',
      summary: 'What Twilio says of a message, or what a customer answered; signed by Twilio',
      form: true,
      query: twilioQuery,
      body: twilioForm,
      answers: { 204: { description: 'Taken, now or before', schema: z.null() } },
      async handle({ query, body, req }) {
        const { twilio, publicUrl } = services.config;
        if (!twilio || !isSigned(req, body, { authToken: twilio.authToken, publicUrl })) throw new Refusal('forbidden');
        await receive(services, twilio.accountSid, body, query.message);
        return { status: 204, body: null };
      },
    }),
  ];
}

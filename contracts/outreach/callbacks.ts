import { z } from 'zod';

const sid = z.string().regex(/^[A-Z]{2}[0-9a-f]{32}$/i);

/** A form of Twilio's: fields come and go with its versions, so those not known are let through; all of them are signed. */
export const twilioForm = z
  .record(z.string().max(100), z.string().max(20_000))
  .meta({ description: 'A status callback or an inbound message, as Twilio sends it.' });

export const twilioQuery = z.strictObject({ message: z.uuid().optional() });

/** What became of a message. */
export const twilioStatus = z.object({
  AccountSid: sid,
  MessageSid: sid,
  MessageStatus: z.string().regex(/^[a-z_]{1,30}$/),
  ErrorCode: z
    .string()
    .regex(/^\d{1,6}$/)
    .optional(),
});

/** A message that a customer wrote. */
export const twilioInbound = z.object({
  AccountSid: sid,
  MessageSid: sid,
  From: z.string().regex(/^\+[1-9]\d{6,14}$/),
  Body: z.string().max(20_000),
  OptOutType: z.string().max(20).optional(),
});

import type twilio from 'twilio';
import { faultOfTwilio, textFault } from '../../../domain/outreach/message.ts';
import type { FindOutcome, Gateway, OutgoingMessage, SendOutcome } from './gateway.ts';

export interface TwilioSettings {
  accountSid: string;
  authToken: string;
  /** A number (+…) or a messaging service (MG…). */
  from: string;
  /** Our public address, without a slash at its end; Twilio calls back there. */
  publicUrl: string;
  /** Another address of the API: a test server. */
  apiUrl?: string;
  settleMs?: number;
}

const TIMEOUT_MS = 15_000;
const SETTLE_MS = 60_000;
/** The provider's clock may differ from ours. */
const SKEW_MS = 5 * 60_000;
const MOST_FOUND = 50;

/** Where Twilio reports what became of a message; our own id in it lets a report find a message whose call was cut off. */
const callbackPath = '/v1/callbacks/twilio';

/** SMS by Twilio: neutral texts only. It has no idempotency key, so an open outcome is looked up in its list of messages. */
export function twilioGateway(settings: TwilioSettings): Gateway {
  let connected: Promise<twilio.Twilio> | null = null;
  const client = () => (connected ??= connect(settings));
  return {
    provider: 'twilio',
    receipts: true,
    settleMs: settings.settleMs ?? SETTLE_MS,
    async send(message) {
      if (textFault(message.channel, message.class, message.text)) return { outcome: 'refused', code: 'unfit', why: 'refused' };
      try {
        const sent = await (
          await client()
        ).messages.create({
          to: message.to,
          ...(settings.from.startsWith('MG') ? { messagingServiceSid: settings.from } : { from: settings.from }),
          ...(message.providerTemplate ? { contentSid: message.providerTemplate } : { body: message.text }),
          statusCallback: `${settings.publicUrl}${callbackPath}?message=${message.id}`,
        });
        return { outcome: 'accepted', providerId: sent.sid };
      } catch (error) {
        return outcomeOf(error as TwilioError);
      }
    },
    async find(message, since, known): Promise<FindOutcome> {
      const from = settings.from.startsWith('MG') ? {} : { from: settings.from };
      const after = new Date(Date.parse(since) - SKEW_MS);
      // Not asked by date of sending: a message that is still queued has none. The newest come first.
      const listed = await (await client()).messages.list({ to: message.to, ...from, limit: MOST_FOUND });
      const match = listed.find((candidate) => sameMessage(candidate, message, after) && !known.includes(candidate.sid));
      return match ? { outcome: 'found', providerId: match.sid } : { outcome: 'absent' };
    },
  };
}

interface Listed {
  sid: string;
  to: string;
  body: string;
  dateCreated: Date;
}

/** A text by the provider's own template has its words from there, so only the number and the time can be compared. */
function sameMessage(candidate: Listed, message: OutgoingMessage, after: Date): boolean {
  const text = message.providerTemplate !== null || candidate.body.trim() === message.text.trim();
  return text && candidate.to === message.to && candidate.dateCreated >= after;
}

/** `status` and `code` come with an answer of the API; without them the connection failed. */
interface TwilioError {
  status?: number;
  code?: number | string;
}

const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** 429 is safe to repeat; other 4xx are a no; a 5xx, a time-out or a broken connection leaves the outcome open. */
function outcomeOf({ status, code }: TwilioError): SendOutcome {
  if (status === 429) return { outcome: 'busy', why: '429' };
  if (status === 401 || status === 403) return { outcome: 'busy', why: 'our credentials are refused' };
  if (status !== undefined && status >= 400 && status < 500) {
    const text = String(code ?? status);
    return { outcome: 'refused', code: text, why: faultOfTwilio(text) };
  }
  if (status === undefined && neverConnected.has(String(code))) return { outcome: 'busy', why: String(code) };
  return { outcome: 'unknown', why: status === undefined ? String(code ?? 'connection') : String(status) };
}

/** The vendor's library is loaded at the first message: it is large, and most processes never send one. */
async function connect({ accountSid, authToken, apiUrl }: TwilioSettings): Promise<twilio.Twilio> {
  const { default: library } = await import('twilio');
  const httpClient = new library.RequestClient({ timeout: TIMEOUT_MS });
  if (apiUrl !== undefined) {
    httpClient.axios.interceptors.request.use((request) => {
      const asked = new URL(request.url ?? '');
      return { ...request, url: new URL(asked.pathname + asked.search, apiUrl).href };
    });
  }
  return library(accountSid, authToken, { httpClient });
}

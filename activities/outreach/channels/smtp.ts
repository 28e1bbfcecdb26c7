import { createTransport } from 'nodemailer';
import { textFault } from '../../../domain/outreach/message.ts';
import type { Gateway, OutgoingMessage, SendOutcome } from './gateway.ts';

export interface SmtpSettings {
  /** smtp(s)://user:password@host:port */
  url: string;
  from: string;
}

const CONNECT_MS = 10_000;
const ANSWER_MS = 20_000;

/** What nodemailer says of a failure. `command`: the one that was being answered. */
interface SmtpError {
  code?: string;
  command?: string;
  responseCode?: number;
}

/** Mail by SMTP: text, and the same text as HTML with every character escaped. One connection a message. */
export function smtpGateway({ url, from }: SmtpSettings): Gateway {
  const host = hostOf(from);
  return {
    provider: 'smtp',
    receipts: false,
    settleMs: 1_000,
    async send(message) {
      if (textFault(message.channel, message.class, message.text)) return { outcome: 'refused', code: 'unfit', why: 'refused' };
      const messageId = `<${message.id}@${host}>`;
      const phase = { data: false };
      const transport = createTransport({ ...options(url), logger: watchFor(phase) }, { from });
      try {
        await transport.sendMail(mailOf(message, messageId));
        return { outcome: 'accepted', providerId: messageId };
      } catch (error) {
        return outcomeOf(error as SmtpError, phase.data);
      } finally {
        transport.close();
      }
    },
    find: () => Promise.resolve({ outcome: 'cannot-tell' }),
  };
}

const options = (url: string) => ({
  url,
  disableFileAccess: true,
  disableUrlAccess: true,
  connectionTimeout: CONNECT_MS,
  greetingTimeout: CONNECT_MS,
  socketTimeout: ANSWER_MS,
  transactionLog: true,
});

/** Hears the commands as they go out, and keeps nothing of them but whether DATA was said: errors do not tell. */
function watchFor(phase: { data: boolean }) {
  const hear = (entry: { tnx?: string }, text?: unknown): void => {
    if (entry.tnx === 'client' && text === 'DATA') phase.data = true;
  };
  const quiet = (): void => undefined;
  return { level: quiet, trace: quiet, debug: hear, info: quiet, warn: quiet, error: quiet, fatal: quiet };
}

function mailOf(message: OutgoingMessage, messageId: string) {
  return {
    to: { name: '', address: singleAddress(message.to) },
    subject: (message.subject ?? '').replace(/[\p{Cc}\p{Cf}]/gu, ' '),
    text: message.text,
    html: htmlOf(message.text),
    messageId,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply' },
  };
}

/** One mailbox and nothing else: no list, no second recipient by a comma or a line break. */
function singleAddress(address: string): string {
  const clean = address.trim();
  return /^[^\s@<>,;:"'()[\]\\]+@[^\s@<>,;:"'()[\]\\]+$/.test(clean) ? clean : '';
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Plain text as HTML: paragraphs and line breaks are ours, all else is escaped. */
export function htmlOf(text: string): string {
  const escaped = text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');
  const paragraphs = escaped.split(/\n{2,}/).map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br>\n')}</p>`);
  return `<!doctype html>\n<html><body>\n${paragraphs.join('\n')}\n</body></html>`;
}

function hostOf(from: string): string {
  return /@([a-z0-9.-]+)/i.exec(from)?.[1] ?? 'localhost';
}

/**
 * Before DATA nothing was taken: it may be tried again, unless the server said never. After DATA only a reply tells; a connection that
 * breaks there leaves the outcome open.
 */
function outcomeOf({ code, command, responseCode }: SmtpError, data: boolean): SendOutcome {
  if (code === 'EAUTH') return { outcome: 'busy', why: 'the mail server refuses our credentials' };
  if (responseCode !== undefined && responseCode >= 500) {
    const recipient = command === 'RCPT TO' && [550, 551, 553].includes(responseCode);
    return { outcome: 'refused', code: String(responseCode), why: recipient ? 'bad-address' : 'refused' };
  }
  if (responseCode !== undefined && responseCode >= 400) return { outcome: 'busy', why: String(responseCode) };
  if (code === 'EENVELOPE') return { outcome: 'refused', code, why: 'bad-address' };
  return data ? { outcome: 'unknown', why: code ?? 'connection' } : { outcome: 'busy', why: code ?? 'connection' };
}

import type { StayReason } from '../../domain/platform/departure.ts';
import type { Recipient } from '../../domain/outreach/recipient.ts';
import type { Line } from './digest.ts';
import type { CustomerFacts } from './outreach-facts.ts';
import type { Effects } from '../platform/effects.ts';

/** What a new message leaves in the record: never its text or address. */
export function messageEffects(
  facts: CustomerFacts,
  id: string,
  recipient: Extract<Recipient, { verdict: 'send' }>,
  template: { id: string; version: number; class: string },
  lines: readonly Line[],
  kept: StayReason | null,
): Partial<Effects> {
  const about = { subjectKind: 'message', subjectId: id, customerId: facts.id };
  const outbox = kept !== null;
  const state = outbox ? 'sent' : 'sending';
  const data = { channel: recipient.channel, template: template.id, class: template.class, state, outbox };
  const asked = lines.map((line) => ({ receivable: line.found.id, rung: line.rung.rung, askedMinor: line.askedMinor }));
  return {
    audit: [
      {
        ...about,
        action: `message.${state}`,
        reason: kept,
        policyVersion: `template ${template.id}/${template.version}`,
        after: { ...data, contact: recipient.person.id, lines: asked },
      },
    ],
    events: [{ ...about, kind: `message.${state}`, data }],
  };
}

/** A rung taken or skipped. */
export function rungEffects(line: Line, action: string, reason: string | null, message: string | null): Partial<Effects> {
  const { found, rung } = line;
  const about = { subjectKind: 'receivable', subjectId: found.id, customerId: found.customerId };
  const after = { rung: rung.rung, message, askedMinor: line.askedMinor };
  return { audit: [{ ...about, action, reason, policyVersion: `ladders/${found.policyVersion}`, after }] };
}

/** A stage that a taken rung brought. */
export function stageEffects({ found }: Line, to: string): Partial<Effects> {
  const about = { subjectKind: 'receivable', subjectId: found.id, customerId: found.customerId };
  return { events: [{ ...about, kind: 'receivable.stage', data: { from: found.facts.stage, to, outcome: null } }] };
}

import type { Gateway } from './gateway.ts';

/** The gateway of a channel without credentials: the message is kept and shown, and none leaves the machine. */
export const outboxGateway: Gateway = {
  provider: 'outbox',
  receipts: false,
  settleMs: 0,
  send: () => Promise.resolve({ outcome: 'kept' }),
  find: () => Promise.resolve({ outcome: 'absent' }),
};

import { describe, expect, test } from 'vitest';
import { channels } from '../../domain/outreach/governor.ts';
import { connectorNames } from '../../domain/credit/facts.ts';
import { mayLeave, outlets, sayOutlet, sayStayReason, stayReasons } from '../../domain/platform/departure.ts';
import type { DepartureFacts } from '../../domain/platform/departure.ts';

const now = '2026-09-01T02:00:00.000Z';
const clock = { realAnchor: now, businessAnchor: now, speed: 1, pinned: true };
const real: DepartureFacts = {
  connected: true,
  configured: 'house-0001',
  named: { id: 'house-0001', home: 'server/1' },
  home: 'server/1',
  restored: false,
  replaying: false,
  clock,
  realNow: '2026-09-05T02:00:00.000Z',
  opened: false,
};

test('a real gateway speaks where it is connected, named, at home, in no replay and in real time', () => {
  expect(mayLeave(real)).toEqual([]);
});

const alone: [string, Partial<DepartureFacts>, (typeof stayReasons)[number]][] = [
  ['no credentials', { connected: false }, 'not-connected'],
  ['a deployment without an id', { configured: null }, 'installation-unnamed'],
  ['a database without an id', { named: null }, 'installation-unnamed'],
  ['a database of another installation', { configured: 'house-0002' }, 'other-installation'],
  ['a copied or restored database', { home: 'server/2' }, 'moved-database'],
  ['a backup put back in its own place', { restored: true }, 'restored-database'],
  ['a ledger being lived through', { replaying: true }, 'replaying'],
  ['a standing clock', { clock: { ...clock, speed: 0, businessAnchor: real.realNow } }, 'clock-not-real'],
  ['a fast clock', { clock: { ...clock, speed: 86_400 } }, 'clock-not-real'],
  ['a clock that leapt ahead', { clock: { ...clock, businessAnchor: '2026-10-01T02:00:00.000Z' } }, 'clock-not-real'],
  ['a clock that lags behind', { clock: { ...clock, businessAnchor: '2026-09-01T01:59:50.000Z' } }, 'clock-not-real'],
  ['a clock that can be moved', { clock: { ...clock, pinned: false } }, 'clock-movable'],
];

test.each(alone)('%s keeps everything inside', (_, change, reason) => {
  expect(mayLeave({ ...real, ...change })).toEqual([reason]);
});

test.each(alone)('%s: a switch sets aside the clock alone, never a copy, a replay or a stranger', (_, change, reason) => {
  const left = mayLeave({ ...real, ...change, opened: true });
  expect(left).toEqual(reason.startsWith('clock-') ? [] : [reason]);
});

describe('words', () => {
  test('every outlet and every reason is said in both languages', () => {
    for (const language of ['en', 'zh'] as const) {
      const said = [
        ...outlets.map((outlet) => sayOutlet(outlet, language)),
        ...stayReasons.map((r) => sayStayReason(r, language)),
      ];
      expect(said.every((text) => text.trim() !== '')).toBe(true);
    }
  });

  test('every channel of messages and every data provider is an outlet', () => {
    expect([...channels, ...connectorNames].filter((one) => !outlets.some((outlet) => outlet === one))).toEqual([]);
  });
});

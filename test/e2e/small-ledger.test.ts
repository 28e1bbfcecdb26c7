import { describe, expect, it } from 'vitest';
import { judge } from '../support/ledger-judge.ts';
import { judgedLedger, livedLedger } from '../support/lived-ledger.ts';

/** Forty customers and three months: the unit size of the full ledger's test, with holidays in it. */
const cut = { until: '2026-11-22', customers: 40, months: 3 };

describe('three months of forty customers, lived through on the real engine', () => {
  it('come to the figures an independent calculation gives: stages, amounts, every rung, message and work order', async () => {
    const expected = judge(await judgedLedger(cut), cut.until);
    const { found, lived, late, unanswered, unknown } = await livedLedger(cut);
    expect(lived.refusals).toEqual([]);
    expect(expected.messages.length).toBeGreaterThan(20);
    const disputes = expected.tasks.map((task) => task.split(' ')).filter(([, kind]) => kind === 'settle-dispute');
    expect(disputes.filter(([, , , closed]) => closed !== 'open').length).toBeGreaterThan(5);
    expect(found).toEqual(expected);
    expect(late).toEqual([]);
    expect({ unanswered, unknown }).toEqual({ unanswered: 0, unknown: 0 });
  }, 300_000);
});

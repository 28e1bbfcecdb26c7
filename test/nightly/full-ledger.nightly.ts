import { beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../support/ledger-judge.ts';
import type { Judgement } from '../support/ledger-judge.ts';
import { judgedLedger, livedLedger } from '../support/lived-ledger.ts';

const cut = { until: '2026-11-22' };

const counted = (lines: readonly string[], word: number): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const line of lines) counts[line.split(' ')[word] ?? ''] = (counts[line.split(' ')[word] ?? ''] ?? 0) + 1;
  return counts;
};

describe('the full ledger, lived through from its first invoice on the real engine', () => {
  let expected: Judgement;
  let run: Awaited<ReturnType<typeof livedLedger>>;
  beforeAll(async () => {
    expected = judge(await judgedLedger(cut), cut.until);
    run = await livedLedger(cut);
  }, 1_200_000);

  it('ends in the stages and amounts that follow from the file, to the cent', () => {
    const { stages, openMinor, overdueMinor, disputedMinor } = run.found;
    expect({ stages, openMinor, overdueMinor, disputedMinor }).toEqual({
      stages: expected.stages,
      openMinor: expected.openMinor,
      overdueMinor: expected.overdueMinor,
      disputedMinor: expected.disputedMinor,
    });
    expect(run.lived.refusals).toEqual([]);
  });

  it('takes every rung on its day, none twice, none late, none that the policy does not call for', () => {
    expect(run.found.rungs).toEqual(expected.rungs);
    expect(counted(run.found.rungs, 1)).toEqual(counted(expected.rungs, 1));
    expect(new Set(run.found.rungs.map((line) => line.split(' ').slice(0, 2).join(' '))).size).toBe(run.found.rungs.length);
    expect(run.late).toEqual([]);
  });

  it('sends one digest a customer and day, by e-mail, with exactly the lines that were due', () => {
    expect(run.found.messages).toEqual(expected.messages);
  });

  it('opens the work orders the ladder calls for, and closes those the money made needless', () => {
    expect(run.found.tasks).toEqual(expected.tasks);
  });

  it('leaves no process that was asked and has not answered', () => {
    expect({ unanswered: run.unanswered, unknown: run.unknown }).toEqual({ unanswered: 0, unknown: 0 });
  });
});

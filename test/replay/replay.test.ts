import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { HISTORIES, historyFiles, observedBundle, quiet, readGolden, replay } from './corpus.ts';
import type { Replayed } from './corpus.ts';

/**
 * The engine compares the kinds and names of commands with the history, not their contents. So the observer bundled beside the workflows
 * tells every command in full (timer lengths, activity inputs, reasons) while a history is replayed, and the golden holds what they were.
 */
describe('recorded histories', () => {
  const files = historyFiles();
  let code: string;
  let replayed: Map<string, Replayed>;
  beforeAll(async () => {
    quiet();
    code = await observedBundle();
    replayed = await replay(code, files);
  }, 120_000);

  const failures = (results: ReadonlyMap<string, Replayed>): string[] =>
    [...results].filter(([, { error }]) => error !== null).map(([file]) => file);
  const changed = (from: string | RegExp, to: string): string => {
    const mutant = code.replaceAll(from, to);
    expect(mutant, 'the negative control changes the code').not.toBe(code);
    return mutant;
  };
  const eventsOf = (file: string): { eventType: string; timerStartedEventAttributes?: { startToFireTimeout: string } }[] =>
    (JSON.parse(readFileSync(new URL(file, HISTORIES), 'utf8')) as { events: { eventType: string }[] }).events;

  it('cover every workflow, both kinds of activity, timers and continue-as-new', () => {
    expect(files.length).toBeGreaterThanOrEqual(20);
    const all = [...replayed.values()].flatMap(({ commands }) => commands).join('\n');
    for (const part of ['local requestNotice', 'local openLegalCase', 'local contactCustomer', 'timer '])
      expect(all).toContain(part);
    for (const part of ['local handOverStatement', 'local compareBooks']) expect(all).toContain(part);
    for (const part of ['local decideApplication', 'local expireApplication', 'local startReview']) expect(all).toContain(part);
    for (const part of ['local tellDepartments', 'local giveHoldNotice', 'local noteUnanswered', 'local decideShipmentHold'])
      expect(all).toContain(part);
    for (const part of ['activity deliverMessage', 'local warnWorkOrder', 'local escalateWorkOrder', 'continue as new'])
      expect(all).toContain(part);
  });

  it('replay through today’s workflow code without a difference', () => {
    expect(failures(replayed)).toEqual([]);
  });

  it('give the commands of the golden, to the millisecond and the word', () => {
    const golden = readGolden();
    expect(Object.keys(golden).sort()).toEqual(files);
    for (const [file, { commands }] of replayed) expect(commands, file).toEqual(golden[file]);
  });

  it('hold the timers the golden tells of', () => {
    for (const [file, lines] of Object.entries(readGolden())) {
      const said = lines.flatMap((line) => /^timer (\d+) ms/.exec(line)?.[1] ?? []).map(Number);
      const recorded = eventsOf(file).flatMap(({ timerStartedEventAttributes: timer }) =>
        timer ? [Math.round(Number.parseFloat(timer.startToFireTimeout) * 1000)] : [],
      );
      expect(said, file).toEqual(recorded);
    }
  });

  it('fail with a renamed activity', async () => {
    const mutant = changed(/records\.requestNotice\b/g, 'records.askForNotice');
    expect(failures(await replay(mutant, files)).length).toBeGreaterThan(5);
  });

  it('fail with an activity put in between', async () => {
    const mutant = changed(/(const before = plan;)/g, '$1 await reassess(null);');
    expect(failures(await replay(mutant, files)).length).toBeGreaterThan(5);
  });

  it('a changed timer length passes the engine’s own check, and the golden tells it', async () => {
    const mutant = changed(/waitMs, \{/g, 'waitMs + 1000, {');
    const results = await replay(mutant, files);
    expect(failures(results)).toEqual([]);
    const golden = readGolden();
    const different = [...results].filter(([file, { commands }]) => JSON.stringify(commands) !== JSON.stringify(golden[file]));
    expect(different.length).toBeGreaterThanOrEqual(2);
  });

  it('a changed input of an activity passes the engine’s own check, and the golden tells it', async () => {
    const mutant = changed(/\{\s*id,\s*seq\s*\}/g, '{ id, seq: seq + 1 }');
    const results = await replay(mutant, files);
    expect(failures(results)).toEqual([]);
    const golden = readGolden();
    expect([...results].some(([file, { commands }]) => JSON.stringify(commands) !== JSON.stringify(golden[file]))).toBe(true);
  });

  it('tell the process nothing of a decision but its id, since 0.3', () => {
    interface Taken {
      workflowExecutionUpdateAcceptedEventAttributes?: {
        acceptedRequest: { input: { args: { payloads: { data: string }[] } } };
      };
    }
    const told = files
      .filter((file) => file.startsWith('0.3-'))
      .flatMap((file) =>
        (eventsOf(file) as Taken[]).flatMap(({ workflowExecutionUpdateAcceptedEventAttributes: taken }) =>
          taken ? taken.acceptedRequest.input.args.payloads.map(({ data }) => Buffer.from(data, 'base64').toString()) : [],
        ),
      );
    expect(new Set(told)).toEqual(new Set(['null']));
  });

  it('hold no name, address or machine', () => {
    for (const file of files) {
      const text = readFileSync(new URL(file, HISTORIES), 'utf8');
      expect(text, file).not.toMatch(/\d+@|Test Person|customer\.example|"identity":"(?!worker|)/);
      const decoded = [...text.matchAll(/"data":"([^"]+)"/g)].map(([, data]) => Buffer.from(data ?? '', 'base64').toString());
      expect(decoded.join('\n'), file).not.toMatch(/@|Test Person|Customer /);
    }
  });
});

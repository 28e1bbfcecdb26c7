import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it, test } from 'vitest';
import { ofWhatIsNamed, refusedAt } from '../../api/refused-at.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { RefusalCode } from '../../domain/platform/refusal-codes.ts';
import { isRefusalCode } from '../../domain/platform/refusal-codes.ts';

/** Refusals that no field of a request makes, each with its reason. */
const ofNoField: Partial<Record<RefusalCode, string>> = {
  'not-found': 'names the part of the path that holds the id',
  unauthenticated: 'the credential',
  forbidden: 'the role, or whose it is',
  'rate-limited': 'how often',
  'unsupported-media': 'the kind of body',
  'too-large': 'what the HTTP library itself measures',
  'engine-down': 'the deployment',
  'storage-full': 'the deployment',
  'database-down': 'the deployment',
  'clock-fixed': 'the deployment',
  conflict: 'the clock moves, or the order changed meanwhile',
  'own-request': 'who acts',
  'own-customer': 'who acts',
  'own-key': 'who acts',
  'task-role': 'who acts',
  'approver-missing': 'who there is to agree',
  sanctioned: 'whom it is about',
  'rate-missing': 'what is known of the day',
  'intent-missing': 'how the engine was reached',
  'intent-lapsed': 'how long ago it was',
  invalid: 'of a document of many whose own refusal is unknown',
};

interface Bare {
  place: string;
  code: string;
}

/** Refusals made without a place, by their code. */
function bareIn(file: string): Bare[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Bare[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'Refusal' && (node.arguments?.length ?? 0) < 3) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push({ place: `${file}:${line}`, code: node.arguments?.[0]?.getText().replaceAll("'", '') ?? '' });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('a refusal names what it follows from', () => {
  test('where it is made, unless no field makes it or the path names it', () => {
    const bare = ['api', 'contracts', 'domain', 'store', 'worker']
      .flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.ts'))
          .map((name) => join(folder, name)),
      )
      .flatMap(bareIn);
    expect(bare.length).toBeGreaterThan(50);
    const unnamed = bare.filter(({ code }) => !isRefusalCode(code) || !(code in ofNoField || ofWhatIsNamed.has(code)));
    expect(unnamed).toEqual([]);
  });

  it.each([
    ['the id that is not found', 'not-found', { id: 'A-1' }, { id: 'A-1', match: 'M-1' }, '{id}'],
    ['the version that was decided', 'already-decided', {}, { kind: 'grades', version: '3' }, '{version}'],
    ['nothing where another id was not found', 'not-found', { id: 'B-1' }, { id: 'A-1' }, undefined],
    ['nothing where who acts is the reason', 'own-request', {}, { id: 'A-1' }, undefined],
    ['nothing where there is no path to name', 'already-decided', {}, {}, undefined],
  ] as const)('of the path %s', (_, code, params, path, pointer) => {
    expect(refusedAt(new Refusal(code, params), path)).toMatchObject({ code, params, pointer });
  });

  it('keeps the place it was made with', () => {
    const made = new Refusal('not-open', {}, { pointer: '/customer' });
    expect(refusedAt(made, { id: 'A-1' })).toBe(made);
  });
});

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { permissions } from '../../domain/platform/actor.ts';
import { forbiddenAct } from '../../domain/platform/permission-words.ts';
import { refusalText } from '../../domain/records/refusal-text.ts';

/** What the code forbids by name, beside the permissions of routes. */
const named = ['api', 'store'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(join(folder, name), 'utf8').matchAll(/\bverb: [^}\n]*?'([a-z.-]+(?: [a-z]+)?)'[^}\n]*\}/g),
    ])
    .map(([, verb = '']) => verb),
);
const forbidden = [...new Set([...permissions, ...named])];

test('acts that are forbidden by name are found', () => expect(named).toContain('delegation.manage above'));

test.each(forbidden)('what is forbidden is said in words, with the roles that may: %s', (verb) => {
  expect(forbiddenAct(verb)).not.toBeNull();
  const en = refusalText('forbidden', { verb }, 'en').detail;
  const zh = refusalText('forbidden', { verb }, 'zh').detail;
  for (const said of [en, zh]) expect(said).not.toMatch(/\w\.\w|\w_\w|[[\]{}]|undefined/);
  expect(en).toMatch(/^This role may not do that: [a-z].+\. Ask/);
  expect(zh).toMatch(/^当前角色无权执行此操作：.*[一-鿿].*。请/);
});

test('the roles are those of the permission', () => {
  expect(refusalText('forbidden', { verb: 'policy.write' }, 'en').detail).toContain('Roles that may: credit manager.');
  expect(refusalText('forbidden', { verb: 'policy.approve' }, 'zh').detail).toContain('有权的角色：财务总监。');
  expect(refusalText('forbidden', { verb: 'act.withdraw' }, 'en').detail).not.toContain('Roles that may');
});

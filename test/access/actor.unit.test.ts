import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inScope, may, permissions, permissionsOf, roles } from '../../domain/platform/actor.ts';
import type { Actor, Permission, Role } from '../../domain/platform/actor.ts';

const actor = (role: Role | 'system', scope: Actor['scope'] = {}): Actor => ({ kind: 'user', id: 'a', role, scope });
const holders = (verb: Permission): string[] => roles.filter((role) => may(actor(role), verb));

describe('who may do what', () => {
  it.each<[Permission, Role[]]>([
    ['customer.write', ['erp', 'credit_officer', 'credit_manager']],
    ['invoice.write', ['erp']],
    ['payment.write', ['erp']],
    ['credit-note.write', ['erp']],
    ['payment.reverse', ['erp', 'credit_manager', 'finance_director']],
    ['dispute.open', ['erp', 'sales', 'credit_officer', 'credit_manager', 'collector', 'legal']],
    ['dispute.resolve', ['credit_officer', 'credit_manager', 'finance_director']],
    ['promise.record', ['credit_officer', 'credit_manager', 'collector']],
    ['write-off', ['credit_officer', 'credit_manager', 'finance_director']],
    ['legal.work', ['legal']],
    ['policy.write', ['credit_manager']],
    ['policy.approve', ['finance_director']],
    ['template.write', ['credit_manager', 'legal']],
    ['template.approve', ['credit_manager', 'finance_director', 'legal']],
    ['import.run', ['erp', 'credit_officer', 'credit_manager']],
    ['audit.read', ['credit_manager', 'finance_director', 'auditor', 'admin']],
    ['metrics.read', ['credit_manager', 'finance_director', 'auditor', 'admin']],
    ['clock.change', ['admin']],
    ['key.manage', ['admin']],
    ['user.manage', ['admin']],
    ['clock.read', [...roles]],
    ['customer.read', [...roles]],
    ['receivable.read', roles.filter((role) => role !== 'logistics')],
    ['shipment.write', ['erp', 'logistics']],
    ['hold.decide', ['credit_officer', 'credit_manager', 'finance_director']],
    ['credit.read', roles.filter((role) => role !== 'logistics')],
    ['credit-file.read', ['sales', 'credit_officer', 'credit_manager', 'finance_director', 'auditor', 'admin']],
  ])('%s belongs to %j and nobody else', (verb, expected) => {
    expect(holders(verb)).toEqual(expected);
  });

  it('an auditor reads everything and changes nothing', () => {
    for (const verb of permissions) expect([verb, may(actor('auditor'), verb)]).toEqual([verb, verb.endsWith('.read')]);
  });

  it('an admin decides nothing about credit or money', () => {
    const acts = permissionsOf('admin').filter((verb) => !verb.endsWith('.read'));
    expect(acts).toEqual(['clock.change', 'key.manage', 'calendar.write', 'user.manage', 'setting.write']);
  });

  it('nobody both writes and approves a policy', () => {
    for (const role of roles) expect(may(actor(role), 'policy.write') && may(actor(role), 'policy.approve')).toBe(false);
  });

  it('every verb is held by some role, listed once, and the product itself may do all', () => {
    for (const verb of permissions)
      expect([verb, holders(verb).length > 0, may(actor('system'), verb)]).toEqual([verb, true, true]);
    for (const role of roles) expect(new Set(permissionsOf(role)).size).toBe(permissionsOf(role).length);
  });

  it('the table of the documentation is the one in force', () => {
    const page = readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8');
    const cells = (line: string): string[] =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
    const [head = [], , ...rows] = page
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map(cells);
    expect(head).toEqual(['Verb', ...roles.map((role) => `\`${role}\``)]);
    expect(rows).toEqual(permissions.map((verb) => [`\`${verb}\``, ...roles.map((role) => (may(actor(role), verb) ? '●' : ''))]));
  });

  it('a role nobody defined may do nothing', () => {
    expect(may({ ...actor('sales'), role: 'toString' as Role }, 'customer.read')).toBe(false);
  });
});

describe('whose rows', () => {
  it.each<[string, Actor, { region?: string | null; owner?: string | null }, boolean]>([
    ['sales see their own customer', actor('sales', { owner: 'li' }), { region: 'SH', owner: 'li' }, true],
    ["sales never see a colleague's", actor('sales', { owner: 'li' }), { region: 'SH', owner: 'wu' }, false],
    ['sales see no customer without an owner', actor('sales', { owner: 'li' }), { region: 'SH', owner: null }, false],
    ['sales without a name see nothing', actor('sales'), { region: 'SH' }, false],
    ['sales with regions need both', actor('sales', { owner: 'li', regions: ['BJ'] }), { region: 'SH', owner: 'li' }, false],
    ['a collector sees their region', actor('collector', { regions: ['SH', 'JS'] }), { region: 'JS', owner: 'wu' }, true],
    ['a collector sees no other region', actor('collector', { regions: ['SH'] }), { region: 'BJ' }, false],
    ['a row without a region is hidden from a regional role', actor('collector', { regions: ['SH'] }), { region: null }, false],
    ['no regions given means all', actor('credit_manager'), { region: 'BJ' }, true],
    ['an empty list of regions means none', actor('erp', { regions: [] }), { region: 'SH' }, false],
    ['the product sees all', actor('system', { regions: [] }), {}, true],
  ])('%s', (_, who, row, seen) => {
    expect(inScope(who, row)).toBe(seen);
  });
});

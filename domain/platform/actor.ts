/** The roles a credential can carry. */
export const roles = [
  'erp',
  'sales',
  'credit_officer',
  'credit_manager',
  'finance_director',
  'collector',
  'logistics',
  'legal',
  'auditor',
  'admin',
] as const;
export type Role = (typeof roles)[number];

/** Who acts. `system` is the product itself (processes, first run): no credential carries it. */
export type Actor = {
  kind: 'key' | 'user' | 'system';
  id: string;
  role: Role | 'system';
  scope: { regions?: string[]; owner?: string };
};

/** Every verb a role can be allowed; routes and store verbs name one of these. */
export const permissions = [
  'customer.write',
  'customer.read',
  'invoice.write',
  'payment.write',
  'payment.reverse',
  'credit-note.write',
  'credit-note.reverse',
  'money.apply',
  'money.refund',
  'receivable.read',
  'dispute.open',
  'dispute.resolve',
  'promise.record',
  'write-off',
  'task.read',
  'task.work',
  'contact.log',
  'opt-out.lift',
  'message.read',
  'legal.read',
  'legal.work',
  'policy.read',
  'policy.write',
  'policy.approve',
  'template.read',
  'template.write',
  'template.approve',
  'import.run',
  'import.read',
  'audit.read',
  'process.read',
  'event.read',
  'clock.change',
  'clock.read',
  'key.manage',
  'user.manage',
  'metrics.read',
  'timeline.read',
  'credit.read',
  'credit-file.read',
  'credit.apply',
  'credit.decide',
  'credit.record',
  'order.write',
  'order.read',
  'shipment.write',
  'hold.decide',
  'statement.write',
  'statement.read',
  'difference.settle',
  'rate.write',
  'calendar.write',
  'delegation.manage',
  'delegation.read',
  'setting.read',
  'setting.write',
  'act.read',
] as const;
export type Permission = (typeof permissions)[number];

const allReads = permissions.filter((verb) => verb.endsWith('.read'));
const fieldReads: Permission[] = [
  'customer.read',
  'receivable.read',
  'task.read',
  'message.read',
  'timeline.read',
  'event.read',
  'clock.read',
  'credit.read',
  'order.read',
  'statement.read',
  'act.read',
];
const deskReads: Permission[] = [...fieldReads, 'process.read', 'policy.read', 'template.read', 'legal.read', 'import.read'];
const creditDesk: Permission[] = [
  ...deskReads,
  'customer.write',
  'dispute.open',
  'dispute.resolve',
  'money.apply',
  'promise.record',
  'task.work',
  'contact.log',
  'opt-out.lift',
  'import.run',
  'credit.apply',
  'credit.decide',
  'credit.record',
  'credit-file.read',
  'hold.decide',
  'statement.write',
  'difference.settle',
  'write-off',
];

/** Role → verbs. Nobody decides what they asked for: sales asks, auditors read, an admin makes no credit decision. */
const table: Readonly<Record<Role, readonly Permission[]>> = {
  erp: [
    'customer.write',
    'customer.read',
    'invoice.write',
    'payment.write',
    'payment.reverse',
    'credit-note.write',
    'credit-note.reverse',
    'money.apply',
    'money.refund',
    'receivable.read',
    'dispute.open',
    'import.run',
    'import.read',
    'event.read',
    'clock.read',
    'credit.read',
    'credit.apply',
    'credit.record',
    'order.write',
    'order.read',
    'shipment.write',
    'statement.write',
    'statement.read',
    'rate.write',
    'act.read',
  ],
  sales: [...fieldReads, 'credit-file.read', 'dispute.open', 'contact.log', 'task.work', 'credit.apply'],
  credit_officer: creditDesk,
  credit_manager: [
    ...creditDesk,
    'payment.reverse',
    'credit-note.reverse',
    'money.refund',
    'policy.write',
    'template.write',
    'template.approve',
    'audit.read',
    'metrics.read',
    'rate.write',
    'delegation.manage',
    'delegation.read',
  ],
  finance_director: [
    ...allReads,
    'payment.reverse',
    'credit-note.reverse',
    'money.apply',
    'money.refund',
    'dispute.resolve',
    'write-off',
    'policy.approve',
    'template.approve',
    'task.work',
    'credit.decide',
    'hold.decide',
    'delegation.manage',
    'setting.write',
  ],
  collector: [...deskReads, 'money.apply', 'dispute.open', 'promise.record', 'task.work', 'contact.log'],
  logistics: ['customer.read', 'order.read', 'shipment.write', 'task.read', 'task.work', 'event.read', 'clock.read'],
  legal: [...deskReads, 'dispute.open', 'task.work', 'contact.log', 'legal.work', 'template.write', 'template.approve'],
  auditor: allReads,
  admin: [...allReads, 'clock.change', 'key.manage', 'calendar.write', 'user.manage', 'setting.write'],
};

const allowed: ReadonlyMap<string, ReadonlySet<Permission>> = new Map<string, ReadonlySet<Permission>>([
  ...roles.map((role): [string, ReadonlySet<Permission>] => [role, new Set(table[role])]),
  ['system', new Set(permissions)],
]);

/** Whether the actor's role carries the verb. Rows are judged apart, by inScope. */
export function may(actor: Actor, verb: Permission): boolean {
  return allowed.get(actor.role)?.has(verb) ?? false;
}

/** The verbs of a role, for the UI and the documentation. */
export function permissionsOf(role: Role | 'system'): readonly Permission[] {
  return role === 'system' ? permissions : table[role];
}

/** What gives money, time or credit away, or makes whoever may. */
const weighty: readonly Permission[] = [
  'credit.decide',
  'hold.decide',
  'policy.approve',
  'template.approve',
  'write-off',
  'key.manage',
];

/** Whether a key of that role is in force only when a second administrator has confirmed it. */
export const needsSecondAdmin = (role: Role): boolean => table[role].some((verb) => weighty.includes(verb));

/** Sales see the customers of their account owner alone; whoever decides may not decide on those they look after. */
const heedsOwner = (role: Role): boolean =>
  role === 'sales' || table[role].some((verb) => verb === 'credit.decide' || verb === 'hold.decide');

/**
 * Whether an actor may give a credential of that role and scope. Null when it may: nobody gives what they do not have, and a bound that
 * the role would not heed is no bound.
 */
export function scopeFault(
  by: Actor,
  { role, scope = {} }: { role: Role; scope?: Actor['scope'] },
): { code: 'scope-unheeded' | 'scope-too-wide'; at: '/scope/owner' | '/scope/regions' } | null {
  if (scope.owner !== undefined && !heedsOwner(role)) return { code: 'scope-unheeded', at: '/scope/owner' };
  const own = by.scope.regions;
  const within = own === undefined || (scope.regions !== undefined && scope.regions.every((region) => own.includes(region)));
  return within ? null : { code: 'scope-too-wide', at: '/scope/regions' };
}

/** Whether a row (a customer's region and account owner) is the actor's to see: sales their own customers, others by region. */
export function inScope(actor: Actor, row: { region?: string | null; owner?: string | null }): boolean {
  if (actor.role === 'system') return true;
  const { regions, owner } = actor.scope;
  if (actor.role === 'sales' && (owner === undefined || row.owner !== owner)) return false;
  return regions === undefined || (row.region != null && regions.includes(row.region));
}

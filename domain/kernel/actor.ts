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
  'delegation.manage',
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
];
const deskReads: Permission[] = [...fieldReads, 'process.read', 'policy.read', 'template.read', 'legal.read', 'import.read'];
const creditDesk: Permission[] = [
  ...deskReads,
  'customer.write',
  'dispute.open',
  'dispute.resolve',
  'promise.record',
  'task.work',
  'contact.log',
  'opt-out.lift',
  'import.run',
  'credit.apply',
  'credit.decide',
  'credit.record',
  'hold.decide',
  'statement.write',
  'difference.settle',
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
  ],
  sales: [...fieldReads, 'dispute.open', 'contact.log', 'task.work', 'credit.apply'],
  credit_officer: creditDesk,
  credit_manager: [
    ...creditDesk,
    'payment.reverse',
    'policy.write',
    'template.write',
    'audit.read',
    'metrics.read',
    'rate.write',
    'delegation.manage',
  ],
  finance_director: [
    ...allReads,
    'payment.reverse',
    'dispute.resolve',
    'write-off',
    'policy.approve',
    'task.work',
    'credit.decide',
    'hold.decide',
    'delegation.manage',
  ],
  collector: [...deskReads, 'dispute.open', 'promise.record', 'task.work', 'contact.log'],
  logistics: ['customer.read', 'order.read', 'shipment.write', 'task.read', 'task.work', 'event.read', 'clock.read'],
  legal: [...deskReads, 'dispute.open', 'task.work', 'contact.log', 'legal.work', 'template.write'],
  auditor: allReads,
  admin: [...allReads, 'clock.change', 'key.manage', 'user.manage'],
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

/** Whether a row (a customer's region and account owner) is the actor's to see: sales their own customers, others by region. */
export function inScope(actor: Actor, row: { region?: string | null; owner?: string | null }): boolean {
  if (actor.role === 'system') return true;
  const { regions, owner } = actor.scope;
  if (actor.role === 'sales' && (owner === undefined || row.owner !== owner)) return false;
  return regions === undefined || (row.region != null && regions.includes(row.region));
}

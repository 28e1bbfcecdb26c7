/** What each group of routes is about; a tag that has no sentence here does not compile. */
export const tagWords = {
  System: 'Health, readiness and metrics: for load balancers and scrapers.',
  Customers: 'Those who owe, their contacts, and all that happened with them.',
  'Credit profile': 'What is known of a customer, each fact with its source and age, and what it adds up to.',
  Invoices: 'What is owed. Each instalment is one receivable.',
  Payments: 'Money that came, and what it paid.',
  'Credit notes': 'Corrections of invoices.',
  Refunds: 'Money paid back to customers.',
  'Write-offs': 'Debts given up, what came back of them, and taking that back.',
  'Pending acts': 'What gives money, time or credit away and waits for a second person; the window of going live.',
  Receivables: 'Each instalment on its way: stage, steps, disputes, promises, write-offs.',
  Orders: 'May this order be taken? Checked before the answer; held orders are decided by people.',
  Shipments: 'May these goods leave? Holds with their legal basis, evidence and notice.',
  Credit: 'Limits, securities, rates and exposure.',
  'Credit applications': 'Asking for a grade, a limit or terms, and deciding on it tier by tier.',
  'Credit reviews': 'Looking again at what was granted.',
  Reconciliation: 'Statements, theirs and ours, and the differences between them.',
  Imports: 'Whole files of documents.',
  Tasks: 'The worklist: what a person has to do, by when, and why.',
  Contacts: 'Calls and visits, opt-outs.',
  Messages: 'What was written to customers, and what became of it.',
  'Legal cases': 'Receivables handed to legal.',
  Policies: 'Rules as data, in versions that a second person approves.',
  Templates: 'Texts that go to customers, in versions.',
  Record: 'The audit record, the story of each process, and changes as they happen.',
  Clock: 'Business time; it moves only on a local stack.',
  Settings: 'What leaves this machine, and who says so.',
  Access: 'Credentials, roles and delegations.',
} as const;

/** The name of a group of routes. */
export type Tag = keyof typeof tagWords;

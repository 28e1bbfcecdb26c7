/** What statements and reconciliations live through. */
import { workflowId } from '../../domain/platform/subject.ts';
import { postCustomerStatement } from '../../store/reconciliation/customer-statements.ts';
import { answerStatement } from '../../store/reconciliation/statement-answers.ts';
import { issueStatement } from '../../store/reconciliation/statements.ts';
import { erp, system } from '../support/actors.ts';
import { until } from '../support/world-over.ts';
import type { World } from '../support/world-over.ts';
import { ISSUED, ended, keep, pay, post } from './keep.ts';

const statementId = (id: string): string => workflowId('statement', id);
const statement = async (world: World, customer: string): Promise<string> =>
  (await issueStatement(world.store, system, { customer, currency: null, asOf: null, respondBy: null }, null)).id;

/** Statements of ours confirmed and not answered; one of theirs compared again when the payment comes that was on its way. */
export async function reconciled(world: World): Promise<void> {
  const { client, store } = world;
  for (const name of ['confirmed', 'silent', 'compared']) await post(world, name);
  const ids = { confirmed: await statement(world, 'confirmed'), silent: await statement(world, 'silent') };
  const line = (kind: 'invoice' | 'payment', number: string, amountMinor: number) => ({
    kind,
    number,
    on: ISSUED,
    quantity: null,
    amountMinor,
  });
  const theirs = {
    externalId: 'CS',
    customer: 'compared',
    currency: 'CNY',
    basis: 'open-items',
    from: null,
    asOf: ISSUED,
  } as const;
  const lines = [line('invoice', 'INV-compared', 100_000), line('payment', 'TRF', -40_000)];
  const { id: compared } = await postCustomerStatement(store, erp, { ...theirs, lines }, null);
  await world.settled();
  const answer = { answeredOn: ISSUED, by: 'c1', channel: 'letter', evidence: { reference: 'r' }, note: '', disputed: [] };
  await answerStatement(store, erp, ids.confirmed, () => ({ verdict: 'confirmed', ...answer }), null);
  await pay(world, 'compared', ISSUED, '400.00');
  await world.settled();
  await world.step('2026-02-20');
  for (const id of Object.values(ids)) await ended(world, statementId(id));
  await ended(world, workflowId('reconciliation', compared));
  for (const [name, id] of Object.entries(ids)) await keep(client, `statement-${name}`, statementId(id));
  await keep(client, 'reconciliation-compared', workflowId('reconciliation', compared));
}

/** At a day a second: nobody answers until the timer of the deadline. */
export async function reconciledFast(world: World): Promise<void> {
  await world.customer('fast');
  const id = await statement(world, 'fast');
  await world.settled();
  await until('nobody has answered', async () => (await world.actions(id)).includes('statement.silent'), 120_000);
  await ended(world, statementId(id));
  await keep(world.client, 'statement-fast', statementId(id));
}

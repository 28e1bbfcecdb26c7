import { sql } from 'kysely';
import { systemActor, within } from '../platform/transaction.ts';
import type { Work } from '../platform/transaction.ts';
import { endAct, lockAct } from './pending.ts';
import { actOf } from './act-kinds.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects } from '../platform/effects.ts';

const actor = systemActor('work-order');

/** Ends the act of a task once its time is over, with its tasks; call it before the task is locked. Nothing while there is time. */
export async function lapseActOf(work: Work, task: string): Promise<Effects> {
  const { tx, at, store } = work;
  const { rows } = await sql<{ id: string }>`
    select p.id from work_order o join pending_act p on p.id = case when o.process like 'pending-act-%' then substr(o.process, 13)::uuid end
    where o.id = ${task}::uuid and p.state = 'pending' and p.expires_at <= ${at.now}::timestamptz`.execute(tx);
  const found = rows[0];
  if (!found) return noEffects();
  const act = await lockAct(tx, actor, found.id);
  if (act.state !== 'pending') return noEffects();
  const effects = await endAct(work, act, { state: 'lapsed', by: actor.id, onBehalfOf: null, reason: null, outcome: null });
  await actOf(act.kind).drop?.({ store: within(store, tx), tx, at, actor, act }, act.payload);
  return effects;
}

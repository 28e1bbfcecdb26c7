import { sql } from 'kysely';
import { subjectOf } from '../../domain/platform/subject.ts';
import { customerOfProcess } from '../access/subjects.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from './work-orders.ts';

const KIND = 'process-fails';
const actor = systemActor('watchdog');

/** What keeps a process from going on, without the values it stumbled over. */
export interface ProcessFailure {
  /** Workflow id. */
  process: string;
  activity: string;
  attempts: number;
  error: { name: string; code: string | null };
}

/** What an operator does about it, whatever the cause. */
const whatToDo = {
  en:
    'Find the process in the log of the worker: the entry has the error and its place. Put its cause right (a record, a setting, a version). ' +
    'The process tries again by itself every few seconds and goes on from where it stands; nothing has to be started. Other processes are not held up.',
  zh: '请在 worker 日志中按流程编号查找错误及其位置，并排除原因（数据、设置或版本）。流程每隔数秒自动重试，并从原处继续，无需手动启动；其他流程不受影响。',
};

/** Opens one task for whoever runs the system, however often and by whomever the failure is told. Answers whether it is new. */
export async function tellFailing(store: Store, failure: ProcessFailure): Promise<boolean> {
  const { process, activity, attempts, error } = failure;
  const found = await customerOfProcess(store.db, actor, process);
  return write(store, actor, async (work) => {
    const { tx } = work;
    const { rows } = await sql<{ open: boolean; closed: number }>`
      select coalesce(bool_or(closed_at is null), false) as open, count(*)::int as closed from work_order
      where kind = ${KIND} and starts_with(key, ${`process-fails/${process}/`})`.execute(tx);
    if (rows[0]?.open) return { value: false, audit: null };
    const effects = await openWorkOrder(work, {
      key: `process-fails/${process}/${rows[0]?.closed ?? 0}`,
      kind: KIND,
      customerId: found?.customerId ?? null,
      subject: process,
      reason: { process, kind: subjectOf(process)?.kind ?? null, activity, attempts, error, whatToDo },
    });
    const [first, ...more] = effects.audit;
    if (!first) return { value: false, audit: null };
    return { ...effects, value: true, audit: [first, ...more] };
  });
}

/** Ends the tasks about processes that go on again. Answers how many. */
export async function endFailingTasks(store: Store): Promise<number> {
  const { rows } = await sql<{ key: string }>`
    select o.key from work_order o join wake w on w.subject = o.subject
    where o.kind = ${KIND} and o.closed_at is null and w.answered >= w.asked order by o.key limit 100`.execute(store.db);
  if (rows.length === 0) return 0;
  return write(store, actor, async (work) => {
    const effects = await cancelWorkOrders(work, { keys: rows.map((row) => row.key) }, 'goes-on');
    const [first, ...more] = effects.audit;
    if (!first) return { value: 0, audit: null };
    return { ...effects, value: effects.audit.length, audit: [first, ...more] };
  });
}

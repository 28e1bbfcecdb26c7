import { z } from 'zod';
import { idParams, instant, ourId } from '../../../contracts/platform/common.ts';
import * as contract from '../../../contracts/tasks/tasks.ts';
import { saySubject } from '../../../domain/records/subject-words.ts';
import { sayRank } from '../../../domain/tasks/worklist.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { readableRecord } from '../../../domain/platform/readable.ts';
import { listTasks, readTask } from '../../../store/tasks/tasks-read.ts';
import type { TaskView } from '../../../store/tasks/tasks-read.ts';
import { assignTask, completeTask, snoozeTask } from '../../../store/tasks/tasks.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

const answers = { 200: { description: 'The task as it stands now.', schema: contract.taskAnswer } };

/** Work for people: the worklist and what is done with it. */
export function taskRoutes({ store }: Services): RouteSpec[] {
  return [...reads(store), ...acts(store)];
}

function reads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/tasks',
      verb: 'task.read',
      tag: 'Tasks',
      summary: 'The worklist, the most urgent first, each task with its rank and the reasons for it',
      query: contract.taskQuery,
      answers: { 200: { description: 'A page of tasks.', schema: contract.taskPage } },
      async handle({ actor, query, language }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([z.int(), instant, ourId]));
        const rows = await listTasks(store, actor, { ...filter, after }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => show(row, language),
            (row) => [row.rank, row.dueAt, row.id],
          ),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/tasks/{id}',
      verb: 'task.read',
      tag: 'Tasks',
      summary: 'A task',
      params: idParams,
      answers,
      async handle({ actor, params, language }) {
        return { status: 200, body: show(await readTask(store, actor, params.id), language) };
      },
    }),
  ];
}

function acts(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/tasks/{id}/complete',
      verb: 'task.work',
      tag: 'Tasks',
      summary: 'A task is done, with what came of it',
      params: idParams,
      body: contract.completeTask,
      idempotent: 'key',
      answers,
      async handle({ actor, params, body, language }) {
        await completeTask(store, actor, params.id, { ...body, reason: body.reason ?? null });
        return { status: 200, body: show(await readTask(store, actor, params.id), language) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/tasks/{id}/assign',
      verb: 'task.work',
      tag: 'Tasks',
      summary: 'Give a task to a person, or back to its role',
      params: idParams,
      body: contract.assignTask,
      idempotent: 'key',
      answers,
      async handle({ actor, params, body, language }) {
        await assignTask(store, actor, params.id, { ...body, reason: body.reason ?? null });
        return { status: 200, body: show(await readTask(store, actor, params.id), language) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/tasks/{id}/snooze',
      verb: 'task.work',
      tag: 'Tasks',
      summary: 'Put a task aside; its deadline stays',
      params: idParams,
      body: contract.snoozeTask,
      idempotent: 'key',
      answers,
      async handle({ actor, params, body, language }) {
        await snoozeTask(store, actor, params.id, { ...body, reason: body.reason ?? null });
        return { status: 200, body: show(await readTask(store, actor, params.id), language) };
      },
    }),
  ];
}

const show = ({ title, reasons, why, currency, items, ...task }: TaskView, language: Language) => ({
  ...task,
  title: title[language],
  subjectText: saySubject(task.subject, language),
  why: readableRecord(why, currency),
  items: items.map(({ openMinor, joinedAt, leftAt, ...item }) => ({
    ...item,
    open: formatAmount(openMinor, item.currency),
    joinedAt: new Date(joinedAt).toISOString(),
    leftAt: leftAt === null ? null : new Date(leftAt).toISOString(),
  })),
  reasons: reasons.map((reason) => ({ code: reason.code, points: reason.points, text: sayRank(reason, language) })),
});

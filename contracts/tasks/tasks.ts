import { z } from 'zod';
import { roles } from '../../domain/platform/actor.ts';
import {
  businessDate,
  currency,
  externalId,
  flag,
  instant,
  instantIn,
  line,
  money,
  note,
  ourId,
  pageOf,
  pageQuery,
  reason,
} from '../platform/common.ts';

export const taskStates = ['open', 'warned', 'escalated', 'done', 'cancelled'] as const;

export const taskQuery = z.strictObject({
  ...pageQuery,
  role: z.enum(roles).optional(),
  assignee: line(120).optional(),
  state: z
    .enum([...taskStates, 'active'])
    .default('active')
    .meta({ description: '`active`: open, warned and escalated.' }),
  kind: line(60).optional(),
  customer: externalId.optional(),
  snoozed: flag.optional().meta({ description: 'Also those put aside.' }),
});

export const taskAnswer = z
  .strictObject({
    id: ourId,
    kind: z.string().meta({ example: 'collector-call' }),
    title: z.string().meta({ description: 'In the language of the request.' }),
    state: z.enum(taskStates),
    role: z.string(),
    assignee: z.string().nullable(),
    level: z.int().meta({ description: 'How often it was escalated.' }),
    openedAt: instant,
    dueAt: instant,
    snoozedUntil: instant.nullable(),
    subject: z
      .string()
      .meta({ description: 'What it is about, as it is recorded; the same in every language.', example: 'invoice INV-1/1' }),
    subjectText: z.string().meta({ description: 'The same in the language of the request.', example: 'invoice INV-1/1' }),
    items: z
      .array(
        z.strictObject({
          receivableId: ourId,
          about: z.string().meta({ example: 'INV-1/1' }),
          dueDate: businessDate,
          open: money,
          currency,
          step: z.string(),
          joinedAt: instant,
          leftAt: instant.nullable(),
          outcome: z.string().nullable(),
        }),
      )
      .meta({
        description: 'Of a task that is one for its customer, such as a call: all it is about, what was settled since included.',
      }),
    why: z.record(z.string(), z.unknown()).meta({ description: 'What opened it.' }),
    customer: z.string().nullable(),
    customerName: z.string().nullable(),
    receivableId: ourId.nullable(),
    legalCaseId: ourId.nullable(),
    outcome: z.string().nullable(),
    note: z.string().nullable(),
    closedAt: instant.nullable(),
    closedBy: z.string().nullable(),
    rank: z.int().meta({ description: 'Sum of the points of its reasons; the highest is the most urgent.' }),
    reasons: z.array(z.strictObject({ code: z.string(), points: z.int(), text: z.string() })),
  })
  .meta({ id: 'Task' });
export const taskPage = pageOf(taskAnswer);

export const completeTask = z
  .strictObject({
    outcome: line(200),
    note: note(4000).default(''),
    hold: z.boolean().optional().meta({
      description: 'Of a task that decides on a shipment hold: orders and shipments are held while an item of it is overdue.',
    }),
    reason: reason.optional(),
  })
  .meta({ id: 'CompleteTask', example: { outcome: 'Promised for Friday', note: 'Spoke with Ms Wang' } });
export const assignTask = z
  .strictObject({
    assignee: line(120).nullable().meta({ description: 'Login; null gives it back to its role.' }),
    reason: reason.optional(),
  })
  .meta({ id: 'AssignTask', example: { assignee: 'lin' } });
export const snoozeTask = z
  .strictObject({ until: instantIn.meta({ description: 'The deadline of the task at the latest.' }), reason: reason.optional() })
  .meta({ id: 'SnoozeTask' });

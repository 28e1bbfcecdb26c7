import { z } from 'zod';
import { idParams, instant, ourId } from '../../../contracts/platform/common.ts';
import { messageAnswer, messagePage, messageQuery } from '../../../contracts/outreach/messages.ts';
import { sayMessageState } from '../../../domain/outreach/code-words.ts';
import { sayReason } from '../../../domain/records/said.ts';
import { listMessages, readMessage } from '../../../store/outreach/message-read.ts';
import type { MessageView } from '../../../store/outreach/message-read.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** Messages to customers: intents, states and receipts. */
export function messageRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/messages',
      verb: 'message.read',
      tag: 'Messages',
      summary: 'Messages, newest first',
      query: messageQuery,
      answers: { 200: { description: 'A page of messages.', schema: messagePage } },
      async handle({ actor, query, language }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([instant, ourId]));
        const rows = await listMessages(store, actor, { ...filter, after }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => ({ ...row, ...words(row, language) }),
            (row) => [row.at, row.id],
          ),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/messages/{id}',
      verb: 'message.read',
      tag: 'Messages',
      summary: 'A message with its text and receipts',
      params: idParams,
      answers: { 200: { description: 'The message.', schema: messageAnswer } },
      async handle({ actor, params, language }) {
        const found = await readMessage(store, actor, params.id);
        return { status: 200, body: { ...found, ...words(found, language) } };
      },
    }),
  ];
}

const words = ({ state, outbox, reason }: MessageView, language: Language) => ({
  stateText: sayMessageState(state, outbox, language),
  reasonText: reason && sayReason(reason, language),
});

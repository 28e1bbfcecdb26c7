import { z } from 'zod';
import { auditPage, auditQuery } from '../../../contracts/platform/record.ts';
import { addDays, instantAt } from '../../../domain/platform/calendar.ts';
import { currencyIn, readable } from '../../../domain/platform/readable.ts';
import { readAudit } from '../../../store/records/audit-log.ts';
import type { AuditRow } from '../../../store/records/audit-log.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** Of an entry: what was written says its currency before what it is about does. */
const currencyOf = (row: AuditRow): string => currencyIn(row.after) ?? currencyIn(row.before) ?? row.currency;

const shown = (row: AuditRow) => ({
  seq: row.seq,
  at: row.at,
  businessAt: row.businessAt,
  actor: { kind: row.actorKind, id: row.actorId, name: row.actorName, role: row.actorRole },
  action: row.action,
  subject: { kind: row.subjectKind, id: row.subjectId },
  customer: row.customer,
  reason: row.reason,
  policyVersion: row.policyVersion,
  before: readable(row.before, currencyOf(row)),
  after: readable(row.after, currencyOf(row)),
});

/** The append-only record of who did what, when and why. */
export function auditRoutes({ store }: Services): RouteSpec[] {
  const { zone } = store;
  return [
    route({
      method: 'get',
      path: '/v1/audit',
      verb: 'audit.read',
      tag: 'Record',
      summary: 'Audit entries, newest first',
      query: auditQuery,
      answers: { 200: { description: 'A page of entries.', schema: auditPage } },
      async handle({ actor, query }) {
        const { limit, cursor, actor: actorId, from, to, ...same } = query;
        const before = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([z.int()]))[0];
        const span = { from: from && instantAt(from, 0, zone), to: to && instantAt(addDays(to, 1), 0, zone) };
        const rows = await readAudit(store.db, actor, { ...same, ...span, actorId, before }, limit + 1);
        return { status: 200, body: pageFrom(rows, limit, shown, (row) => [row.seq]) };
      },
    }),
  ];
}

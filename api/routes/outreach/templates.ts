import { z } from 'zod';
import {
  approveTemplate,
  approveTemplateAnswer,
  newTemplate,
  newTemplateAnswer,
  templatePage,
  templateParams,
  templateQuery,
  templateVersionParams,
  templateVersions,
} from '../../../contracts/outreach/templates.ts';
import { Refusal } from '../../../domain/platform/refusal.ts';
import { addTemplateVersion, approveTemplateVersion } from '../../../store/outreach/template-versions.ts';
import { listTemplates, templateVersions as listVersions } from '../../../store/outreach/templates-read.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { etag, versionSeen } from '../../etag.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** What messages are made from. */
export function templateRoutes({ store }: Services): RouteSpec[] {
  return [...reads(store), ...writes(store)];
}

function reads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/templates',
      verb: 'template.read',
      tag: 'Templates',
      summary: 'The version in force of each template, by channel and language',
      query: templateQuery,
      answers: { 200: { description: 'A page of templates.', schema: templatePage } },
      async handle({ query }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([z.string(), z.string(), z.string()]));
        const rows = await listTemplates(store, { ...filter, after }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => row,
            (row) => [row.id, row.language, row.channel],
          ),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/templates/{id}/{language}/{channel}',
      verb: 'template.read',
      tag: 'Templates',
      summary: 'Every version of a template, the newest first',
      params: templateParams,
      answers: { 200: { description: 'The versions.', schema: templateVersions } },
      async handle({ params }) {
        const data = await listVersions(store, params);
        if (data.length === 0) throw new Refusal('not-found', { id: params.id });
        return { status: 200, body: { data }, headers: { ETag: etag(data[0]?.version ?? 0) } };
      },
    }),
  ];
}

function writes(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/templates',
      verb: 'template.write',
      tag: 'Templates',
      summary:
        'A new version, to be approved by somebody else; legal writes the class demand, credit management the others; with If-Match only over the version seen',
      body: newTemplate,
      idempotent: 'key',
      answers: { 201: { description: 'Kept, not yet in force.', schema: newTemplateAnswer } },
      async handle({ actor, body: { subject, providerTemplate, effectiveFrom, ...body }, req }) {
        const left = {
          subject: subject ?? null,
          providerTemplate: providerTemplate ?? null,
          effectiveFrom: effectiveFrom ?? null,
        };
        const input = { ...body, ...left, seen: versionSeen(req) };
        const added = await addTemplateVersion(store, actor, input);
        return { status: 201, body: added, headers: { ETag: etag(added.version) } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/templates/{id}/{language}/{channel}/{version}/approve',
      verb: 'template.approve',
      tag: 'Templates',
      summary: 'Approve a version, by another person than its author; the class demand by legal or the finance director',
      params: templateVersionParams,
      body: approveTemplate,
      idempotent: 'key',
      answers: { 200: { description: 'In force from its day.', schema: approveTemplateAnswer } },
      async handle({ actor, params, body }) {
        return { status: 200, body: await approveTemplateVersion(store, actor, params, body.reason ?? null) };
      },
    }),
  ];
}

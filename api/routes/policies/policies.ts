import { z } from 'zod';
import * as contract from '../../../contracts/policies/policies.ts';
import { policyContents } from '../../../contracts/policy-contents.ts';
import type { BusinessDate } from '../../../domain/platform/calendar.ts';
import { policyKinds } from '../../../domain/policy.ts';
import type { PolicyContents, PolicyKind } from '../../../domain/policy.ts';
import { listPolicyVersions, readPolicyVersion } from '../../../store/policies/policies-read.ts';
import type { PolicyVersion } from '../../../store/policies/policies-read.ts';
import { addPolicyVersion, approvePolicyVersion } from '../../../store/policies/policy-versions.ts';
import { etag, versionSeen } from '../../etag.ts';
import { parsePart } from '../../problem.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** Policy is data: versions that never change, written by one person and approved by another. */
export function policyRoutes({ store }: Services): RouteSpec[] {
  return [...reads(store), ...writes(store)];
}

function reads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/policies/{kind}',
      verb: 'policy.read',
      tag: 'Policies',
      summary: `The policy in force and all versions of a kind (${policyKinds.map((kind) => `\`${kind}\``).join(', ')})`,
      params: contract.policyKindParams,
      answers: { 200: { description: 'The policy.', schema: contract.policyAnswer } },
      async handle({ params }) {
        const all = await listPolicyVersions(store, params.kind);
        const versions = all.map(factsOf);
        const body = { kind: params.kind, current: all.find((one) => one.current) ?? null, versions };
        return { status: 200, body, headers: { ETag: etag(all[0]?.version ?? 0) } };
      },
    }),
    route({
      method: 'get',
      path: '/v1/policies/{kind}/{version}',
      verb: 'policy.read',
      tag: 'Policies',
      summary: 'One version of a policy',
      params: contract.policyVersionParams,
      answers: { 200: { description: 'The version.', schema: contract.policyVersionAnswer } },
      async handle({ params }) {
        return { status: 200, body: await readPolicyVersion(store, params.kind, params.version) };
      },
    }),
  ];
}

function writes(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/policies/{kind}',
      verb: 'policy.write',
      tag: 'Policies',
      summary: 'A new version, to be approved by somebody else; with If-Match only over the version seen',
      params: contract.policyKindParams,
      body: contract.newPolicy,
      idempotent: 'key',
      answers: { 201: { description: 'Kept, not yet in force.', schema: contract.newPolicyAnswer } },
      async handle({ actor, params, body, language, req }) {
        const content = contentOf(params.kind, body.content, { language, today: await store.policies.today() });
        const input = { content, effectiveFrom: body.effectiveFrom ?? null, reason: body.reason, seen: versionSeen(req) };
        const added = await addPolicyVersion(store, actor, params.kind, input);
        return { status: 201, body: added, headers: { ETag: etag(added.version) } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/policies/{kind}/{version}/approve',
      verb: 'policy.approve',
      tag: 'Policies',
      summary: 'Approve a version, by another person than its author',
      params: contract.policyVersionParams,
      body: contract.approvePolicy,
      idempotent: 'key',
      answers: { 200: { description: 'In force from its day.', schema: contract.approvePolicyAnswer } },
      async handle({ actor, params, body }) {
        return { status: 200, body: await approvePolicyVersion(store, actor, params.kind, params.version, body.reason ?? null) };
      },
    }),
  ];
}

const factsOf = ({ kind, version, current, effectiveFrom, author, approvedBy, createdAt }: PolicyVersion) => {
  return { kind, version, current, effectiveFrom, author, approvedBy, createdAt };
};

/** The content in the shape of its kind; what does not fit is named by its place in the body. */
function contentOf(
  kind: PolicyKind,
  content: unknown,
  seen: { language: Language; today: BusinessDate },
): PolicyContents[PolicyKind] {
  const shape: z.ZodType<PolicyContents[PolicyKind]> = policyContents[kind];
  return parsePart(z.strictObject({ content: shape }), { content }, 'body', seen).content;
}

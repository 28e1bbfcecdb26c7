import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { ProcessKind } from '../../domain/platform/subject.ts';

const customerKey = defineSearchAttributeKey('CustomerId', SearchAttributeType.KEYWORD);
export const stageKey = defineSearchAttributeKey('Stage', SearchAttributeType.KEYWORD);
const kindKey = defineSearchAttributeKey('Kind', SearchAttributeType.KEYWORD);

/** By what running processes are searched; set at every start. Ids and codes only. */
export function searchAttributesOf(of: { customerId: string; stage: string; kind: ProcessKind }): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: customerKey, value: of.customerId },
    { key: stageKey, value: of.stage },
    { key: kindKey, value: of.kind },
  ]);
}

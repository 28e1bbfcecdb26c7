import type { InvalidFault } from './refusals-invalid.ts';
import type { RefusalCode, RefusalParams, RefusalReason } from './refusal-codes.ts';

/** An expected "no"; refusal-text.ts says it to people. Faults of the world and bugs are ordinary errors. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly params: RefusalParams;
  readonly pointer: string | undefined;
  readonly reasons: readonly RefusalReason[] | undefined;

  constructor(
    code: RefusalCode,
    params: RefusalParams = {},
    more: { pointer?: string; reasons?: readonly RefusalReason[] } = {},
  ) {
    super(Object.keys(params).length === 0 ? code : `${code} ${JSON.stringify(params)}`);
    this.name = 'Refusal';
    this.code = code;
    this.params = params;
    this.pointer = more.pointer;
    this.reasons = more.reasons;
  }
}

/** An input that does not fit at a place, with the sentence that says how to correct it. */
export const invalidAt = (pointer: string, fault: InvalidFault, figures: RefusalParams = {}): Refusal =>
  new Refusal('invalid', { fault, ...figures }, { pointer });

import { Refusal } from './refusal.ts';
import type { Refused } from './refusal-codes.ts';

/** A refusal as it travels and is kept. */
export const refusedBy = ({ code, params, pointer }: Refusal): Refused => ({
  code,
  params: { ...params, ...(pointer !== undefined && { pointer }) },
});

/** A refusal that has travelled, at the place it names. */
export function refusalBy({ code, params }: Refused): Refusal {
  const { pointer } = params;
  return new Refusal(code, params, typeof pointer === 'string' ? { pointer } : {});
}

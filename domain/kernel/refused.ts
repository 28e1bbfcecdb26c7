import { Refusal } from './refusal.ts';
import type { RefusalCode, RefusalParams } from './refusal.ts';

/** A refusal as plain data, for where no exception travels: its code and figures, the place it names among them as `pointer`. */
export interface Refused {
  code: RefusalCode;
  params: RefusalParams;
}

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

import type { RefusalCode, RefusalParams } from './refusal.ts';

/** A refusal as plain data, for where no exception travels: its code and figures. */
export interface Refused {
  code: RefusalCode;
  params: RefusalParams;
}

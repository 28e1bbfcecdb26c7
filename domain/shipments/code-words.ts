import { w } from '../platform/words.ts';
import { holdActWords, holdStateWords } from './hold-words.ts';
import type { ShipmentHoldStep } from './hold.ts';
import type { Words, CodeWords } from '../platform/words.ts';

const shipmentHoldStep: Readonly<Record<ShipmentHoldStep, Words>> = {
  tell: w('tell the departments', '通知各部门'),
  notice: w('give the customer notice', '通知客户'),
  answer: w('wait for an answer', '等待答复'),
  judge: w('check again', '重新检查'),
  close: w('close', '结束'),
};

/** What the codes of shipments mean, by the record's field. */
export const shipmentsCodeWords = {
  'shipment-hold.act': holdActWords,
  'shipment-hold.plan-step': shipmentHoldStep,
  'shipment-hold.state': holdStateWords,
  'shipment-request.decision': {
    ship: w('ship', '发货'),
    reduce: w('ship less', '减量发货'),
    hold: w('hold', '冻结'),
  },
} as const satisfies CodeWords;

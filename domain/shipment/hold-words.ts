import type { Words } from '../credit/policy.ts';
import type { MissingPart } from './ground.ts';
import type { ShipmentHoldState, ShipmentHoldWhy } from './hold.ts';

type Language = 'zh' | 'en';

export const holdStateWords: Readonly<Record<ShipmentHoldState, Words>> = {
  open: { en: 'held', zh: '控制中' },
  shipped: { en: 'shipped', zh: '已全部放行' },
  reduced: { en: 'shipped in part', zh: '部分放行' },
  rescinded: { en: 'rescinded', zh: '已解除' },
};

const whys: Readonly<Record<ShipmentHoldWhy['code'], Words>> = {
  'departments-told': { en: 'the departments are told', zh: '通知各部门' },
  'ground-wanted': {
    en: 'its ground and evidence are wanted: a hold without them is our own breach (Civil Code 527, 528)',
    zh: '须补充依据和证据：无依据的中止履行构成我方违约（民法典第五百二十七条、第五百二十八条）',
  },
  'notice-due': { en: 'the customer is given notice', zh: '通知客户' },
  'notice-pending': { en: 'the notice is on its way', zh: '通知正在送达' },
  'notice-by-hand': {
    en: 'no message of ours reaches the customer: a person gives notice',
    zh: '系统消息无法送达，须由人工通知客户',
  },
  'answer-awaited': {
    en: 'payment, security or an answer of the customer is awaited until {until}',
    zh: '等待客户付款、提供担保或答复，至 {until}',
  },
  'answer-overdue': { en: 'the time to answer is over', zh: '答复期限已过' },
  'decision-awaited': {
    en: 'a decision is awaited: ship, ship less, rescind or keep',
    zh: '等待决定：放行、部分放行、解除或继续控制',
  },
  ended: { en: 'it has ended', zh: '已结束' },
};

/** Why a hold waits, in words. */
export const sayHoldWhy = ({ code, params }: ShipmentHoldWhy, language: Language): string =>
  whys[code][language].replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');

export const missingWords: Readonly<Record<MissingPart, Words>> = {
  ground: {
    en: 'its ground: a clause of the contract, or one of the four grounds of Civil Code 527',
    zh: '依据：合同条款，或民法典第五百二十七条的四种法定情形之一',
  },
  evidence: { en: 'firm evidence of the ground [527]', zh: '确切证据（第五百二十七条）' },
  notice: { en: 'notice to the customer [528]', zh: '通知对方（第五百二十八条）' },
};

/** What would let held goods ship, as it is written to the customer: the reasons themselves stay inside the house. */
export const remedyWords: Words = {
  en: 'payment of what is due, or security that covers the goods; or tell us what is to be put right in our records',
  zh: '支付到期款项，或提供足以覆盖货款的担保；如我方记录有误，请告知以便更正',
};

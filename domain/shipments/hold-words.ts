import { sentenceOf } from '../platform/sentences.ts';
import type { Sentences } from '../platform/sentences.ts';
import type { MissingPart } from './ground.ts';
import type { HoldAct, ShipmentHoldState, ShipmentHoldWhy } from './hold.ts';
import type { Words } from '../platform/words.ts';

type Language = 'zh' | 'en';

export const holdStateWords: Readonly<Record<ShipmentHoldState, Words>> = {
  open: { en: 'held', zh: '冻结中' },
  shipped: { en: 'shipped', zh: '已全部放行' },
  reduced: { en: 'shipped in part', zh: '部分放行' },
  rescinded: { en: 'rescinded', zh: '已解除' },
};

export const holdActWords: Readonly<Record<HoldAct, Words>> = {
  ground: { en: 'name the legal basis', zh: '补充依据' },
  notice: { en: 'give the customer notice', zh: '通知客户' },
  ship: { en: 'ship', zh: '放行' },
  reduce: { en: 'ship less', zh: '部分放行' },
  rescind: { en: 'rescind the contract', zh: '解除合同' },
  keep: { en: 'keep the hold', zh: '继续冻结' },
};

const sentences: Sentences<ShipmentHoldWhy['code']> = {
  en: {
    held: () => 'held; not looked at yet',
    'departments-told': () => 'the departments are told',
    'ground-wanted': () => 'its ground and evidence are wanted: a hold without them is our own breach (Civil Code 527, 528)',
    'notice-due': () => 'the customer is given notice',
    'notice-pending': () => 'the notice is on its way',
    'notice-by-hand': () => 'no message of ours reaches the customer: a person gives notice',
    'answer-awaited': (p) => `payment, security or an answer of the customer is awaited until ${p['until']}`,
    'answer-overdue': () => 'the time to answer is over',
    'decision-awaited': () => 'a decision is awaited: ship, ship less, rescind or keep',
    ended: () => 'it has ended',
  },
  zh: {
    held: () => '已冻结，尚未开始处理',
    'departments-told': () => '通知各部门',
    'ground-wanted': () => '须补充依据和证据：无依据的中止履行构成我方违约（民法典第五百二十七条、第五百二十八条）',
    'notice-due': () => '通知客户',
    'notice-pending': () => '通知正在送达',
    'notice-by-hand': () => '系统消息无法送达，须由人工通知客户',
    'answer-awaited': (p) => `等待客户付款、提供担保或答复，至 ${p['until']}`,
    'answer-overdue': () => '答复期限已过',
    'decision-awaited': () => '等待决定：放行、部分放行、解除或继续冻结',
    ended: () => '已结束',
  },
};

/** Why a hold waits, in words. */
export const sayHoldWhy = (why: ShipmentHoldWhy, language: Language): string => sentenceOf(sentences, why, language);

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

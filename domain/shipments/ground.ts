import type { Instant } from '../platform/calendar.ts';
import type { Words } from '../platform/words.ts';
import type { ShipmentReasonCode, HoldClause } from '../credit/hold-clause.ts';

/** The four grounds of the Civil Code for holding back one's own performance [527 para. 1 no. 1–4]. */
export const statutoryCauses = ['business-worsened', 'assets-moved', 'reputation-lost', 'ability-lost'] as const;
export type StatutoryCause = (typeof statutoryCauses)[number];

/** Why goods may be held back: a clause of the contract that is named, or the law. */
export type HoldGround = { kind: 'contract'; clause: Words } | { kind: 'statutory'; cause: StatutoryCause };

export interface GivenGround {
  ground: HoldGround;
  /** Our id of whoever gave it; `policy`: the house's terms name the clause. */
  by: string;
  at: Instant;
}

/** A proof of the ground. */
export interface Evidence {
  what: string;
  /** Of a document; and the hash of its file. */
  reference: string | null;
  sha256: string | null;
}

/** How far the customer has been told. */
export interface NoticeStanding {
  /** `by-hand`: our messages cannot reach them, a person gives notice. */
  state: 'none' | 'requested' | 'by-hand' | 'given';
  givenAt: Instant | null;
  arrivedAt: Instant | null;
}

/** The clause that covers every reason of a hold; null: a person must name the ground. */
export function clauseFor(reasons: readonly { code: ShipmentReasonCode }[], clauses: readonly HoldClause[]): Words | null {
  if (reasons.length === 0) return null;
  const found = reasons.map(({ code }) => clauses.find((clause) => clause.reasons.includes(code)));
  if (found.some((clause) => !clause)) return null;
  const titles = [...new Map(found.flatMap((clause) => (clause ? [[clause.id, clause.title] as const] : []))).values()];
  return { en: titles.map(({ en }) => en).join('; '), zh: titles.map(({ zh }) => zh).join('；') };
}

export const missingParts = ['ground', 'evidence', 'notice'] as const;
export type MissingPart = (typeof missingParts)[number];

/** What a hold lacks: by law ground, evidence and notice [527, 528]; by contract the clause, and to end the contract the notice. */
export function missingOf(given: HoldGround | null, evidence: number, notice: NoticeStanding['state']): MissingPart[] {
  if (!given) return ['ground'];
  const missing: MissingPart[] = [];
  if (given.kind === 'statutory' && evidence === 0) missing.push('evidence');
  if (notice !== 'given') missing.push('notice');
  return missing;
}

/** Names of the law's grounds, with the article each rests on. */
export const causeWords: Readonly<Record<StatutoryCause, Words & { article: Words }>> = {
  'business-worsened': {
    en: 'serious worsening of business',
    zh: '经营状况严重恶化',
    article: { en: 'Civil Code art. 527 para. 1 no. 1', zh: '《民法典》第五百二十七条第一款第（一）项' },
  },
  'assets-moved': {
    en: 'moving assets or withdrawing funds to avoid debts',
    zh: '转移财产、抽逃资金，以逃避债务',
    article: { en: 'Civil Code art. 527 para. 1 no. 2', zh: '《民法典》第五百二十七条第一款第（二）项' },
  },
  'reputation-lost': {
    en: 'loss of business reputation',
    zh: '丧失商业信誉',
    article: { en: 'Civil Code art. 527 para. 1 no. 3', zh: '《民法典》第五百二十七条第一款第（三）项' },
  },
  'ability-lost': {
    en: 'loss, or possible loss, of the ability to perform',
    zh: '有丧失或者可能丧失履行债务能力的其他情形',
    article: { en: 'Civil Code art. 527 para. 1 no. 4', zh: '《民法典》第五百二十七条第一款第（四）项' },
  },
};

/** A ground as it is shown and written to the customer. */
export function groundWords(ground: HoldGround): Words {
  if (ground.kind === 'contract') return ground.clause;
  const { en, zh, article } = causeWords[ground.cause];
  return { en: `${en} (${article.en})`, zh: `${zh}（${article.zh}）` };
}

/** What the law says beside a statutory ground; a contract says nothing here. */
export function lawWords(ground: HoldGround): Words {
  if (ground.kind === 'contract') return { en: '', zh: '' };
  return {
    en: 'We resume performance as soon as appropriate security is given (Civil Code art. 528).',
    zh: '依据《民法典》第五百二十八条，贵方提供适当担保的，我方即恢复履行。',
  };
}

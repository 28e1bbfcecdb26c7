import { factTable } from './facts.ts';
import type { FactName } from './facts.ts';
import type { Assessment } from './assess.ts';
import type { BoundCode } from './proposal.ts';
import type { VerdictReason } from './reasons.ts';
import type { ScoreLine } from './scorecard.ts';
import { sayMoney } from '../platform/money.ts';
import { sayDate } from '../platform/said-time.ts';
import { closedUp } from '../platform/sentences.ts';

type Language = 'zh' | 'en';

const codes: Readonly<Record<string, { en: string; zh: string }>> = {
  hospital: { en: 'hospital', zh: '医院' },
  dealer: { en: 'dealer', zh: '经销商' },
  channel: { en: 'channel partner', zh: '渠道商' },
  public: { en: 'public', zh: '公立' },
  state: { en: 'state-owned', zh: '国有' },
  private: { en: 'private', zh: '民营' },
  foreign: { en: 'foreign', zh: '外资' },
  mixed: { en: 'mixed', zh: '混合所有制' },
  active: { en: 'active', zh: '存续' },
  abnormal: { en: 'abnormal', zh: '经营异常' },
  suspended: { en: 'suspended', zh: '暂停' },
  revoked: { en: 'revoked', zh: '吊销' },
  cancelled: { en: 'cancelled', zh: '注销' },
  unknown: { en: 'unknown', zh: '未知' },
  valid: { en: 'valid', zh: '有效' },
  expired: { en: 'expired', zh: '已过期' },
  none: { en: 'none', zh: '无' },
  true: { en: 'yes', zh: '是' },
  false: { en: 'no', zh: '否' },
};

const units: Record<Language, Readonly<Record<string, string>>> = {
  en: { days: ' days', months: ' months', count: '', points: ' points' },
  zh: { days: ' 天', months: ' 个月', count: ' 次', points: ' 分' },
};

function figure(fact: FactName, value: number, language: Language): string {
  const { type, unit } = factTable[fact];
  if (type === 'share') return `${trimmed(value * 100)} %`;
  return `${trimmed(value)}${units[language][unit ?? 'count'] ?? ''}`;
}
const trimmed = (value: number): string => String(Math.round(value * 10) / 10);

function valueWords(line: ScoreLine, language: Language): string {
  const { value, fact } = line;
  if (typeof value === 'number') return figure(fact, value, language);
  return codes[String(value)]?.[language] ?? sayDate(String(value), language);
}

function rangeWords({ fact, from, below }: ScoreLine, language: Language): string {
  const bound = (value: number): string => figure(fact, value, language);
  if (from === null && below === null) return '';
  if (language === 'zh') {
    if (from === null) return `低于 ${bound(below ?? 0)}`;
    return closedUp(below === null ? `${bound(from)} 及以上` : `${bound(from)} 至 ${bound(below)} 以下`);
  }
  if (from === null) return `under ${bound(below ?? 0)}`;
  return below === null ? `${bound(from)} or more` : `${bound(from)} to under ${bound(below)}`;
}

const signed = (points: number): string => (points > 0 ? `+${points}` : String(points));

function lineWords(line: ScoreLine, language: Language): string {
  const { title, points, judged, peers, bin, fact } = line;
  if (bin === null)
    return language === 'zh' ? `${title.zh}：缺失（${signed(points)} 分）` : `${title.en}: not known (${signed(points)} points)`;
  const [value, range] = [valueWords(line, language), rangeWords(line, language)];
  const reference = peers === null || judged === null ? null : figure(fact, peers, language);
  const difference = judged === null ? '' : figure(fact, judged, language);
  if (language === 'zh') {
    const against = reference === null ? '' : `，同类参照 ${reference}，差 ${difference}`;
    return `${title.zh}：${value}${against}${range === '' ? '' : `（${range}）`}，${signed(points)} 分`;
  }
  const against = reference === null ? '' : ` against ${reference} of its peers, a difference of ${difference}`;
  return `${title.en}: ${value}${against}${range === '' ? '' : ` (${range})`}, ${signed(points)} points`;
}

const bounds: Record<Language, Record<BoundCode, (amount: string) => string>> = {
  en: {
    start: (a) => `the limit is the policy's starting limit, ${a}`,
    sales: (a) => `the limit follows the average monthly sales over the terms: ${a}`,
    'net-assets': (a) => `the limit ends at the share of net assets: ${a}`,
    cap: (a) => `the limit ends at the cap of the grade: ${a}`,
    step: (a) => `the limit rises by one step at most in a review: ${a}`,
    'step-kept': (a) => `no step up: payment on time or agreeing books fall short of the policy; the limit stays within ${a}`,
  },
  zh: {
    start: (a) => `额度为信用政策规定的起始额度 ${a}`,
    sales: (a) => `额度按账期内的月均赊销额计算：${a}`,
    'net-assets': (a) => `额度以净资产的规定比例为限：${a}`,
    cap: (a) => `额度以该等级的上限为限：${a}`,
    step: (a) => `每次复审最多上调一档：${a}`,
    'step-kept': (a) => `按期付款或对账情况未达到上调条件，不予上调，额度不超过 ${a}`,
  },
};

const names = (facts: readonly FactName[], language: Language): string =>
  facts.map((name) => factTable[name][language]).join(language === 'zh' ? '、' : ', ');

/** A reason in words a person reads. */
export function sayVerdictReason(reason: VerdictReason, language: Language): string {
  const zh = language === 'zh';
  switch (reason.code) {
    case 'points':
      return lineWords(reason.line, language);
    case 'missing':
      return zh ? `缺失的资料：${names(reason.facts, 'zh')}` : `not known: ${names(reason.facts, 'en')}`;
    case 'stale':
      return zh
        ? `已过时、决定前须更新的资料：${names(reason.facts, 'zh')}`
        : `out of date, to be told anew before deciding: ${names(reason.facts, 'en')}`;
    case 'factor': {
      const { title, shift } = reason;
      return zh
        ? `${title.zh}：各等级门槛${shift < 0 ? '下调' : '上调'} ${Math.abs(shift)} 分`
        : `${title.en}: the thresholds of all grades are ${Math.abs(shift)} points ${shift < 0 ? 'lower' : 'higher'}`;
    }
    case 'peers': {
      const { title, members } = reason;
      if (zh) return `付款情况与${title.zh}相比${members === null ? '（信用政策参照值）' : `（本公司账上 ${members} 家）`}`;
      return `payment is judged against ${title.en}${members === null ? ' (reference of the policy)' : ` (${members} in our books)`}`;
    }
    case 'first-time':
      return zh ? '首次合作客户：适用起始额度和更严格的条件' : 'a first-time customer: a starting limit and stricter conditions';
    case 'sme-regime':
      return zh
        ? '适用《保障中小企业款项支付条例》：账期最长 60 天'
        : 'the SME payment regulation applies: terms of 60 days at most';
    case 'no-unit':
      return zh
        ? `信用政策 grades 未规定 ${reason.currency} 的计量单位，无法建议额度；请在其 units 和 rounding 中补充`
        : `the grades policy has no unit for ${reason.currency}, so no limit is proposed; add it to its units and rounding`;
    default:
      return closedUp(bounds[language][reason.code](sayMoney(reason.amount, reason.currency, language)));
  }
}

/** A verdict as a person reads it: the result, then what speaks for it, against it, and what else must be known. */
export function sayAssessment(
  of: Assessment,
  language: Language,
): { summary: string; for: string[]; against: string[]; notes: string[] } {
  const say = (reasons: readonly VerdictReason[]): string[] => reasons.map((reason) => sayVerdictReason(reason, language));
  const { score, grade, threshold, proposal } = of;
  const from = threshold === null ? '' : language === 'zh' ? `（门槛 ${threshold} 分）` : ` (from ${threshold})`;
  const summary =
    language === 'zh'
      ? `评分 ${score}，等级 ${grade}${from}，建议账期 ${proposal.termsDays} 天`
      : `score ${score}, grade ${grade}${from}, terms of ${proposal.termsDays} days proposed`;
  return { summary, for: say(of.reasonsFor), against: say(of.reasonsAgainst), notes: say(of.notes) };
}

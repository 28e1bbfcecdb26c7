import type { Figures, Sentence } from '../platform/sentence.ts';
import { sayMoney } from '../platform/money.ts';
import { actTitles } from './act.ts';
import type { ActName } from './act.ts';

const isAct = (kind: string): kind is ActName => kind in actTitles;
const said = (kind: string, language: 'en' | 'zh'): string => (isAct(kind) ? actTitles[kind][language] : kind);
const sum = (f: Figures, language: 'en' | 'zh'): string =>
  f.get('amount') === '' ? '' : ` ${sayMoney(f.get('amount'), f.get('currency'), language)}`;

/** What a customer's timeline tells of acts that wait for a second person. */
export const actSentences: Readonly<Record<string, Sentence>> = {
  'act.proposed': [
    (f) => `Second person asked for: ${said(f.get('kind'), 'en')}${sum(f, 'en')}: ${f.reason}`,
    (f) => `提交双人复核：${said(f.get('kind'), 'zh')}${sum(f, 'zh')}：${f.reason}`,
  ],
  'act.approved': [
    (f) => `Approved by a second person: ${said(f.get('kind'), 'en')}: ${f.reason}`,
    (f) => `双人复核通过：${said(f.get('kind'), 'zh')}：${f.reason}`,
  ],
  'act.declined': [
    (f) => `Declined by a second person: ${said(f.get('kind'), 'en')}: ${f.reason}`,
    (f) => `双人复核未通过：${said(f.get('kind'), 'zh')}：${f.reason}`,
  ],
  'act.withheld-anew': [
    (f) => `What waits for a second person follows its corrected invoice: ${said(f.get('kind'), 'en')}`,
    (f) => `待复核事项随发票更正调整：${said(f.get('kind'), 'zh')}`,
  ],
  'act.withdrawn': [
    (f) => `Taken back before a second person decided: ${said(f.get('kind'), 'en')}: ${f.reason}`,
    (f) => `复核前已撤回：${said(f.get('kind'), 'zh')}：${f.reason}`,
  ],
  'act.lapsed': [
    (f) => `Lapsed undecided: ${said(f.get('kind'), 'en')}`,
    (f) => `逾期未复核，已失效：${said(f.get('kind'), 'zh')}`,
  ],
};

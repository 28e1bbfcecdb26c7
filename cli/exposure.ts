import { creditCodeWords } from '../domain/credit/code-words.ts';
import { formatAmount, sayMoney } from '../domain/platform/money.ts';
import { sayDate } from '../domain/platform/said-time.ts';
import { StackError } from '../stack/error.ts';
import { findDrift, repairDrift } from '../store/credit/drift.ts';
import type { Drift } from '../store/credit/drift.ts';
import { systemActor } from '../store/platform/transaction.ts';
import type { Store } from '../store/platform/transaction.ts';

interface Words {
  ok(accounts: number): string;
  drift(figures: number, accounts: number): string;
  line(of: Drift, is: string, should: string): string;
  mend: string;
  mended(figures: number): string;
  reason: string;
}

const codes = creditCodeWords;
const places: Readonly<Record<Drift['place'], Record<'zh' | 'en', string>>> = {
  balance: { en: 'balance', zh: '余额' },
  'by-date': { en: 'by ship date', zh: '按发货日' },
  entries: { en: 'sum of the entries', zh: '分录合计' },
};
const bucketOf = ({ bucket }: Drift, language: 'zh' | 'en'): string => codes['exposure-entry.bucket'][bucket][language];

const words: Readonly<Record<'zh' | 'en', Words>> = {
  en: {
    ok: (n: number) => `${n} credit accounts equal their documents.`,
    drift: (n: number, of: number) => `${n} figures of ${of} credit accounts differ from the documents:`,
    line: (d: Drift, is: string, should: string) =>
      `  ${codes['credit-account.kind'][d.kind].en} ${d.code}: ${bucketOf(d, 'en')}${d.onDate ? ` of ${d.onDate}` : ''} (${places[d.place].en}) is ${is}, the documents say ${should}`,
    mend: 'To set them right, with entries and your reason on record: duecourse exposure check --repair --reason "…"',
    mended: (n: number) => `${n} figures were set to what the documents say.`,
    reason: '--repair needs --reason: it stands on record with what was changed.',
  },
  zh: {
    ok: (n: number) => `${n} 个信用账户与单据一致。`,
    drift: (n: number, of: number) => `${of} 个信用账户中有 ${n} 项与单据不符：`,
    line: (d: Drift, is: string, should: string) =>
      `  ${codes['credit-account.kind'][d.kind].zh} ${d.code}：${bucketOf(d, 'zh')}${d.onDate ? `（${sayDate(d.onDate, 'zh')}）` : ''}（${places[d.place].zh}）为${is}，单据为${should}`,
    mend: '如需更正（留有分录与理由）：duecourse exposure check --repair --reason "…"',
    mended: (n: number) => `已将 ${n} 项更正为单据金额。`,
    reason: '--repair 须附 --reason：理由与改动一并记录。',
  },
};

/**
 * Recomputes every credit account from its documents and prints what differs; `repair` sets it right with entries and a reason. Answers
 * the exit code: 1 while anything differs.
 */
export async function checkExposure(
  store: Store,
  print: (line: string) => void,
  { repair, reason, language }: { repair: boolean; reason?: string | undefined; language: 'zh' | 'en' },
): Promise<number> {
  const say = words[language];
  if (repair && (reason === undefined || reason.trim() === '')) throw new StackError(words.en.reason, words.zh.reason);
  const { accounts, drift } = await findDrift(store.db);
  if (drift.length === 0) {
    print(say.ok(accounts));
    return 0;
  }
  const moneyOf = (minor: number, currency: string): string => sayMoney(formatAmount(minor, currency), currency, language);
  print(say.drift(drift.length, accounts));
  for (const one of drift) print(say.line(one, moneyOf(one.actualMinor, one.currency), moneyOf(one.expectedMinor, one.currency)));
  if (!repair) {
    print(say.mend);
    return 1;
  }
  const mended = await repairDrift(store, systemActor('cli'), reason ?? '');
  print(say.mended(mended.length));
  return (await findDrift(store.db)).drift.length === 0 ? 0 : 1;
}

import { fitScorecard } from '../domain/credit/scorecard-fit.ts';
import type { FitFault, FitReport } from '../domain/credit/scorecard-fit.ts';
import type { BusinessDate } from '../domain/platform/calendar.ts';
import { sayDate } from '../domain/platform/said-time.ts';
import { StackError } from '../stack/error.ts';
import { say as text } from '../stack/help.ts';
import { observe } from '../store/credit/observations.ts';
import { addPolicyVersion } from '../store/policies/policy-versions.ts';
import { momentOf, systemActor } from '../store/platform/transaction.ts';
import { withStore } from './store-commands.ts';

export interface FitOptions {
  from: BusinessDate;
  until?: BusinessDate;
  badDays: number;
  months: number;
  dryRun: boolean;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const faults: Record<FitFault, { en: string; zh: string }> = {
  'too-few-cases': {
    en: 'at least fifty are needed; begin earlier with --from',
    zh: '至少需要 50 个；请用 --from 指定更早的日期',
  },
  'too-few-bads': {
    en: 'fewer than ten of the older ones went bad; begin earlier with --from, or lower --bad-days',
    zh: '较早的样本中变坏的不足 10 个；请用 --from 指定更早的日期，或降低 --bad-days',
  },
  'nothing-separates': {
    en: 'nothing in the books tells those who went bad from the others; fit again when there is more history',
    zh: '账面资料无法区分好坏客户；请在积累更多历史后重新拟合',
  },
};

const mendable = (fault: FitFault, cases: number): StackError =>
  new StackError(
    `No scorecard was fitted on ${cases} cases: ${faults[fault].en}.`,
    `未能在 ${cases} 个样本上拟合评分卡：${faults[fault].zh}。`,
  );

/** Fits a scorecard on the ledger's own history and keeps it as a draft: not in force until somebody approves it. */
export async function fitFromHistory({ from, until, badDays, months, dryRun }: FitOptions): Promise<void> {
  await withStore(async (store) => {
    const { today } = await momentOf(store.db, store);
    const { current } = await store.policies.current();
    const observations = await observe(store.db, { from, until: until ?? today, badDays, months });
    const fitted = fitScorecard(observations, current.scorecard.content);
    if (!fitted.ok) throw mendable(fitted.fault, observations.length);
    say(fitted.report);
    if (dryRun) return;
    const reason = `Fitted on ${fitted.report.observations} cases from ${from}, bad from ${badDays} days late`;
    const { version } = await addPolicyVersion(store, systemActor('scorecard-fit'), 'scorecard', {
      content: fitted.policy,
      effectiveFrom: null,
      reason,
      seen: null,
    });
    const simulate = `POST /v1/policies/scorecard/${version}/simulate`;
    print(
      text(
        `Kept as draft scorecard/${version}: simulate it (${simulate}), then have it approved.`,
        `已保存为草稿 scorecard/${version}：请先模拟（${simulate}），再提交批准。`,
      ),
    );
  });
}

const three = (value: number): string => value.toFixed(3);

function say(report: FitReport): void {
  const { observations, bads, trained, tested, current, trainedUntil } = report;
  const of = ({ ks, auc }: { ks: number; auc: number }): string => `KS ${three(ks)}  AUC ${three(auc)}`;
  print(
    text(
      `${observations} cases, ${bads} went bad; fitted on the days before ${trainedUntil}, tried on the rest.`,
      `样本 ${observations} 个，其中 ${bads} 个变坏；以 ${sayDate(trainedUntil, 'zh')}之前的样本拟合，其余用于检验。`,
    ),
  );
  print(text(`fitted   ${of(trained)}  (${trained.cases} cases)`, `拟合  ${of(trained)}（${trained.cases} 个样本）`));
  print(
    text(
      `tried    ${of(tested)}  (${tested.cases} cases); in force now: ${of(current)}`,
      `检验  ${of(tested)}（${tested.cases} 个样本）；现行评分卡：${of(current)}`,
    ),
  );
  print(text(`shift of the scores (PSI) ${three(report.psi)}`, `评分分布偏移（PSI）${three(report.psi)}`));
  for (const { id, iv, coefficient, bins } of report.characteristics) {
    print(`${id}  IV ${three(iv)}  ${text('coefficient', '系数')} ${three(coefficient)}`);
    for (const { id: bin, good, bad, woe, points } of bins)
      print(
        `  ${bin.padEnd(24)} ${text('good', '好')} ${String(good).padStart(6)}  ${text('bad', '坏')} ${String(bad).padStart(6)}  ` +
          `WOE ${three(woe).padStart(7)}  ${text('points', '分值')} ${points}`,
      );
  }
  print(text(`kept as they are: ${report.kept.join(', ')}`, `保持不变：${report.kept.join('、')}`));
}

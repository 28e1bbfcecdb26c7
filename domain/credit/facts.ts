/** The four dimensions of a credit profile. */
export const dimensions = ['basic', 'behaviour', 'trade', 'compliance'] as const;
export type Dimension = (typeof dimensions)[number];

/** Outside systems that know facts; one gateway each. */
export const connectorNames = ['bureau', 'licences', 'court-list'] as const;
export type ConnectorName = (typeof connectorNames)[number];

/** Where a fact comes from: the customer record, our own books, statements, a connector, an ERP, or a person with evidence. */
export const factSources = ['master', 'ledger', 'reconciliation', ...connectorNames, 'erp', 'manual'] as const;
export type FactSource = (typeof factSources)[number];

/** On which lists a customer no longer stands by what is told of it now. */
export const listsLeft = (before: readonly ListEntry[], told: readonly ListEntry[]): ListEntry['list'][] =>
  lists.filter((list) => before.some((one) => one.list === list) && !told.some((one) => one.list === list));

/** `amounts`: minor units by currency. `entries`: what stands on a sanction or court list. `share`: 0.25 is a quarter. */
export type FactType = 'number' | 'share' | 'boolean' | 'date' | 'code' | 'text' | 'amounts' | 'entries';
export type FactUnit = 'days' | 'months' | 'count' | 'points' | 'share' | 'minor' | null;

/** Minor units by currency. */
export type Amounts = Readonly<Record<string, number>>;

/** The lists: dishonest persons subject to enforcement (失信被执行人), sanctions, limits on high consumption, abnormal operations. */
export const lists = ['dishonest', 'sanctions', 'consumption-limit', 'abnormal-operation', 'other'] as const;

/** One entry of a sanction or court list. `since`: the day it was listed, where the list tells it. */
export interface ListEntry {
  list: (typeof lists)[number];
  since: string | null;
  reference: string | null;
}

interface FactDefinition {
  dimension: Dimension;
  type: FactType;
  unit: FactUnit;
  /** Days after its as-of date until it is stale; null: it does not age. Policy `credit-rules` may set others. */
  freshDays: number | null;
  /** Who can tell it. `manual` and `erp` are entered through the API, the others are written by the product alone. */
  sources: readonly FactSource[];
  /** Of `code`: the words it can be. */
  codes?: readonly string[];
  /** An entry by hand counts only with evidence. */
  evidence?: true;
  /** Shown by its last four characters only. */
  secret?: true;
  en: string;
  zh: string;
}

const define = <T extends Record<string, FactDefinition>>(table: T): { readonly [K in keyof T]: FactDefinition } => table;

const byHand: readonly FactSource[] = ['erp', 'manual'];
const bureau: readonly FactSource[] = ['bureau', ...byHand];
const licence: readonly FactSource[] = ['licences', ...byHand];
const court: readonly FactSource[] = ['court-list', 'manual'];
const ledger: readonly FactSource[] = ['ledger'];
const master: readonly FactSource[] = ['master'];

/**
 * Every fact a profile can hold, and the one definition of each. Facts of the ledger are calculated over the twelve months to today,
 * unless said otherwise; currencies are never added: of several, the worse figure counts.
 */
export const factTable = define({
  // Basic
  customerType: fact('basic', 'code', null, null, master, 'Type of customer', '客户类型', {
    codes: ['hospital', 'dealer', 'channel', 'other'],
  }),
  tier: fact('basic', 'text', null, null, master, 'Hospital tier, or level of a dealer', '医院等级或经销商级别'),
  region: fact('basic', 'text', null, null, master, 'Region', '区域'),
  debtorClass: fact('basic', 'code', null, null, master, 'Debtor class under the SME payment regulation', '条例下的债务人类别', {
    codes: ['public-institution', 'organ', 'large-enterprise', 'insurance-fund', 'other'],
  }),
  creditorWasSme: fact('basic', 'boolean', null, null, master, 'We were an SME when contracting', '签约时我方为中小企业'),
  ownership: fact('basic', 'code', null, 365, bureau, 'Ownership', '所有制性质', {
    codes: ['public', 'state', 'private', 'foreign', 'mixed'],
  }),
  registeredOn: fact('basic', 'date', null, null, bureau, 'Founded or registered on', '成立（登记）日期'),
  businessAgeMonths: fact('basic', 'number', 'months', null, ['bureau', ...byHand], 'Age of business', '经营年限'),
  beds: fact('basic', 'number', 'count', 730, byHand, 'Beds of the hospital', '床位数'),
  netAssets: fact('basic', 'amounts', 'minor', 365, bureau, 'Net assets', '净资产', { evidence: true }),
  registeredCapital: fact('basic', 'amounts', 'minor', 365, bureau, 'Registered capital', '注册资本'),
  bureauScore: fact('basic', 'number', 'points', 180, ['bureau'], 'Score of the credit bureau', '征信机构评分'),
  bankAccount: fact('basic', 'text', null, null, byHand, 'Bank account', '银行账户', { secret: true }),
  licenceUntil: fact('basic', 'date', null, 90, licence, 'Operating licence valid until', '经营许可证有效期至', {
    evidence: true,
  }),
  licenceDaysLeft: fact('basic', 'number', 'days', 90, licence, 'Days until the operating licence ends', '许可证剩余天数'),

  // Behaviour
  daysBeyondTerms: fact('behaviour', 'number', 'days', 2, ledger, 'Days beyond terms, weighted by amount', '加权逾期天数'),
  daysBeyondTermsRecent: fact(
    'behaviour',
    'number',
    'days',
    2,
    ledger,
    'Days beyond terms of what fell due in the last three months',
    '近三个月到期款项的加权逾期天数',
  ),
  daysBeyondTermsBefore: fact(
    'behaviour',
    'number',
    'days',
    2,
    ledger,
    'Days beyond terms of what fell due in the nine months before those',
    '此前九个月到期款项的加权逾期天数',
  ),
  daysBeyondTermsTrend: fact(
    'behaviour',
    'number',
    'days',
    2,
    ledger,
    'Days beyond terms: last three months against the nine before',
    '近三个月与此前九个月逾期天数之差',
  ),
  onTimeShare: fact('behaviour', 'share', 'share', 2, ledger, 'Share paid on time, by amount', '按时付款占比（金额）'),
  overdueShare: fact('behaviour', 'share', 'share', 2, ledger, 'Share of what is open that is overdue', '未结款项逾期占比'),
  oldestOverdueDays: fact('behaviour', 'number', 'days', 2, ledger, 'Age of the oldest overdue item', '最长逾期天数'),
  collectionStage: fact('behaviour', 'code', null, 2, ledger, 'Highest stage of collection now', '当前最高催收阶段', {
    codes: ['none', 'due', 'reminder', 'escalation', 'legal'],
  }),
  legalCases: fact('behaviour', 'number', 'count', 2, ledger, 'Legal cases opened in two years', '近两年法务案件数'),
  brokenPromises: fact('behaviour', 'number', 'count', 2, ledger, 'Promises broken', '违约的付款承诺数'),
  promisesKeptShare: fact('behaviour', 'share', 'share', 2, ledger, 'Share of promises kept', '付款承诺兑现率'),
  disputesUpheld: fact('behaviour', 'number', 'count', 2, ledger, 'Disputes upheld', '成立的争议数'),
  disputesRejected: fact('behaviour', 'number', 'count', 2, ledger, 'Disputes rejected', '不成立的争议数'),

  // Trade
  tradeMonths: fact('trade', 'number', 'months', 2, ledger, 'Months since the first invoice', '合作月数'),
  invoicesLastYear: fact('trade', 'number', 'count', 2, ledger, 'Invoices of the last year', '近一年发票数'),
  salesLastYear: fact('trade', 'amounts', 'minor', 2, ledger, 'Credit sales of the last year, net', '近一年赊销净额'),
  averageMonthlySales: fact('trade', 'amounts', 'minor', 2, ledger, 'Average monthly credit sales', '月均赊销额'),
  salesGrowth: fact(
    'trade',
    'share',
    'share',
    2,
    ledger,
    'Growth: last six months against the six before',
    '销售增长率（近半年比前半年）',
  ),
  returnsShare: fact('trade', 'share', 'share', 2, ledger, 'Credit notes against sales', '退货及折让占比'),
  medianOrder: fact('trade', 'amounts', 'minor', 2, ledger, 'Median order of the last year', '近一年订单中位数'),
  mainProductLine: fact('trade', 'text', null, 365, byHand, 'Main product line', '主要产品线'),
  shareOfWallet: fact('trade', 'share', 'share', 365, byHand, 'Our share of what the customer buys', '采购份额'),

  // Compliance and legal
  taxIdValid: fact('compliance', 'boolean', null, null, master, 'Tax id is valid', '税号有效'),
  registrationState: fact('compliance', 'code', null, 180, bureau, 'State of the business registration', '工商登记状态', {
    codes: ['active', 'abnormal', 'suspended', 'revoked', 'cancelled', 'unknown'],
    evidence: true,
  }),
  registrationActive: fact('compliance', 'boolean', null, 180, bureau, 'Registration in force', '登记状态存续'),
  taxCreditRating: fact('compliance', 'code', null, 400, bureau, 'Tax credit rating', '纳税信用等级', {
    codes: ['A', 'B', 'M', 'C', 'D'],
    evidence: true,
  }),
  licenceState: fact('compliance', 'code', null, 90, licence, 'State of the operating licence', '经营许可证状态', {
    codes: ['valid', 'suspended', 'revoked', 'expired', 'none'],
    evidence: true,
  }),
  listed: fact('compliance', 'entries', null, 30, court, 'Sanction and court-list entries', '制裁及失信名单记录', {
    evidence: true,
  }),
  dishonestListed: fact(
    'compliance',
    'boolean',
    null,
    30,
    court,
    'On the list of dishonest persons subject to enforcement',
    '列入失信被执行人名单',
  ),
  sanctioned: fact('compliance', 'boolean', null, 30, court, 'On a sanctions list', '列入制裁名单'),
  listedEntries: fact('compliance', 'number', 'count', 30, court, 'Number of such entries', '名单记录数'),
  courtCases: fact('compliance', 'number', 'count', 30, court, 'Enforcement cases against the customer', '被执行案件数', {
    evidence: true,
  }),
  reconciliationDifferenceShare: fact(
    'compliance',
    'share',
    'share',
    null,
    ['reconciliation'],
    'Reconciliation difference against the statement',
    '对账差异率',
  ),
  statementConfirmedOn: fact(
    'compliance',
    'date',
    null,
    null,
    ['reconciliation'],
    'Last statement confirmed on',
    '最近对账确认日期',
  ),
});

function fact(
  dimension: Dimension,
  type: FactType,
  unit: FactUnit,
  freshDays: number | null,
  sources: readonly FactSource[],
  en: string,
  zh: string,
  more: Pick<FactDefinition, 'codes' | 'evidence' | 'secret'> = {},
): FactDefinition {
  return { dimension, type, unit, freshDays, sources, en, zh, ...more };
}

export type FactName = keyof typeof factTable;
export const factNames = Object.keys(factTable) as FactName[];

/** Calculated from another fact whenever it is read; never entered, never stored. */
const derived: Readonly<Partial<Record<FactName, FactName>>> = {
  businessAgeMonths: 'registeredOn',
  licenceDaysLeft: 'licenceUntil',
  registrationActive: 'registrationState',
  listedEntries: 'listed',
  dishonestListed: 'listed',
  sanctioned: 'listed',
};
export const derivedFacts = Object.keys(derived) as FactName[];

/** The fact that has to be told for this one to be known. */
export const toldAs = (name: FactName): FactName => derived[name] ?? name;

/** The facts a person or an ERP may enter. */
export const enterable: readonly FactName[] = factNames.filter(
  (name) => !derived[name] && factTable[name].sources.some((source) => source === 'manual' || source === 'erp'),
);

/** The connector that can tell the fact; null: none. */
export function connectorOf(name: FactName): ConnectorName | null {
  return connectorNames.find((connector) => factTable[name].sources.includes(connector)) ?? null;
}

/** Shares of a whole: from none of it to all of it. The other shares compare two amounts, of which either can be the larger. */
const partsOfWhole: readonly FactName[] = ['onTimeShare', 'overdueShare', 'promisesKeptShare', 'shareOfWallet'];
/** Figures that fall below zero; no other number or share does. */
const signed: readonly FactName[] = ['bureauScore', 'daysBeyondTermsTrend', 'salesGrowth', 'licenceDaysLeft'];
/** Days of the calendar, as counts and months are: no fraction of one. */
const wholeDays: readonly FactName[] = ['oldestOverdueDays', 'licenceDaysLeft'];

/** Between which figures a number or share can lie, both included; `againstPeers`: less what its peers show. */
export function rangeOf(name: FactName, againstPeers = false): { from: number; to: number; whole: boolean } {
  const { unit } = factTable[name];
  const to = partsOfWhole.includes(name) ? 1 : Infinity;
  if (againstPeers) return { from: -to, to, whole: false };
  const whole = unit === 'count' || unit === 'months' || wholeDays.includes(name);
  return { from: signed.includes(name) ? -Infinity : 0, to, whole };
}

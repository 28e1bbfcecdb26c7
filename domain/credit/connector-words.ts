import type { ConnectorProblem } from './connectors.ts';
import type { ConnectorName } from './facts.ts';

type Language = 'zh' | 'en';

/** What people call each data provider. */
export const connectorNames: Record<ConnectorName, Record<Language, string>> = {
  bureau: { en: 'The credit bureau', zh: '征信机构' },
  licences: { en: 'The licence registry', zh: '许可证登记系统' },
  'court-list': { en: 'The court list', zh: '法院失信名单系统' },
};

const problems: Record<ConnectorProblem, Record<Language, string>> = {
  'not-configured': {
    en: 'is not connected here. Enter the facts with evidence, or set its address and key.',
    zh: '尚未接入。请凭证据手工录入，或配置其地址与密钥。',
  },
  'kept-inside': {
    en: 'was not asked: nothing leaves this installation now (see "duecourse doctor"). Enter the facts with evidence.',
    zh: '未查询：本安装目前不对外发送（见 "duecourse doctor"）。请凭证据手工录入。',
  },
  'no-tax-id': {
    en: 'cannot be asked: the customer has no valid tax id. Correct the customer record first.',
    zh: '无法查询：客户没有有效税号。请先更正客户资料。',
  },
  'not-on-file': {
    en: 'knows nobody by this tax id. Check the tax id, or enter the facts with evidence.',
    zh: '查无此税号。请核对税号，或凭证据手工录入。',
  },
  credentials: { en: 'refuses our key. Have an administrator renew it.', zh: '拒绝了我方密钥。请管理员更换。' },
  refused: {
    en: 'refuses the request. Enter the facts with evidence and tell its operator.',
    zh: '拒绝了请求。请凭证据手工录入并联系其运营方。',
  },
  'answer-unreadable': {
    en: 'answered in a form that is not the agreed one; nothing of it was taken. Enter the facts with evidence and tell its operator.',
    zh: '返回内容不符合约定格式，未予采用。请凭证据手工录入并联系其运营方。',
  },
  'answer-of-another': {
    en: 'answered about another tax id; nothing of it was taken. Enter the facts with evidence and tell its operator.',
    zh: '返回了其他税号的内容，未予采用。请凭证据手工录入并联系其运营方。',
  },
  'dated-ahead': {
    en: 'dates its answer in the future; nothing of it was taken. Enter the facts with evidence and tell its operator.',
    zh: '返回内容的日期晚于今日，未予采用。请凭证据手工录入并联系其运营方。',
  },
  unreachable: {
    en: 'cannot be reached. It is asked again later; facts can be entered with evidence meanwhile.',
    zh: '无法连接，稍后会再次查询；其间可凭证据手工录入。',
  },
  'too-slow': {
    en: 'does not answer in time. It is asked again later; facts can be entered with evidence meanwhile.',
    zh: '未按时响应，稍后会再次查询；其间可凭证据手工录入。',
  },
  overloaded: {
    en: 'takes no more requests just now. It is asked again later; facts can be entered with evidence meanwhile.',
    zh: '暂不受理更多请求，稍后会再次查询；其间可凭证据手工录入。',
  },
  broken: {
    en: 'has an error of its own. It is asked again later; facts can be entered with evidence meanwhile.',
    zh: '自身出现故障，稍后会再次查询；其间可凭证据手工录入。',
  },
};

/** Why a connector told nothing and what to do, in a sentence. */
export const sayConnectorProblem = (connector: ConnectorName, problem: ConnectorProblem, language: Language): string =>
  language === 'zh'
    ? `${connectorNames[connector].zh}${problems[problem].zh}`
    : `${connectorNames[connector].en} ${problems[problem].en}`;

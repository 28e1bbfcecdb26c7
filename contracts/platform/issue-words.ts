import type { z } from 'zod';
import { faultOfPattern, faults } from './faults.ts';

type Language = 'zh' | 'en';
type Words = Readonly<Record<Language, string>>;
type RawIssue = Parameters<ReturnType<typeof z.locales.en>['localeError']>[0];

const types: Readonly<Record<string, Words>> = {
  string: { zh: '文本', en: 'a text' },
  number: { zh: '数字', en: 'a number' },
  int: { zh: '整数', en: 'a whole number' },
  boolean: { zh: ' true 或 false', en: 'true or false' },
  array: { zh: '列表', en: 'a list' },
  object: { zh: '对象', en: 'an object' },
  record: { zh: '对象', en: 'an object' },
  null: { zh: 'null', en: 'null' },
};
const formats: Readonly<Record<string, Words>> = {
  email: { zh: '须为电子邮件地址', en: 'Must be an e-mail address' },
  url: { zh: '须为网址', en: 'Must be a web address' },
  uuid: { zh: '须为本系统给出的编号', en: 'Must be an id that this system gave' },
};

const missing: Words = { zh: '必填字段缺失', en: 'This field is required and missing' };
const unfit: Words = { zh: '内容不符合要求', en: 'Does not fit what is taken here' };

/** How much there may be of something, by what is counted. */
const counted: Readonly<Record<string, (n: string, least: boolean) => Words>> = {
  string: (n, least) => ({
    zh: `${least ? '至少' : '至多'} ${n} 个字符`,
    en: `Must have at ${least ? 'least' : 'most'} ${n} character${n === '1' ? '' : 's'}`,
  }),
  array: (n, least) => ({
    zh: `${least ? '至少' : '至多'} ${n} 项`,
    en: `Must have at ${least ? 'least' : 'most'} ${n} item${n === '1' ? '' : 's'}`,
  }),
  number: (n, least) => ({ zh: `${least ? '不得小于' : '不得大于'} ${n}`, en: `Must be ${n} or ${least ? 'more' : 'less'}` }),
};

function bound(issue: RawIssue): Words {
  const least = issue.code === 'too_small';
  const { origin, inclusive } = issue as unknown as { origin: string; inclusive?: boolean };
  const n = String(least ? issue['minimum'] : issue['maximum']);
  if (inclusive === false && (origin === 'number' || origin === 'int'))
    return { zh: `须${least ? '大于' : '小于'} ${n}`, en: `Must be ${least ? 'more' : 'less'} than ${n}` };
  return (counted[origin === 'int' ? 'number' : origin] ?? (() => unfit))(n, least);
}

function oneOf(values: readonly unknown[]): Words {
  const [only] = values;
  if (values.length === 1) return { zh: `只能为 ${JSON.stringify(only)}`, en: `Must be ${JSON.stringify(only)}` };
  const listed = values.map((value) => JSON.stringify(value));
  return { zh: `须为其中之一：${listed.join('、')}`, en: `Must be one of: ${listed.join(', ')}` };
}

function wordsOf(issue: RawIssue): Words {
  if (issue.input === undefined && issue.code !== 'custom') return missing;
  switch (issue.code) {
    case 'invalid_type': {
      const type = types[issue['expected'] as string];
      return type ? { zh: `须为${type.zh}`, en: `Must be ${type.en}` } : unfit;
    }
    case 'unrecognized_keys':
      return { zh: '未知字段', en: 'Unknown field' };
    case 'too_small':
    case 'too_big':
      return bound(issue);
    case 'invalid_format': {
      const { format, pattern } = issue as unknown as { format: string; pattern?: string };
      const own = pattern === undefined ? undefined : faultOfPattern(pattern);
      return formats[format] ?? (own ? faults[own] : unfit);
    }
    case 'invalid_value':
      return oneOf(issue['values'] as readonly unknown[]);
    case 'invalid_union':
      return { zh: '不属于此处允许的任何一种形式', en: 'Has none of the forms that are taken here' };
    case 'invalid_key':
      return { zh: '字段名不符合要求', en: 'The name of this field does not fit' };
    case 'not_multiple_of':
      return { zh: `须为 ${String(issue['divisor'])} 的整数倍`, en: `Must be a multiple of ${String(issue['divisor'])}` };
    default:
      return unfit;
  }
}

/** What a schema finds wrong at a place, in words for people: never the names of types or codes of the library. */
export const sayIssue = (issue: RawIssue, language: Language): string => wordsOf(issue)[language];

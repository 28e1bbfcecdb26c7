import type { z } from 'zod';
import { faults } from '../platform/faults.ts';
import type { Fault } from '../platform/faults.ts';
import { sayIssue } from '../platform/issue-words.ts';
import type { RefusalCode, RefusalParams } from '../../domain/platform/refusal-codes.ts';
import { byAnotherVersion } from '../../domain/platform/sentences.ts';
import { refusalText } from '../../domain/records/refusal-text.ts';

type Language = 'zh' | 'en';
type Words = Readonly<Record<Language, string>>;

/** What an import finds wrong in a file, its mapping or a row, where no contract says it. {figures} are filled in. */
export const importFaults = {
  missing: { zh: '此字段必填，但单元格为空', en: 'This field is needed, and the cell is empty' },
  'cell-error': { zh: '单元格是公式错误“{value}”', en: 'The cell holds the formula error "{value}"' },
  'digits-lost': {
    zh: '单元格是超过 15 位的数字“{value}”，电子表格不保留其后各位；请将该列设为文本后重新导出',
    en: 'The cell is a number of more than 15 digits, "{value}", of which a spreadsheet keeps no more: make the column text and export it again',
  },
  'not-a-date': {
    zh: '“{value}”不是格式为 {format} 的日期，请更正单元格，或在映射中写明 format',
    en: '"{value}" is no date written {format}: correct the cell, or name its "format" in the mapping',
  },
  'not-a-number': {
    zh: '“{value}”不是数字；如使用其他小数点或千分位，请在映射中写明 decimal 与 thousands',
    en: '"{value}" is no number: if it uses other marks, name "decimal" and "thousands" in the mapping',
  },
  'other-currency': {
    zh: '“{value}”不是 {currency} 的金额，请更正单元格或币种',
    en: '"{value}" is no amount in {currency}: correct the cell or the currency',
  },
  'not-a-whole-number': { zh: '“{value}”不是整数', en: '"{value}" is no whole number' },
  'not-a-boolean': { zh: '“{value}”须为是或否', en: '"{value}" is neither yes nor no' },
  'not-text': { zh: '“{value}”不是文本', en: '"{value}" is no text' },
  'too-many-cells': {
    zh: '本行有 {cells} 个单元格，而表头只有 {columns} 列；内容可能错列，整行未导入',
    en: 'The row has {cells} cells under {columns} columns: its content may have moved, so none of it was taken',
  },
  'same-id': {
    zh: '第 {first} 行已使用此编号而内容不同；如为同一单据的分期，请映射期次',
    en: 'Row {first} has this id with other content: if they are instalments of one document, map their number',
  },
  differs: {
    zh: '同一单据的各行须一致：此处为“{value}”，第 {first} 行为“{other}”',
    en: 'The rows of one document must agree: here "{value}", in row {first} "{other}"',
  },
  'with-others': {
    zh: '同一单据的第 {other} 行有误，因此本行未导入',
    en: 'Not taken, because row {other} of the same document is wrong',
  },
  'settled-but-open': { zh: '已有结清日期，但未付清', en: 'Has a settlement date, and is not paid in full' },
  'paid-and-open': { zh: '已付与未付之和须等于金额', en: 'Paid and open must add up to the amount' },
  'paid-above-amount': { zh: '已付大于金额', en: 'More is paid than the amount' },
  'open-above-amount': { zh: '未付大于金额', en: 'More is open than the amount' },
  'field-unknown': { zh: '没有此字段；可用字段见导入说明', en: 'There is no such field; the import documentation lists them' },
  'field-missing': { zh: '此字段必须映射到一列或给定固定值', en: 'This field must be mapped to a column or given a value' },
  'column-missing': { zh: '表头中没有列“{column}”', en: 'The header has no column "{column}"' },
  'column-twice': { zh: '表头中有多个列“{column}”', en: 'The header has more than one column "{column}"' },
  'file-empty': { zh: '文件没有表头行', en: 'The file has no header row' },
  'file-not-text': { zh: '文件既不是 CSV 也不是 XLSX', en: 'The file is neither CSV nor XLSX' },
  'file-old-excel': {
    zh: '文件是旧版 XLS 或受密码保护的工作簿，请另存为无密码的 XLSX',
    en: 'The file is an old XLS or protected by a password: save it as XLSX without one',
  },
  'file-encoding': {
    zh: '文件不是有效的 {encoding} 编码，请另存为 UTF-8，或在映射中写明 encoding',
    en: 'The file is not valid {encoding}: save it as UTF-8, or name its "encoding" in the mapping',
  },
  'file-quotes': {
    zh: '第 {row} 行附近的引号没有配对，其后内容无法可靠读取，整个文件未导入',
    en: 'A quote near row {row} is never closed: what follows cannot be told apart, so nothing of the file was taken',
  },
  'file-damaged': { zh: '工作簿已损坏（{part}）', en: 'The workbook is damaged ({part})' },
  'file-too-large': { zh: '文件解开后超过上限（{limit}）', en: 'The file, unpacked, is larger than allowed ({limit})' },
  'file-too-slow': {
    zh: '文件未能在时限（{limit}）内读完，请拆分或另存为 CSV',
    en: 'The file could not be read within the time allowed ({limit}): split it, or save it as CSV',
  },
  'file-too-many-rows': { zh: '文件超过 {limit} 行，请拆分', en: 'The file has more than {limit} rows: split it' },
  'file-too-many-columns': { zh: '文件超过 {limit} 列', en: 'The file has more than {limit} columns' },
  'file-in-units': {
    zh: '列“{column}”的金额以“{unit}”为单位，而映射未写明。请写明 unit（例如 10000），如金额本已按元填写则写 1',
    en: 'The amounts of column "{column}" are in "{unit}", and the mapping does not say so. Set its "unit", such as 10000, or 1 if the figures are in ones already',
  },
  'file-no-sheet': { zh: '工作簿中没有工作表“{sheet}”', en: 'The workbook has no sheet "{sheet}"' },
  'gave-up': {
    zh: '处理多次中断，已停止；已导入的行保持有效，重新提交同一文件不会重复',
    en: 'Broke off several times and was given up; rows already taken stand, and the same file can be sent again without doubling them',
  },
} as const satisfies Readonly<Record<string, Words>>;
export type ImportFault = keyof typeof importFaults;

/** Something wrong, kept so that it can be told in any language: a fault of ours, a refusal, or ready words. */
export interface StoredFault {
  fault?: ImportFault | Fault;
  refusal?: RefusalCode;
  words?: Words;
  params?: RefusalParams;
}

const isOwn = (name: string): name is ImportFault => Object.hasOwn(importFaults, name);

/** The sentence of a stored fault. */
export function sayFault({ fault, refusal, words, params = {} }: StoredFault, language: Language): string {
  if (refusal !== undefined) return refusalText(refusal, params, language).detail;
  if (fault === undefined) return words?.[language] ?? '';
  const known: Readonly<Record<string, Words>> = isOwn(fault) ? importFaults : faults;
  const text = (Object.hasOwn(known, fault) ? known[fault] : undefined)?.[language] ?? byAnotherVersion[language];
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}

interface IssueParams {
  refusal?: RefusalCode;
  figures?: RefusalParams;
  fault?: ImportFault | Fault;
}

/** What a contract finds wrong, place by place, in a form that can be kept. An empty list: the value fits. */
export function contractFaults(schema: z.ZodType, value: unknown): { path: PropertyKey[]; fault: StoredFault }[] {
  const found = new Map<string, Words>();
  const parsed = schema.safeParse(value, {
    error: (issue) => {
      const words = { zh: sayIssue(issue, 'zh'), en: sayIssue(issue, 'en') };
      found.set(words.en, words);
      return words.en;
    },
  });
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => ({ path: issue.path, fault: storedOf(issue, found, value) }));
}

function storedOf(issue: z.core.$ZodIssue, found: ReadonlyMap<string, Words>, value: unknown): StoredFault {
  const { refusal, figures, fault } = ('params' in issue && issue.params ? issue.params : {}) as IssueParams;
  if (refusal) return { refusal, params: figures ?? {} };
  if (fault) return { fault };
  if (valueAt(value, issue.path) === undefined) return { fault: 'missing' };
  return { words: found.get(issue.message) ?? { zh: issue.message, en: issue.message } };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, step) => {
    return typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[step] : undefined;
  }, value);
}

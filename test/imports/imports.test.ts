import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import ExcelJS from 'exceljs';
import iconv from 'iconv-lite';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sayFault } from '../../contracts/imports/import-words.ts';
import type { ImportKind } from '../../domain/imports/fields.ts';
import type { Mapping, Source } from '../../domain/imports/mapping.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import { freshDatabase } from '../support/database.ts';
import { queueImport, readImport, readRows } from '../../store/imports/imports.ts';
import type { ImportView } from '../../store/imports/imports.ts';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { startImportRunner } from '../../worker/imports.ts';

const erp: Actor = { kind: 'key', id: 'erp-of-imports', role: 'erp', scope: {} };
const silent = { info() {}, error() {} };

let store: OpenStore;
let closeAll: () => Promise<void>;

beforeAll(async () => {
  const { url, drop } = await freshDatabase();
  await setUp(url, { business: '2026-09-15T02:00:00.000Z', speed: 0, pinned: false });
  store = openStore({ url, max: 6 });
  const runner = startImportRunner({ store, log: silent, batch: 50, idleMs: 25 });
  closeAll = async () => {
    await runner.stop();
    await store.close();
    await drop();
  };
});
afterAll(() => closeAll());

interface Told extends ImportView {
  failed: { row: number; externalId: string | null; at: string[]; zh: string[]; en: string[] }[];
}

async function finished(id: string): Promise<Told> {
  let job = await readImport(store.db, erp, id);
  const deadline = Date.now() + 45_000;
  while (job?.state === 'queued' || job?.state === 'running') {
    if (Date.now() > deadline) throw new Error(`import stands at row ${job.done}`);
    await wait(25);
    job = await readImport(store.db, erp, id);
  }
  if (!job) throw new Error('no such import');
  const rows = await readRows(store.db, id, { state: 'failed', after: 0, limit: 10_000 });
  const failed = rows.map(({ row, externalId, errors }) => ({
    row,
    externalId,
    at: errors.map((one) => `${one.pointer} ${one.column}`),
    zh: errors.map((one) => sayFault(one.fault, 'zh')),
    en: errors.map((one) => sayFault(one.fault, 'en')),
  }));
  return { ...job, failed };
}

async function runImport(kind: ImportKind, file: Buffer | string, mapping: Mapping = {}, dryRun = false): Promise<Told> {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  return finished(await queueImport(store, erp, { kind, mapping, dryRun, fileName: 'file', reason: 'test' }, bytes));
}

const fields = (of: Record<string, string | Source>): Mapping['fields'] =>
  Object.fromEntries(
    Object.entries(of).map(([name, source]) => [name, typeof source === 'string' ? { column: source } : source]),
  );

async function customers(...codes: string[]): Promise<void> {
  const rows = codes.map((code) => `${code},Customer ${code},other,SH,CNY,30`);
  const told = await runImport('customers', `externalId,name,type,region,currency,terms.days\n${rows.join('\n')}\n`);
  expect(told).toMatchObject({ state: 'done', failures: 0 });
}

/** Sums of what stands in the database for invoices whose id begins so. */
async function figures(prefix: string) {
  const { rows } = await sql<{ invoices: number; receivables: number; amount: number; paid: number; closed: number }>`
    select count(distinct i.id)::int as invoices, count(r.id)::int as receivables, coalesce(sum(r.amount_minor), 0)::bigint as amount,
      coalesce(sum(r.paid_minor), 0)::bigint as paid, count(*) filter (where r.stage = 'closed')::int as closed
    from invoice i join receivable r on r.invoice_id = i.id where i.external_id like ${`${prefix}%`}`.execute(store.db);
  return rows[0];
}

const count = async (table: 'audit' | 'invoice' | 'customer' | 'payment' | 'wake' | 'event'): Promise<number> =>
  Number(
    (
      await store.db
        .selectFrom(table)
        .select((of) => of.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  );

const GB = iconv.encode(
  [
    '发票号码,客户编号,开票日期,价税合计,期次,本期金额,到期日,备注',
    'GB-1,K-1,2026年8月1日,"12,000.00",1,"6,000.00",2026年10月1日,"第一行\r\n第二行"',
    'GB-2,K-1,2026年8月2日,￥500.5,,,,',
    'GB-1,K-1,2026年8月1日,"12,000.00",2,"6,000.00",2026年11月1日,',
    'GB-3,K-9,2026年8月2日,100,,,,',
    '',
  ].join('\r\n'),
  'gb18030',
);
const gbMapping: Mapping = {
  dates: 'YYYY年M月D日',
  fields: fields({
    externalId: '发票号码',
    customer: '客户编号',
    issueDate: '开票日期',
    amount: '价税合计',
    currency: { value: 'CNY' },
    'instalments.no': '期次',
    'instalments.amount': '本期金额',
    'instalments.dueDate': '到期日',
  }),
};

describe('a CSV in GB18030 with Chinese headers', () => {
  beforeAll(() => customers('K-1'));

  test('a dry run judges every row and writes nothing', async () => {
    const before = [await count('invoice'), await count('wake')];
    const told = await runImport('invoices', GB, gbMapping, true);
    expect(told).toMatchObject({ state: 'done', dryRun: true, total: 4, done: 4, created: 2, failures: 1 });
    expect(told.failed.map((one) => one.row)).toEqual([5]);
    expect([await count('invoice'), await count('wake')]).toEqual(before);
  });

  test('rows of one invoice become its instalments, though they do not stand together', async () => {
    const told = await runImport('invoices', GB, gbMapping);
    expect(told).toMatchObject({ state: 'done', total: 4, done: 4, created: 2, failures: 1 });
    expect(told.facts).toMatchObject({ format: 'csv', encoding: 'gb18030', delimiter: ',', unusedColumns: ['备注'] });
    expect(await figures('GB-')).toEqual({ invoices: 2, receivables: 3, amount: 1_250_050, paid: 0, closed: 0 });
    expect(told.failed).toMatchObject([{ row: 5, externalId: 'GB-3', at: ['/customer 客户编号'] }]);
    expect(told.failed[0]?.zh[0]).toContain('没有该客户：K-9');
    expect(told.failed[0]?.en[0]).toContain('There is no customer K-9');
  });

  test('the same file again changes nothing, and the record says who imported it', async () => {
    const before = await figures('GB-');
    const told = await runImport('invoices', GB, gbMapping);
    expect(told).toMatchObject({ created: 0, changed: 0, unchanged: 2, failures: 1 });
    expect(await figures('GB-')).toEqual(before);
    const entries = await store.db.selectFrom('audit').selectAll().where('subject_id', '=', told.id).orderBy('seq').execute();
    expect(entries.map((one) => one.action)).toEqual(['import.requested', 'import.finished']);
    expect(new Set(entries.map((one) => one.actor_id))).toEqual(new Set(['erp-of-imports']));
    const posted = await store.db.selectFrom('audit').selectAll().where('action', '=', 'invoice.posted').execute();
    expect(posted.filter((one) => one.actor_id === 'erp-of-imports' && one.reason === 'test').length).toBeGreaterThan(0);
  });
});

test('bad rows are listed by row, field and column while the good ones go on', async () => {
  await customers('B-1');
  const file = [
    'id;cust;date;total;due',
    'BAD-1;B-1;01.08.2026;1.234,50;01.10.2026',
    'BAD-2;B-1;31.02.2026;100,00;01.10.2026',
    'BAD-3;B-1;01.08.2026;1.23,50;01.10.2026',
    'BAD-4;B-1;01.08.2026;-5,00;01.10.2026',
    'BAD-5;;01.08.2026;5,00;01.10.2026',
    'BAD-6;B-1;01.08.2026;5,00;01.10.2026;shifted',
    'BAD-7;B-1;01.08.2026;5,001;01.10.2026',
    'BAD/8;B-1;01.08.2026;5,00;01.10.2026',
    'BAD-9;B-1;01.12.2026;5,00;31.12.2026',
    ';B-1;01.08.2026;5,00;01.10.2026',
    'BAD-10;B-1;01.08.2026;7,00;01.10.2026',
    'BAD-10;B-1;01.08.2026;8,00;01.10.2026',
    '"=1+1 ""x""";B-1;01.08.2026;5,00;01.10.2026',
    'BAD-11;B-1;01.08.2026;99999999999999999,00;01.10.2026',
    'BAD-12;B-1;2026-08-01;0,99;2026-10-01 00:00:00',
  ].join('\n');
  const told = await runImport('invoices', file, {
    dates: 'D.M.YYYY',
    numbers: { decimal: ',' },
    fields: fields({
      externalId: 'id',
      customer: 'cust',
      issueDate: 'date',
      amount: 'total',
      dueDate: 'due',
      currency: { value: 'CNY' },
    }),
  });
  expect(told.facts).toMatchObject({ delimiter: ';', encoding: 'utf-8' });
  const wrong = Object.fromEntries(told.failed.map((one) => [one.row, one.at.join(' + ')]));
  expect(wrong).toEqual({
    3: '/issueDate date',
    4: '/amount total',
    5: '/amount total',
    6: '/customer cust',
    7: ' null',
    8: '/amount total',
    9: '/externalId id',
    10: '/issueDate date',
    11: '/externalId id',
    12: ' null',
    13: '/externalId id',
    15: '/amount total',
  });
  for (const one of told.failed) for (const text of [...one.zh, ...one.en]) expect(text).not.toMatch(/^$|undefined|\{/);
  expect(told).toMatchObject({ state: 'done', total: 15, done: 15, created: 3, failures: 12 });
  expect(await figures('BAD-')).toMatchObject({ invoices: 2, amount: 123_450 + 99 });
});

test('an XLSX is read as people see it: real dates, results of formulas, rich text, Chinese text unharmed at every chunk border', async () => {
  await customers('X-1');
  const book = new ExcelJS.Workbook();
  book.addWorksheet('说明').addRow(['read the second sheet']);
  const sheet = book.addWorksheet('台账');
  sheet.addRow(['导出于 2026-09-15']);
  sheet.addRow(['单号', '客户', '日期', '金额', '说明']);
  const names: string[] = [];
  for (let n = 1; n <= 2_000; n += 1) {
    names.push(`上海市第${n}人民医院采购合同编号${n}`);
    const amount = n === 1 ? { formula: 'D4*1', result: 0.1 + 0.2 } : n === 2 ? '1,000.00' : n + 0.55;
    const customer = n === 3 ? { richText: [{ text: 'X' }, { text: '-1' }] } : 'X-1';
    const row = sheet.addRow([`XL-${n}`, customer, new Date(Date.UTC(2026, 7, 1 + (n % 28))), amount, names.at(-1)]);
    row.getCell(3).numFmt = n % 2 ? 'yyyy"年"m"月"d"日"' : 'mm-dd-yy';
  }
  sheet.addRow(['XL-bad', 'X-1', '2026-08-01', { error: '#DIV/0!' }, '']);
  const told = await runImport('invoices', Buffer.from(await book.xlsx.writeBuffer()), {
    sheet: '台账',
    headerRow: 2,
    fields: fields({
      externalId: '单号',
      customer: '客户',
      issueDate: '日期',
      amount: '金额',
      currency: { value: 'CNY' },
      number: '说明',
    }),
  });
  expect(told).toMatchObject({
    state: 'done',
    total: 2_001,
    created: 2_000,
    failures: 1,
    facts: { format: 'xlsx', sheet: '台账' },
  });
  expect(told.failed).toMatchObject([{ row: 2_003, at: ['/amount 金额'] }]);
  expect(told.failed[0]?.en[0]).toContain('#DIV/0!');
  const kept = await store.db
    .selectFrom('invoice')
    .select(['external_id', 'number', 'issue_date', 'amount_minor'])
    .where('external_id', 'like', 'XL-%')
    .execute();
  const wrong = kept.filter(({ external_id: id, number, issue_date: date, amount_minor: minor }) => {
    const n = Number(id.slice(3));
    const amount = n === 1 ? 30 : n === 2 ? 100_000 : n * 100 + 55;
    return number !== names[n - 1] || date !== `2026-08-${String(1 + (n % 28)).padStart(2, '0')}` || minor !== amount;
  });
  expect(wrong).toEqual([]);
});

test('contacts stand in rows of their customer; words of the file are translated', async () => {
  const file = `\uFEFF编号\t名称\t类型\t联系人\t手机\nM-1\t上海医院\t医院\t王会计\t+8613800138000\nM-1\t上海医院\t医院\t李经理\t123\nM-2\t经销商甲\t经销商\t\t\n`;
  const mapping: Mapping = {
    fields: fields({
      externalId: '编号',
      name: '名称',
      type: { column: '类型', values: { 医院: 'hospital', 经销商: 'dealer' } },
      region: { value: 'SH' },
      currency: { value: 'CNY' },
      'terms.days': { value: '60' },
      'contacts.name': '联系人',
      'contacts.mobile': '手机',
      'contacts.role': { value: 'finance' },
      'contacts.language': { value: 'zh' },
    }),
  };
  const told = await runImport('customers', file, mapping);
  expect(told.failed.map(({ row, at }) => ({ row, at }))).toEqual([
    { row: 2, at: [' null'] },
    { row: 3, at: ['/contacts/mobile 手机'] },
  ]);
  expect(told.failed[0]?.zh).toEqual(['同一单据的第 3 行有误，因此本行未导入']);
  const mended = await runImport('customers', file.replace('123', '+8613900139000'), mapping);
  expect(mended).toMatchObject({ created: 1, unchanged: 1, failures: 0, facts: { delimiter: '\t' } });
  const contacts = await store.db.selectFrom('contact').select(['name', 'mobile']).where('mobile', 'is not', null).execute();
  expect(contacts).toContainEqual({ name: '李经理', mobile: '+8613900139000' });
});

test('payments with allocations in rows and credit notes come in, each refusal at its row', async () => {
  await customers('P-1');
  await runImport(
    'invoices',
    'externalId,customer,issueDate,currency,amount\nPI-1,P-1,2026-08-01,CNY,100\nPI-2,P-1,2026-08-02,CNY,200\n',
  );
  const paid = await runImport(
    'payments',
    [
      'externalId,customer,currency,receivedOn,allocations.invoice,allocations.amount',
      'PP-1,P-1,CNY,2026-09-01,PI-1,40.00',
      'PP-1,P-1,CNY,2026-09-01,PI-2,60.00',
      'PP-2,P-1,CNY,2026-09-01,PI-1,60.01',
      'PP-3,P-1,USD,2026-09-01,PI-1,1.00',
      'PP-4,P-1,CNY,2026-09-16,PI-2,1.00',
    ].join('\n'),
  );
  // Money in a currency without a rate waits, unapplied.
  expect(paid).toMatchObject({ created: 2, failures: 2 });
  expect(paid.failed.map(({ row, at }) => ({ row, at }))).toEqual([
    { row: 4, at: ['/allocations/amount allocations.amount'] },
    { row: 6, at: ['/receivedOn receivedOn'] },
  ]);
  expect(await figures('PI-')).toMatchObject({ amount: 30_000, paid: 10_000 });
  const kept = await runImport(
    'payments',
    'externalId,customer,currency,receivedOn,amount,onAccount\nPP-8,P-1,CNY,2026-09-01,90.00,true\nPP-9,P-1,CNY,2026-09-01,10.00,false\n',
  );
  expect(kept).toMatchObject({ created: 2, failures: 0 });
  // What is on account lies on nothing; the other pays what is open.
  expect(await figures('PI-')).toMatchObject({ amount: 30_000, paid: 11_000 });
  const notes = await runImport(
    'credit-notes',
    'externalId,customer,invoice,amount,currency,issuedOn,reason\nCN-1,P-1,PI-1,60,CNY,2026-09-02,退货\nCN-2,P-1,PI-9,60,CNY,2026-09-02,x\n',
  );
  expect(notes).toMatchObject({ created: 1, failures: 1, failed: [{ row: 3, at: ['/invoice invoice'] }] });
});

describe('files as other systems write them', () => {
  beforeAll(() => customers('F-1'));
  const of = (more: Record<string, string | Source>): Mapping['fields'] =>
    fields({
      externalId: '单号',
      customer: { value: 'F-1' },
      issueDate: '日期',
      currency: { value: 'CNY' },
      amount: '金额',
      ...more,
    });
  const invoices = async (prefix: string) =>
    (
      await sql<{
        id: string;
        day: string;
        amount: number;
      }>`select external_id as id, issue_date::text as day, amount_minor::int as amount
        from invoice where external_id like ${`${prefix}%`} order by external_id`.execute(store.db)
    ).rows.map(({ id, day, amount }) => [id, day, amount]);

  test('days written 20260305 or 2026.3.5 are understood when all days of their column are written so, and not among others', async () => {
    for (const [prefix, first, second] of [
      ['FD-', '20260305', '20260831'],
      ['FP-', '2026.3.5', '2026.08.31'],
      ['FC-', '2026年3月5日', '2026年8月31日'],
    ] as const) {
      const told = await runImport('invoices', `单号,日期,金额\n${prefix}1,${first},1\n${prefix}2,${second},2\n`, {
        fields: of({}),
      });
      expect(told).toMatchObject({ created: 2, failures: 0 });
      expect(await invoices(prefix)).toEqual([
        [`${prefix}1`, '2026-03-05', 100],
        [`${prefix}2`, '2026-08-31', 200],
      ]);
    }
    for (const [prefix, day, none] of [
      ['FN-', '20260305', '20261305'],
      ['FT-', '2026.3.5', '待定'],
    ] as const) {
      const rows = `${prefix}1,${day},1\n${prefix}2,${none},2\n`;
      const told = await runImport('invoices', `单号,日期,金额\n${rows}`, { fields: of({}) });
      expect(told).toMatchObject({ created: 1, failed: [{ row: 3, at: ['/issueDate 日期'] }] });
      expect(await invoices(prefix)).toEqual([[`${prefix}1`, '2026-03-05', 100]]);
    }
    const mixed = await runImport('invoices', '单号,日期,金额\nFM-1,20260305,1\nFM-2,2026-03-06,2\n', { fields: of({}) });
    expect(mixed.failed).toMatchObject([{ row: 2, at: ['/issueDate 日期'] }]);
  });

  test('an instant with a zone is the day it was at the seller; ids keep their noughts and all their digits', async () => {
    const told = await runImport(
      'invoices',
      '单号,日期,金额\n="0000123",2026-08-20T16:30:00Z,1\n2.63120000009999E+15,2026-08-20,2\n',
      { fields: of({}) },
    );
    expect(told).toMatchObject({ created: 1, failed: [{ row: 3, at: ['/externalId 单号'] }] });
    expect(await invoices('0000123')).toEqual([['0000123', '2026-08-21', 100]]);
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('a');
    sheet.addRow(['单号', '日期', '金额']);
    for (const id of [2631200000099991, 2631200000099994, 2631200000099990]) sheet.addRow([id, '2026-08-20', 300]);
    const numbers = await runImport('invoices', Buffer.from(await book.xlsx.writeBuffer()), { fields: of({}) });
    expect(numbers).toMatchObject({ created: 2, failed: [{ row: 4, at: ['/externalId 单号'] }] });
    expect(numbers.failed[0]?.zh[0]).toContain('15');
    expect((await invoices('26312')).map(([id]) => id)).toEqual(['2631200000099991', '2631200000099994']);
  });

  test('a header below titles is found, totals are left out and counted, instalments may stand in columns', async () => {
    const file = [
      '应收账款明细表,,,,,,',
      '导出日期：2026-09-15,,,,,,',
      '单号,日期,金额,首付,首付日,尾款,尾款日',
      'FI-1,2026-08-01,100,40,2026-10-01,60,2026-12-01',
      'FI-2,2026-08-02,50,50,2026-10-01,,',
      'FI-3,2026-08-02,50,20,2026-10-01,30,soon',
      '合 计,,200,,,,',
    ].join('\n');
    const told = await runImport('invoices', file, {
      fields: of({}),
      parts: [
        { 'instalments.amount': { column: '首付' }, 'instalments.dueDate': { column: '首付日' } },
        { 'instalments.amount': { column: '尾款' }, 'instalments.dueDate': { column: '尾款日' } },
      ],
      skipRows: [{ column: '单号', is: ['合计', '小计'] }],
    });
    expect(told).toMatchObject({ total: 3, done: 3, created: 2, failures: 1, facts: { skippedRows: 1, unusedColumns: [] } });
    expect(told.failed).toMatchObject([{ row: 6, at: ['/instalments/dueDate 尾款日'] }]);
    const { rows } = await sql<{ id: string; no: number; amount: number; due: string }>`
      select i.external_id as id, r.instalment as no, r.amount_minor::int as amount, r.due_date::text as due from receivable r
      join invoice i on i.id = r.invoice_id where i.external_id like 'FI-%' order by 1, 2`.execute(store.db);
    expect(rows.map(({ id, no, amount, due }) => [id, no, amount, due])).toEqual([
      ['FI-1', 1, 4_000, '2026-10-01'],
      ['FI-1', 2, 6_000, '2026-12-01'],
      ['FI-2', 1, 5_000, '2026-10-01'],
    ]);
  });

  test('red-letter rows are credit notes on what they correct, wherever they stand, or are left out', async () => {
    const file =
      '单号,原单号,日期,金额\nFR-9,FR-1,2026-08-05,-30\nFR-1,,2026-08-01,100\nFR-2,,2026-08-01,50\nFR-2,,2026-08-03,-50\n';
    const mapping: Mapping = { fields: of({ corrects: '原单号' }), redLetter: 'credit-note' };
    expect(await runImport('invoices', file, mapping)).toMatchObject({ total: 4, done: 4, created: 4, failures: 0 });
    const { rows } = await sql<{
      id: string;
      open: number;
    }>`select i.external_id as id, (r.amount_minor - r.credited_minor)::int as open
      from receivable r join invoice i on i.id = r.invoice_id where i.external_id like 'FR-%' order by 1`.execute(store.db);
    expect(rows.map(({ id, open }) => [id, open])).toEqual([
      ['FR-1', 7_000],
      ['FR-2', 0],
    ]);
    expect(await runImport('invoices', file, mapping)).toMatchObject({ created: 0, unchanged: 4, failures: 0 });
    const left = await runImport('invoices', file.replaceAll('FR-', 'FS-'), { ...mapping, redLetter: 'skip' });
    expect(left).toMatchObject({ total: 2, created: 2, facts: { skippedRows: 2 } });
  });

  test('the sign of an amount may be turned round, left out or told by another column', async () => {
    const file = '单号,方向,日期,金额\nFG-1,借,2026-08-01,-100\nFG-2,贷,2026-08-01,50\n';
    const inverted = await runImport('invoices', file, { fields: of({ amount: { column: '金额', sign: 'inverted' } }) });
    expect(inverted).toMatchObject({ created: 1, failures: 1 });
    const told = await runImport('invoices', file.replaceAll('FG', 'FH').replace('-100', '100'), {
      fields: of({ amount: { column: '金额', sign: { column: '方向', negative: ['贷'] } } }),
      onlyRows: [{ column: '单号', empty: false }],
    });
    expect(told).toMatchObject({ created: 1, failed: [{ row: 3, at: ['/amount 金额'] }] });
  });
});

describe('an open-item ledger', () => {
  const head = 'no,cust,name,issued,due,part,amount,open,settled,paid on';
  const mapping: Mapping = {
    dates: 'M/D/YYYY',
    fields: fields({
      externalId: 'no',
      customer: 'cust',
      customerName: 'name',
      issueDate: 'issued',
      dueDate: 'due',
      instalment: 'part',
      amount: 'amount',
      open: 'open',
      settledOn: 'settled',
      paidOn: 'paid on',
      currency: { value: 'CNY' },
    }),
  };
  const rows = (open: string) =>
    [
      head,
      'L-1,LC-1,Alpha,1/5/2026,2/4/2026,1,100.00,,2/1/2026,',
      `L-2,LC-1,Alpha,8/1/2026,9/1/2026,1,100.00,${open},,9/2/2026`,
      'L-2,LC-1,Alpha,8/1/2026,10/1/2026,2,50.00,50.00,,',
      'L-3,LC-2,Beta,8/1/2026,9/1/2026,1,10.00,10.01,,',
      'L-4,LC-2,Beta,8/1/2026,9/1/2026,1,10.00,,12/24/2026,',
      'L-5,LC-2,Beta,8/1/2026,9/1/2026,1,10.00,5.00,9/1/2026,',
      'L-6,LC-3,Gamma,8/1/2026,9/1/2026,1,10.00,,,',
    ].join('\n');

  test('settled items close without waking anybody, open ones keep what was paid, wrong ones leave no trace', async () => {
    const told = await runImport('ledger', rows('30.00'), mapping);
    expect(told).toMatchObject({ created: 3, failures: 3 });
    expect(told.failed.map(({ row, at }) => ({ row, at }))).toEqual([
      { row: 5, at: ['/open open'] },
      { row: 6, at: ['/settledOn settled'] },
      { row: 7, at: ['/settledOn settled'] },
    ]);
    expect(await figures('L-')).toEqual({ invoices: 3, receivables: 4, amount: 26_000, paid: 17_000, closed: 1 });
    const { rows: waking } = await sql<{ n: number }>`
      select count(*)::int as n from wake w join receivable r on w.subject = 'receivable-' || r.id join invoice i on i.id = r.invoice_id
      where i.external_id = 'L-1'`.execute(store.db);
    expect(waking[0]?.n).toBe(0);
    const known = await store.db
      .selectFrom('customer')
      .select('external_id')
      .where('external_id', 'like', 'LC-%')
      .orderBy('external_id')
      .execute();
    expect(known.map((one) => one.external_id)).toEqual(['LC-1', 'LC-3']);
  });

  test('negative open items come in as credits on account, once, also of a customer the file brings', async () => {
    const file = [
      head,
      'LN-1,LN-A,Delta,8/1/2026,9/1/2026,1,100.00,100.00,,',
      'LN-2,LN-A,Delta,8/2/2026,,,-30.00,,,',
      'LN-3,LN-B,Epsilon,8/3/2026,,,500.00,-20.00,,',
      'LN-4,LN-B,Epsilon,2/30/2026,,,-20.00,,,',
    ].join('\n');
    const told = await runImport('ledger', file, mapping);
    expect(told).toMatchObject({ created: 3, failures: 1 });
    expect(told.failed.map(({ row }) => row)).toEqual([5]);
    const { rows: notes } = await sql<{ id: string; customer: string; left: number }>`
      select n.external_id as id, c.external_id as customer, n.unapplied_minor as left from credit_note n join customer c on c.id = n.customer_id
      where n.external_id like 'LN-%' order by 1`.execute(store.db);
    expect(notes).toEqual([
      { id: 'LN-2', customer: 'LN-A', left: 3_000 },
      { id: 'LN-3', customer: 'LN-B', left: 2_000 },
    ]);
    expect(await runImport('ledger', file, mapping)).toMatchObject({ created: 0, unchanged: 3 });
  });

  test('a credit above policy waits for a second person, unless two people have opened the go-live window', async () => {
    const credit = (id: string, amount = '-60000.00') => [head, `${id},LN-C,Zeta,8/2/2026,,,${amount},,,`].join('\n');
    const posted = async () => {
      const { rows } = await sql<{ id: string }>`
        select external_id as id from credit_note where external_id like 'LW-%' order by 1`.execute(store.db);
      return rows.map(({ id }) => id);
    };
    expect(await runImport('ledger', credit('LW-1'), mapping)).toMatchObject({ created: 1, failures: 0 });
    expect(await posted()).toEqual([]);
    const { rows: acts } = await sql`
      select kind, state, booked, amount_minor as minor from pending_act where subject_id = 'LW-1'`.execute(store.db);
    expect(acts).toEqual([{ kind: 'credit-note', state: 'pending', booked: true, minor: 6_000_000 }]);
    expect(await runImport('ledger', credit('LW-1'), mapping)).toMatchObject({ created: 0, unchanged: 1 });
    await sql`
      insert into go_live_window (valid_from, valid_until, requested_by, opened_by, opened_at)
      values ('2026-09-01', '2026-09-30', 'one', 'another', now())`.execute(store.db);
    expect(await runImport('ledger', credit('LW-2'), mapping)).toMatchObject({ created: 1, failures: 0 });
    expect(await posted()).toEqual(['LW-2']);
    await sql`
      update go_live_window set state = 'closed', close_requested_by = 'one', closed_by = 'another', closed_at = now() where state = 'open'`.execute(
      store.db,
    );
    // What came in through the window is no step of one alone; what comes after it is.
    for (const [id, amount] of [
      ['LW-3', '-50000.00'],
      ['LW-4', '-1.00'],
    ] as const)
      expect(await runImport('ledger', credit(id, amount), mapping)).toMatchObject({ created: 1, failures: 0 });
    expect(await posted()).toEqual(['LW-2', 'LW-3']);
  });

  test('the same ledger again changes nothing; a later one brings only what was paid since', async () => {
    const again = await runImport('ledger', rows('30.00'), mapping);
    expect(again).toMatchObject({ created: 0, changed: 0, unchanged: 3, failures: 3 });
    const later = await runImport('ledger', rows('10.00'), mapping);
    expect(later).toMatchObject({ created: 0, changed: 1, unchanged: 2, failures: 3 });
    expect(await figures('L-')).toMatchObject({ amount: 26_000, paid: 19_000 });
    const older = await runImport('ledger', rows('30.00'), mapping);
    expect(older).toMatchObject({ changed: 0, unchanged: 3 });
  });
});

test("another company's ledger comes in through the documented mapping, and its figures agree with an independent sum", async () => {
  const docs = readFileSync(new URL('../../docs/imports.md', import.meta.url), 'utf8');
  const documented = /```json ledger-of-another-company\n([\s\S]*?)```/.exec(docs)?.[1] ?? '';
  const raw = JSON.parse(documented) as Mapping & { fields: Record<string, string | Source> };
  const mapping: Mapping = { ...raw, fields: fields(raw.fields) };
  const lines: string[] = [];
  let amountCents = 0;
  let openCents = 0;
  for (let n = 1; n <= 700; n += 1) {
    const cents = ((n * 7_919) % 900_000) + 1;
    const parts = n % 3 === 0 ? [Math.floor(cents / 2), cents - Math.floor(cents / 2)] : [cents];
    for (const [index, part] of parts.entries()) {
      const open = n % 5 === 0 ? 0 : n % 7 === 0 ? Math.floor(part / 3) : part;
      amountCents += part;
      openCents += open;
      const euro = (value: number) =>
        `${Math.floor(value / 100).toLocaleString('de-DE')},${String(value % 100).padStart(2, '0')}`;
      const day = `${1 + (n % 28)}.${1 + (n % 8)}.2026`;
      lines.push(
        `2026/${n};${index + 1};D${n % 40};Kunde Ä${n % 40};${day};30.11.2026;${euro(part)};${euro(open)};${n % 5 === 0 ? '1.9.2026' : ''}`,
      );
    }
  }
  const file = `Beleg;Rate;Debitor;Name;Datum;Fällig;Betrag;Offen;Bezahlt am\r\n${lines.join('\r\n')}\r\n`;
  const told = await runImport('ledger', Buffer.from(file), mapping);
  expect(told.failed).toEqual([]);
  expect(told).toMatchObject({ state: 'done', total: lines.length, created: 700 });
  expect(await figures('2026-')).toMatchObject({
    invoices: 700,
    receivables: lines.length,
    amount: amountCents,
    paid: amountCents - openCents,
  });
});

describe('a file or mapping that cannot be used fails as a whole, in words, and writes nothing', () => {
  const mapping: Mapping = {
    fields: fields({ externalId: 'id', customer: 'c', issueDate: 'd', currency: { value: 'CNY' }, amount: '金额' }),
  };
  const zipBomb = async (): Promise<Buffer> => {
    const book = new ExcelJS.Workbook();
    book.addWorksheet('a').addRow(['id']);
    const bytes = Buffer.from(await book.xlsx.writeBuffer());
    const directory = bytes.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
    bytes.writeUInt32LE(0xf0000000, directory + 24);
    return bytes;
  };
  const cases: [string, () => Buffer | Promise<Buffer>, string][] = [
    ['a column that is not there', () => Buffer.from('id,c,d\n1,2,3\n'), '表头中没有列“金额”'],
    ['a column that is there twice', () => Buffer.from('id,c,d,金额,金额\n1,2,3,4,5\n'), '表头中有多个列“金额”'],
    ['an empty file', () => Buffer.from('\n\n'), '文件没有表头行'],
    ['a quote that never closes', () => Buffer.from('id,c,d,金额\n1,2,3,4\n2,"x,3,4\n3,x,3,4\n'), '引号没有配对'],
    ['bytes of no encoding', () => Buffer.from([0x69, 0x64, 0x2c, 0xff, 0xff, 0x0a]), '编码'],
    ['a picture', () => Buffer.from('89504e470d0a1a0a0000000d', 'hex'), '既不是 CSV 也不是 XLSX'],
    ['an old workbook', () => Buffer.from('d0cf11e0a1b11ae100', 'hex'), '旧版 XLS'],
    ['a torn workbook', async () => (await zipBomb()).subarray(0, 800), '已损坏'],
    ['a workbook that unpacks to gigabytes', zipBomb, '超过上限'],
  ];
  test.each(cases)('%s', async (_, file, words) => {
    const before = await count('invoice');
    const told = await runImport('invoices', await file(), mapping);
    expect(told).toMatchObject({ state: 'failed', done: 0, created: 0 });
    expect(told.errors.map((one) => sayFault(one.fault, 'zh')).join()).toContain(words);
    expect(await count('invoice')).toBe(before);
    const kept = await store.db.selectFrom('job').select('file').where('id', '=', told.id).executeTakeFirstOrThrow();
    expect(kept.file).toBeNull();
  });
});

test('a credential bound to a region cannot import into another, nor see the imports of others', async () => {
  await customers('R-1');
  const bound: Actor = { ...erp, id: 'bound', scope: { regions: ['BJ'] } };
  const order = { kind: 'invoices' as const, mapping: {}, dryRun: false, fileName: null, reason: null };
  const file = Buffer.from('externalId,customer,issueDate,currency,amount\nR-I1,R-1,2026-08-01,CNY,100\n');
  const id = await queueImport(store, bound, order, file);
  expect(await finished(id)).toMatchObject({ failures: 1, created: 0 });
  const other = await queueImport(store, erp, order, file);
  expect(await finished(other)).toMatchObject({ created: 1 });
  expect(await readImport(store.db, bound, other)).toBeNull();
  expect(await readImport(store.db, bound, id)).not.toBeNull();
});

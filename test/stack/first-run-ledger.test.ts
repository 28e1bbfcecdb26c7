import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, weekdayOf } from '../../domain/platform/calendar.ts';
import { sourceLedger } from '../../stack/first-run/beginning.ts';
import { sayFault } from '../../stack/first-run/faults.ts';
import { shiftLedger, tell, weeksToShift } from '../../stack/first-run/ledger.ts';
import { readLedger } from '../../stack/first-run/read-ledger.ts';
import { disputeDays } from '../../stack/first-run/stable.ts';
import { readStory } from '../../stack/first-run/story.ts';
import { tempFolder } from '../support/temp.ts';
import { fc } from '../support/property.ts';

const day = fc.integer({ min: 0, max: 2_000 }).map((n) => addDays('2024-01-01', n));
const example = await sourceLedger('example', '/nowhere');

function files(ledger: string | Buffer, mapping: object, name = 'ledger.csv'): [string, string] {
  const folder = tempFolder();
  const paths: [string, string] = [join(folder, name), join(folder, 'mapping.json')];
  writeFileSync(paths[0], ledger);
  writeFileSync(paths[1], JSON.stringify(mapping));
  return paths;
}

describe('the example ledger', () => {
  it('is read to the cent and the day, as a reading of its own that knows nothing of mappings', () => {
    const [, ...lines] = readFileSync('examples/ledger.csv', 'utf8')
      .replace(/^\uFEFF/, '')
      .trim()
      .split('\r\n');
    const iso = (text = ''): string => {
      const [month = '', date = '', year = ''] = text.split('/');
      return `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
    };
    const expected = lines.map((line) => {
      const cells = line.split(',');
      const amountMinor = Math.round(Number(cells[6]) * 100);
      const [issueDate, dueDate, paidOn] = [iso(cells[4]), iso(cells[5]), iso(cells[8])];
      return { id: cells[3], customer: cells[1], issueDate, dueDate, amountMinor, paidOn, disputed: cells[7] === 'Yes' };
    });
    const read = example.ledger.invoices.map(({ id, customer, issueDate, instalments, payments, disputes }) => ({
      ...{ id, customer, issueDate, dueDate: instalments[0]?.dueDate, amountMinor: instalments[0]?.amountMinor },
      paidOn: payments[0]?.on,
      disputed: disputes.length === 1,
    }));
    expect(example.faults).toEqual([]);
    expect(read).toEqual(expected);
    expect(example.ledger.customers).toHaveLength(100);
    const late = expected.map((one) => daysBetween(one.dueDate, one.paidOn));
    expect([late.length, late.filter((days) => days > 0).length, Math.max(...late)]).toEqual([2466, 877, 45]);
    expect(expected.filter((one) => one.disputed)).toHaveLength(561);
  });

  it('moves by whole weeks, its last invoice date into the week of any day it is started on', () => {
    fc.assert(
      fc.property(day, (today) => {
        const weeks = weeksToShift(example.ledger, today);
        const moved = shiftLedger(example.ledger, weeks);
        const last =
          moved.invoices
            .map((invoice) => invoice.issueDate)
            .sort()
            .at(-1) ?? '';
        const monday = addDays(today, 1 - weekdayOf(today));
        expect(Number.isInteger(weeks)).toBe(true);
        expect(daysBetween(monday, last)).toBeGreaterThanOrEqual(0);
        expect(daysBetween(monday, last)).toBeLessThan(7);
        const [one, was] = [moved.invoices[7], example.ledger.invoices[7]];
        expect(weekdayOf(one?.issueDate ?? '')).toBe(weekdayOf(was?.issueDate ?? ''));
      }),
      { numRuns: 20 },
    );
  });

  it('is told once and in order: history before going live, then every document on its day, nothing from the last day on', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 800 }), (goLive, span) => {
        const until = addDays(goLive, span);
        const ledger = shiftLedger(example.ledger, weeksToShift(example.ledger, until));
        const { past, days } = tell(ledger, goLive, until);
        const documents = days.flatMap((one) => one.documents.map((document) => ({ day: one.day, document })));
        const issued = documents.filter(({ document }) => document.kind === 'invoice');
        const known = ledger.invoices.filter((invoice) => invoice.issueDate < until);
        expect(past.length + issued.length).toBe(known.length);
        expect(new Set([...past.map((one) => one.invoice.id), ...issued.map(({ document }) => document.invoice.id)]).size).toBe(
          known.length,
        );
        expect(days.every((one) => one.day >= goLive && one.day < until)).toBe(true);
        expect(days.map((one) => one.day)).toEqual(days.map((one) => one.day).toSorted());
        const paid = documents.filter(({ document }) => document.kind === 'payment').map(({ document }) => document.invoice.id);
        const settled = past.filter((one) => one.settledOn !== null).map((one) => one.invoice.id);
        const due = known.filter((invoice) => (invoice.payments[0]?.on ?? '~') < until).map((invoice) => invoice.id);
        expect([...paid, ...settled].sort()).toEqual(due.sort());
      }),
      { numRuns: 15 },
    );
  });

  it('has no dispute that ends before it begins or outlasts the money', () => {
    fc.assert(
      fc.property(fc.string(), day, fc.option(fc.integer({ min: 0, max: 200 })), (key, issued, took) => {
        const settled = took === null ? null : addDays(issued, took);
        const { openedOn, resolvedOn } = disputeDays(key, issued, settled);
        expect(openedOn >= issued).toBe(true);
        expect(resolvedOn === null).toBe(settled === null);
        if (resolvedOn !== null && settled !== null) expect(openedOn <= resolvedOn && resolvedOn <= settled).toBe(true);
      }),
    );
  });
});

describe('the story', () => {
  it('balances for any day: no invoice is paid, credited or promised beyond its instalments', () => {
    const { ledger, events } = readStory('2026-11-22');
    for (const invoice of ledger.invoices) {
      for (const part of invoice.instalments) {
        const paid = invoice.payments.flatMap((one) => one.shares).filter((share) => share.instalment === part.no);
        const credited = events.filter((event) => event.kind === 'credit-note' && event.invoice === invoice.id);
        const moved = [...paid, ...credited.map((one) => ({ amountMinor: 'amountMinor' in one ? one.amountMinor : 0 }))];
        expect(moved.reduce((sum, one) => sum + one.amountMinor, 0)).toBeLessThanOrEqual(part.amountMinor);
      }
    }
    const ids = new Set(ledger.invoices.map((invoice) => invoice.id));
    expect(events.every((event) => !('invoice' in event) || ids.has(event.invoice))).toBe(true);
  });

  it('reaches people at reserved example addresses only', () => {
    for (const { contacts } of readStory('2026-11-22').ledger.customers) {
      for (const contact of contacts) {
        expect(contact.email ?? 'a@b.example').toMatch(/\.example$/);
        expect(contact.mobile ?? '+12025550100').toMatch(/^\+1\d{3}55501\d{2}$/);
      }
    }
  });
});

const mapping = {
  dates: 'YYYY年M月D日',
  fields: {
    record: { column: '单据', values: { 发票: 'invoice', 收款: 'payment' } },
    externalId: { column: '发票号', replace: { '/': '-' } },
    number: '发票号',
    customer: '客户编码',
    customerName: '客户名称',
    customerType: { column: '类型', values: { 医院: 'hospital', 经销商: 'dealer' } },
    contactEmail: '邮箱',
    issueDate: '开票日期',
    amount: '金额',
    currency: { value: 'CNY' },
    dueDate: '到期日',
    instalment: '期次',
    disputed: '争议',
    paidOn: '收款日1',
    paid: '收款额1',
  },
};
const chinese = [
  '单据;发票号;客户编码;客户名称;类型;邮箱;开票日期;期次;到期日;金额;争议;收款日1;收款额1',
  '发票;HT/1;K1;示例医院;医院;a@k1.example;2026年3月2日;1;2026年4月1日;1,000.00;否;2026年4月3日;400.00',
  '发票;HT/1;K1;示例医院;医院;;2026年3月2日;2;2026年5月1日;500.00;是;;',
  '发票;HT/2;K2;示例经销;经销商;;2026年3月9日;;2026年4月8日;80.5;;;',
  '收款;HT/1;K1;;;;2026年5月6日;;;700.00;;;',
].join('\n');

async function workbook(rows: readonly (readonly string[])[]): Promise<Buffer> {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('账本');
  for (const row of rows) sheet.addRow(row.map((cell) => (/^[\d,]+\.\d+$/.test(cell) ? Number(cell.replace(',', '')) : cell)));
  return Buffer.from(await book.xlsx.writeBuffer());
}

const fields = {
  ...{ externalId: 'no', customer: 'customer', issueDate: 'date', amount: 'amount', currency: { value: 'CNY' } },
  ...{ dueDate: 'due', paidOn: 'paidOn', paid: 'paid' },
};

describe("another company's ledger", () => {
  it.each([
    ['GB18030', iconv.encode(chinese, 'gb18030')],
    ['UTF-8 with a mark', iconv.encode(`\uFEFF${chinese}`, 'utf-8')],
  ])('in %s is read with instalments, part payments in columns and rows of money', async (_, bytes) => {
    const { ledger, faults } = await readLedger(...files(bytes, mapping));
    expect(faults).toEqual([]);
    expect(ledger.customers.map(({ id, name, type, contacts }) => [id, name, type, contacts[0]?.email])).toEqual([
      ['K1', '示例医院', 'hospital', 'a@k1.example'],
      ['K2', '示例经销', 'dealer', undefined],
    ]);
    const [first, second] = ledger.invoices;
    expect(first).toMatchObject({
      ...{ id: 'HT-1', number: 'HT/1', issueDate: '2026-03-02', currency: 'CNY' },
      instalments: [
        { no: 1, amountMinor: 100_000, dueDate: '2026-04-01' },
        { no: 2, amountMinor: 50_000, dueDate: '2026-05-01' },
      ],
      payments: [
        { on: '2026-04-03', amountMinor: 40_000, shares: [{ instalment: 1, amountMinor: 40_000 }] },
        {
          ...{ on: '2026-05-06', amountMinor: 70_000 },
          shares: [
            { instalment: 1, amountMinor: 60_000 },
            { instalment: 2, amountMinor: 10_000 },
          ],
        },
      ],
      disputes: [{ instalment: 2, amountMinor: 50_000, resolvedOn: null }],
    });
    expect(second).toMatchObject({ id: 'HT-2', instalments: [{ no: 1, amountMinor: 8_050 }], payments: [], disputes: [] });
  });

  it('as a workbook is the same ledger', async () => {
    const rows = chinese.split('\n').map((line) => line.split(';'));
    const sheet = await readLedger(...files(await workbook(rows), mapping, 'ledger.xlsx'));
    const csv = await readLedger(...files(chinese, mapping));
    expect(sheet).toEqual(csv);
  });

  it('goes on with the good rows and names each bad one by row and column, in the language of the reader', async () => {
    const rows = [
      'no,customer,date,due,amount,paidOn,paid',
      'A-1,K1,2026-03-02,2026-04-01,100.00,,',
      'A-2,K1,2026-02-30,2026-04-01,100.00,,',
      'A-3,K1,2026-03-02,2026-04-01,12.345,,',
      'A-4,,2026-03-02,2026-04-01,-5,,',
      'A-5,K1,2026-03-02,2026-04-01,10.00,,5.00',
      'A-6,K1,2026-03-02,2026-04-01,10.00,,',
      'A-6,K2,2026-03-02,2026-04-01,10.00,,',
      'A-7,K1,2026-03-02,2026-04-01,10.00,2026-03-05,11.00',
    ].join('\n');
    const { ledger, faults } = await readLedger(...files(rows, { fields }));
    expect(ledger.invoices.map((invoice) => invoice.id)).toEqual(['A-1']);
    const said = faults.map((fault) => sayFault(fault, 'en'));
    expect(faults.map(({ row, column }) => [row, column])).toEqual([
      [3, 'date'],
      [4, 'amount'],
      [5, 'customer'],
      [6, 'paidOn'],
      [7, ''],
      [8, 'customer'],
      [9, 'paid'],
    ]);
    expect(said[0]).toContain('row 3, date: "2026-02-30" is no date');
    expect(said[4]).toContain('row 8 of the same document is wrong');
    expect(said[6]).toContain('More is paid than the amount');
    expect(sayFault(faults[0] ?? { row: 0, column: '', fault: {} }, 'zh')).toContain('第 3 行，date：“2026-02-30”不是');
  });

  it('with a mapping that does not fit is refused in one sentence that names the place', async () => {
    const read = (over: object) => readLedger(...files('no,customer,date,amount\nA-1,K1,2026-03-02,1.00', over));
    await expect(read({ fields: { ...fields, dueDate: 'day' } })).rejects.toThrow(
      /has no column day, paidOn, paid: its columns are no, customer, date, amount\.$/,
    );
    await expect(read({ fields: { ...fields, colour: 'date' } })).rejects.toThrow(/fields a ledger has not \(colour\)/);
    await expect(read({ fields: { customer: 'customer' } })).rejects.toThrow(/which column or value is externalId/);
    await expect(read({ field: {} })).rejects.toThrow(/does not fit \(.*field.*\): examples\/README/);
  });
});

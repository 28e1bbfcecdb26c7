import { describe, expect, test } from 'vitest';
import { sayFault } from '../../contracts/imports/import-words.ts';
import type { StoredFault } from '../../contracts/imports/import-words.ts';
import { assemble } from '../../domain/imports/assemble.ts';
import { bindMapping, mappingFaults, readParts, readRow } from '../../domain/imports/mapping.ts';
import type { Mapping, Reader } from '../../domain/imports/mapping.ts';
import iconv from 'iconv-lite';
import { gb18030Of } from '../../domain/imports/gb18030.ts';
import { marksOf, plainNumbers } from '../../domain/imports/numbers.ts';
import type { NumberFormat } from '../../domain/imports/numbers.ts';
import { inOnes, untoldUnit } from '../../domain/imports/units.ts';
import { dateOfSerial, numberCell, readCell, unformula } from '../../domain/imports/values.ts';
import type { Cell, DateFormat } from '../../domain/imports/values.ts';
import { formatAmount } from '../../domain/platform/money.ts';
import { addDays, daysBetween } from '../../domain/platform/calendar.ts';
import { fc } from '../support/property.ts';

const zone = 'Asia/Shanghai';
const amountOf = (cell: Cell, numbers: NumberFormat = plainNumbers) => {
  const read = readCell(cell, 'amount', { date: 'YYYY-MM-DD', numbers, zone });
  return read.ok ? read.value : read.fault;
};
const dateOf = (cell: Cell, date: DateFormat = 'YYYY-MM-DD') => {
  const read = readCell(cell, 'date', { date, numbers: plainNumbers, zone });
  return read.ok ? read.value : read.fault;
};

describe('amounts', () => {
  const german: NumberFormat = { decimal: ',', thousands: '.' };
  test.each<[Cell, NumberFormat, string | undefined]>([
    ['1,234.50', plainNumbers, '1234.5'],
    ['1234.50', plainNumbers, '1234.5'],
    ['12,345,678', plainNumbers, '12345678'],
    ['1.234,50', german, '1234.5'],
    ['1.234', german, '1234'],
    ["1'234.50", { decimal: '.', thousands: "'" }, '1234.5'],
    ['1 234,5', { decimal: ',', thousands: ' ' }, '1234.5'],
    ['1\u00A0234,5', { decimal: ',', thousands: ' ' }, '1234.5'],
    ['1,234.50 -', plainNumbers, '-1234.5'],
    ['¥1,234.50', plainNumbers, '1234.5'],
    ['￥１，２３４．５０', plainNumbers, '1234.5'],
    ['1234.5元', plainNumbers, '1234.5'],
    ['CNY 1,000.00', plainNumbers, '1000'],
    ['(1,234.50)', plainNumbers, '-1234.5'],
    ['-5', plainNumbers, '-5'],
    ['5.00-', plainNumbers, '-5'],
    ['0007.10', plainNumbers, '7.1'],
    ['.5', plainNumbers, '0.5'],
    ['1234567890123.45', plainNumbers, '1234567890123.45'],
    ['−1,234.50', plainNumbers, '-1234.5'],
    ['–5', plainNumbers, '-5'],
    ['RMB1,234.50', plainNumbers, '1234.5'],
    ['US$1,000.00', plainNumbers, '1000'],
    ['人民币 1,000.00', plainNumbers, '1000'],
    ['(0.00)', plainNumbers, '0'],
    ['-0.00', plainNumbers, '0'],
    [0.1 + 0.2, plainNumbers, '0.3'],
    [55.94, german, '55.94'],
    [1e15, plainNumbers, '1000000000000000'],
    ['', plainNumbers, undefined],
    ['  ', plainNumbers, undefined],
    [null, plainNumbers, undefined],
  ])('%j is %j → %j', (cell, numbers, value) => expect(amountOf(cell, numbers)).toBe(value));

  test.each<[Cell, NumberFormat]>([
    ['1.234,50', plainNumbers],
    ['1,23', plainNumbers],
    ['1,2345.00', plainNumbers],
    ['1.23', german],
    ['1e5', plainNumbers],
    ['0x10', plainNumbers],
    ['NaN', plainNumbers],
    ['12 34', plainNumbers],
    ['--5', plainNumbers],
    ['-5-', plainNumbers],
    ['(-5)', plainNumbers],
    ['5元6', plainNumbers],
    ['.', plainNumbers],
    ['=1+1', plainNumbers],
    ['1,234', { decimal: '.', thousands: '' }],
  ])('%j is no number and is not guessed', (cell, numbers) => expect(amountOf(cell, numbers)).toBe('not-a-number'));

  test('whatever marks a system writes with, the amount read is the amount written', () => {
    const marks = fc.constantFrom<NumberFormat>(
      plainNumbers,
      german,
      { decimal: '.', thousands: "'" },
      { decimal: ',', thousands: ' ' },
      { decimal: '.', thousands: '' },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        marks,
        fc.constantFrom('CNY', 'JPY', 'KWD'),
        (minor, numbers, currency) => {
          const [whole = '', fraction] = formatAmount(minor, currency).split('.');
          const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, numbers.thousands);
          const read = amountOf(fraction === undefined ? grouped : `${grouped}${numbers.decimal}${fraction}`, numbers);
          const plain = formatAmount(minor, currency);
          expect(read).toBe(plain.includes('.') ? plain.replace(/\.?0+$/, '') : plain);
        },
      ),
    );
  });
});

describe('dates', () => {
  test.each<[Cell, DateFormat, string]>([
    ['2026-09-01', 'YYYY-MM-DD', '2026-09-01'],
    ['2026-9-1', 'YYYY-MM-DD', '2026-09-01'],
    ['2026/9/1', 'D.M.YYYY', '2026-09-01'],
    ['9/1/2026', 'M/D/YYYY', '2026-09-01'],
    ['9/1/2026', 'D/M/YYYY', '2026-01-09'],
    ['1.9.2026', 'D.M.YYYY', '2026-09-01'],
    ['2026年9月1日', 'YYYY-MM-DD', '2026-09-01'],
    ['20260901', 'YYYYMMDD', '2026-09-01'],
    [20260901, 'YYYYMMDD', '2026-09-01'],
    ['2026-09-01T23:59:59.000+08:00', 'YYYY-MM-DD', '2026-09-01'],
    ['9/1/2026 12:30', 'M/D/YYYY', '2026-09-01'],
    [{ date: '2026-09-01' }, 'M/D/YYYY', '2026-09-01'],
    [46266, 'M/D/YYYY', '2026-09-01'],
    ['46266', 'excel', '2026-09-01'],
    ['46266.75', 'excel', '2026-09-01'],
    ['2026-11-20T16:30:00Z', 'YYYY-MM-DD', '2026-11-21'],
    ['2026-11-20T15:59:59.999Z', 'YYYY-MM-DD', '2026-11-20'],
    ['2026/11/20 16:30 UTC', 'YYYY-MM-DD', '2026-11-21'],
    ['2026-11-20 23:30:00-0500', 'YYYY-MM-DD', '2026-11-21'],
    ['20.11.2026 20:00:00+00', 'D.M.YYYY', '2026-11-21'],
    ['2026-11-20 16:30:00', 'YYYY-MM-DD', '2026-11-20'],
    ['2026.3.5', 'YYYY.M.D', '2026-03-05'],
    ['２０２６－０９－０１', 'YYYY-MM-DD', '2026-09-01'],
    ['２０２６年９月１日', 'YYYY-MM-DD', '2026-09-01'],
    ['9/1/2026 12:00:00 AM', 'M/D/YYYY', '2026-09-01'],
    ['2026/9/1 下午 3:30:00', 'YYYY-MM-DD', '2026-09-01'],
    ['2026年9月1日星期二', 'YYYY-MM-DD', '2026-09-01'],
  ])('%j written %s is %s', (cell, format, date) => expect(dateOf(cell, format)).toBe(date));

  test.each<[Cell, DateFormat]>([
    ['31.2.2026', 'D.M.YYYY'],
    ['2026-02-29', 'YYYY-MM-DD'],
    ['13/1/2026', 'M/D/YYYY'],
    ['9/1/26', 'M/D/YYYY'],
    ['9/1/2026', 'YYYY-MM-DD'],
    ['46266', 'YYYY-MM-DD'],
    ['tomorrow', 'YYYY-MM-DD'],
    ['2026-11-20T25:30:00Z', 'YYYY-MM-DD'],
    ['20260305', 'YYYY-MM-DD'],
    ['2026.3.5', 'YYYY-MM-DD'],
    [0, 'excel'],
    [60, 'excel'],
    [9e9, 'excel'],
    [true, 'YYYY-MM-DD'],
  ])('%j written %s is no day', (cell, format) => expect(dateOf(cell, format)).toBe('not-a-date'));

  test('day numbers of a spreadsheet count on without a gap from March 1900, and from 1904 four years and a day later', () => {
    expect([1, 59, 61, 46266].map((n) => dateOfSerial(n, false))).toEqual([
      '1900-01-01',
      '1900-02-28',
      '1900-03-01',
      '2026-09-01',
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 61, max: 2_000_000 }), (serial) => {
        const date = dateOfSerial(serial, false) ?? '';
        expect(daysBetween('1900-03-01', date)).toBe(serial - 61);
        expect(dateOfSerial(serial, true)).toBe(addDays(date, 1462));
      }),
    );
  });
});

describe('other cells', () => {
  const read = (cell: Cell, type: 'rate' | 'boolean' | 'integer' | 'text') => {
    const value = readCell(cell, type, { date: 'YYYY-MM-DD', numbers: plainNumbers, zone });
    return value.ok ? value.value : value.fault;
  };
  test.each<[Cell, 'rate' | 'boolean' | 'integer' | 'text', unknown]>([
    ['13%', 'rate', '0.13'],
    ['１３％', 'rate', '0.13'],
    ['-6%', 'rate', '-0.06'],
    ['30.00', 'integer', 30],
    ['３０', 'integer', 30],
    ['Ｙ', 'boolean', true],
    ['C-1\u200B\uFEFF', 'text', 'C-1'],
    ['Ｃ－１', 'text', 'Ｃ－１'],
    ['13 ％', 'rate', '0.13'],
    ['6.5%', 'rate', '0.065'],
    ['100%', 'rate', '1'],
    ['0.13', 'rate', '0.13'],
    [0.13, 'rate', '0.13'],
    ['是', 'boolean', true],
    ['No', 'boolean', false],
    [true, 'boolean', true],
    ['perhaps', 'boolean', 'not-a-boolean'],
    [3, 'integer', 3],
    ['3.5', 'integer', 'not-a-whole-number'],
    ['第1期', 'integer', 'not-a-whole-number'],
    [31002200000001, 'text', '31002200000001'],
    ['两\r\n 行\u3000文', 'text', '两 行 文'],
    [{ error: '#N/A' }, 'text', 'cell-error'],
  ])('%j as %s is %j', (cell, type, value) => expect(read(cell, type)).toBe(value));
});

describe('long numbers', () => {
  const textOf = (written: string) => {
    const read = readCell(numberCell(written), 'text', { date: 'YYYY-MM-DD', numbers: plainNumbers, zone });
    return read.ok ? read.value : read.fault;
  };
  const moneyOf = (written: string) => amountOf(numberCell(written));

  test('of a workbook come with all their digits, or are a fault of their row', () => {
    expect(textOf('2631200000099991')).toBe('2631200000099991');
    expect(textOf('26312000000999912345')).toBe('26312000000999912345');
    expect(textOf('263120000009999')).toBe('263120000009999');
    // Fifteen digits are what Excel keeps: noughts behind them may have been anything.
    expect(textOf('2631200000099990')).toBe('digits-lost');
    expect(textOf('2.63120000009999E+15')).toBe('digits-lost');
    expect(textOf('26312000000999900')).toBe('digits-lost');
    expect(moneyOf('2631200000099991')).toBe('2631200000099991');
    expect(moneyOf('12345678901234.56')).toBe('digits-lost');
    expect(moneyOf('1234567890123.45')).toBe('1234567890123.45');
    expect(moneyOf('0.30000000000000004')).toBe('0.3');
    expect(moneyOf('1E3')).toBe('1000');
  });

  test('that a spreadsheet shortened in a CSV are a fault of their row, also as an id', () => {
    const read = (text: string) => readCell(text, 'text', { date: 'YYYY-MM-DD', numbers: plainNumbers, zone });
    expect(read('2.63E+15')).toEqual({ ok: false, fault: 'digits-lost' });
    expect(read('E+15 pump')).toEqual({ ok: true, value: 'E+15 pump' });
  });

  test('written as a formula keep their noughts', () => {
    expect(['="0000123"', '="a ""b"""', '=1+1', '="', ' ="01" '].map(unformula)).toEqual([
      ...['0000123', 'a "b"', '=1+1', '="', '01'],
    ]);
  });
});

test('the apostrophe that says "text" to a spreadsheet is no part of an id; one of two is part of the text', () => {
  expect(["'0000123", "'12E05", " '00A12", "'0012-3", "'付款单 7", "'"].map((text) => unformula(text).trim())).toEqual([
    ...['0000123', '12E05', '00A12', '0012-3', '付款单 7', ''],
  ]);
  for (const text of ["'Beleg'", "O'Brien", "12'", "'it's"]) expect(unformula(text)).toBe(text);
});

test('codes that GB18030-2022 gave a place are read by that place, all eighteen', () => {
  const codes = 'A6D9A6DAA6DBA6DCA6DDA6DEA6DFA6ECA6EDA6F3FE59FE61FE66FE67FE6DFE7EFE90FEA0';
  const decoded = gb18030Of(iconv.decode(Buffer.from(codes, 'hex'), 'gb18030'));
  expect(decoded).toBe(
    '\uFE10\uFE12\uFE11\uFE13\uFE14\uFE15\uFE16\uFE17\uFE18\uFE19\u9FB4\u9FB5\u9FB6\u9FB7\u9FB8\u9FB9\u9FBA\u9FBB',
  );
  expect(gb18030Of('龙\uE000医院')).toBe('龙\uE000医院');
});

const bound = (kind: Parameters<typeof bindMapping>[0], mapping: Mapping, header: string[]): Reader => {
  const result = bindMapping(kind, mapping, header);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.reader;
};

describe('mappings', () => {
  test('what is unknown, missing, or names no column or two is told by field', () => {
    const fields = { externalId: { column: 'id' }, constructor: { column: 'x' } };
    expect(mappingFaults('credit-notes', { fields }).map((one) => `${one.field} ${one.fault}`)).toEqual([
      'constructor field-unknown',
      'customer field-missing',
      'invoice field-missing',
      'amount field-missing',
      'currency field-missing',
      'issuedOn field-missing',
      'reason field-missing',
    ]);
    const whole = Object.fromEntries(
      ['externalId', 'customer', 'issueDate', 'currency', 'amount'].map((name) => [name, { column: name }]),
    );
    const found = bindMapping('invoices', { fields: whole }, ['externalId', 'customer', 'currency', 'amount', 'amount']);
    expect(found).toEqual({
      ok: false,
      faults: [
        { field: 'issueDate', column: 'issueDate', fault: 'column-missing' },
        { field: 'amount', column: 'amount', fault: 'column-twice' },
      ],
    });
  });

  test('without a mapping columns are known by their names, in any case and width', () => {
    const reader = bound('invoices', {}, ['EXTERNALID', 'Customer', 'ｉｓｓｕｅＤａｔｅ', 'currency', 'amount', 'notes', '']);
    expect(reader.fields.map((one) => one.name).sort()).toEqual(['amount', 'currency', 'customer', 'externalId', 'issueDate']);
    expect(reader.unusedColumns).toEqual(['notes']);
  });

  test('words are translated, gaps filled, slashes replaced; names of the language itself mean nothing', () => {
    const of = (source: object) => {
      const fields = {
        externalId: { column: 'a', ...source },
        customer: { value: 'C' },
        issueDate: { value: '2026-01-01' },
        currency: { value: 'CNY' },
        amount: { value: '1' },
      };
      return (cell: Cell) => readRow(bound('invoices', { fields }, ['a']), 2, [cell], 1).values['externalId'];
    };
    expect(of({ values: { 甲: 'A' } })('甲')).toBe('A');
    expect(of({ values: { 甲: 'A' } })('乙')).toBe('乙');
    expect(of({ values: { 甲: 'A' } })('constructor')).toBe('constructor');
    expect(of({ default: 'none' })('')).toBe('none');
    expect(of({ replace: { '/': '-' } })('2026/09/1')).toBe('2026-09-1');
  });
});

test('one mark never parts thousands and decimals both: where one is told, the other gives way', () => {
  const german = { decimal: ',', thousands: '.' };
  expect([marksOf({ decimal: ',' }), marksOf({ thousands: '.' }), marksOf({}, { thousands: '.' })]).toEqual([
    german,
    german,
    german,
  ]);
  expect(marksOf({ thousands: ',' }, { decimal: ',' })).toEqual(plainNumbers);
  expect(marksOf({ decimal: '.' }, { decimal: ',', thousands: '.' })).toEqual(plainNumbers);
  expect(marksOf({ decimal: ',', thousands: ' ' })).toEqual({ decimal: ',', thousands: ' ' });
});

test('an amount that names other money than its row is refused at its cell', () => {
  const header = ['externalId', 'customer', 'issueDate', 'currency', 'amount'];
  const faultsOf = (amount: string, currency: string) =>
    readRow(bound('invoices', {}, header), 2, ['I', 'C', '2026-01-01', currency, amount], 5).faults;
  expect(faultsOf('$1,000.00', 'CNY')).toEqual([
    { row: 2, field: 'amount', fault: 'other-currency', params: { value: '$1,000.00', currency: 'CNY' } },
  ]);
  for (const [amount, currency] of [
    ['USD 5', 'EUR'],
    ['€5', 'CNY'],
    ['5元', 'USD'],
    ['￥5', 'HKD'],
    ['HK$5', 'USD'],
  ] as const)
    expect(faultsOf(amount, currency), `${amount} ${currency}`).toHaveLength(1);
  for (const [amount, currency] of [
    ['$5', 'USD'],
    ['$5', 'SGD'],
    ['¥5', 'JPY'],
    ['￥5', 'CNY'],
    ['5', 'USD'],
    ['RMB5元', 'CNY'],
  ] as const)
    expect(faultsOf(amount, currency), `${amount} ${currency}`).toEqual([]);
});

test('an amount under a header that names other money alone is refused, and one that names its own is not', () => {
  const faultsOf = (column: string, currency: string) => {
    const header = ['id', 'customer', 'day', 'money', column];
    const names = ['externalId', 'customer', 'issueDate', 'currency', 'amount'];
    const fields = Object.fromEntries(names.map((name, at) => [name, { column: header[at] ?? '' }]));
    return readRow(bound('invoices', { fields }, header), 2, ['I', 'C', '2026-01-01', currency, '5'], 5).faults;
  };
  for (const [column, currency] of [
    ['金额（美元）', 'CNY'],
    ['Betrag EUR', 'CNY'],
    ['本币金额(人民币)', 'USD'],
  ] as const)
    expect(faultsOf(column, currency), column).toMatchObject([
      { field: 'amount', fault: 'other-currency', params: { value: column } },
    ]);
  for (const [column, currency] of [
    ['金额（元）', 'CNY'],
    ['Amount (CNY)', 'CNY'],
    ['CNY/USD', 'USD'],
    ['Umsatz Europe', 'CNY'],
    ['金额', 'USD'],
  ] as const)
    expect(faultsOf(column, currency), column).toEqual([]);
});

describe('amounts in a unit', () => {
  test.each([
    ['1.2', 10_000, '12000'],
    ['-3.456789', 10_000, '-34567.89'],
    ['0.00001', 10_000, '0.1'],
    ['12', 1_000, '12000'],
    ['0', 100_000_000, '0'],
    ['0.5', 1, '0.5'],
  ] as const)('%s times %i is %s', (amount, unit, ones) => expect(inOnes(amount, unit)).toBe(ones));

  test('told by the mapping are read in ones, the pieces of an order as they are', () => {
    const header = ['单号', '客户', '币种', '交期', '品名', '数量', '单价（万元）'];
    const names = ['externalId', 'customer', 'currency', 'requestedShipDate', 'lines.item', 'lines.quantity', 'lines.unitPrice'];
    const fields = Object.fromEntries(names.map((name, at) => [name, { column: header[at] ?? '' }]));
    const reader = bound('orders', { fields, numbers: { unit: 10_000 } }, header);
    const { values } = readRow(reader, 2, ['S', 'C', 'CNY', '2026-10-01', 'X', '3', '1.25'], 7);
    expect(values).toMatchObject({ 'lines.quantity': '3', 'lines.unitPrice': '12500' });
  });

  const untold = (column: string, title = '') =>
    untoldUnit({ fields: { amount: { column } } }, 'invoices', { header: [column], titles: [title] });
  test.each([
    ...[
      '金额（万元）',
      '金额(千元)',
      '本期金额 万元',
      'Amount (k)',
      "USD '000",
      'USD 000',
      'TEUR offen',
      'Betrag (Mio.)',
      'CNY thousands',
    ].map((column) => [column, '']),
    ...['单位：万元', '单位:人民币千元', '（百万元）', 'Figures in thousands', 'in CNY millions'].map((title) => ['金额', title]),
  ])('that no mapping tells are found by header or title: %s %s', (column = '', title) =>
    expect(untold(column, title)).toMatchObject({ column }),
  );

  test.each([
    ['金额（元）', '单位：元'],
    ['万达店金额', '编制单位：万科医疗'],
    ['Amount', 'Million Hospital Ltd'],
    ['Amount K1', '上海万元贸易有限公司'],
  ])('are none: %s under %s', (column, title) => expect(untold(column, title)).toBeNull());

  test('that a mapping tells are not asked for again', () => {
    expect(
      untoldUnit({ fields: { amount: { column: '金额（万元）', unit: 10_000 } } }, 'invoices', { header: [], titles: [] }),
    ).toBeNull();
    expect(
      untoldUnit({ fields: { amount: { column: '金额' } }, numbers: { unit: 1 } }, 'invoices', {
        header: [],
        titles: ['单位：万元'],
      }),
    ).toBeNull();
  });
});

test('a day that names its month, is spelled in Chinese, or has its weekday beside it is that day; a year of two figures is none', () => {
  const written = [
    '2026年3月5号',
    '二〇二六年三月五日',
    '二零二六年三月五号',
    '5-Mar-2026',
    '05 Mar 2026',
    'Mar 5, 2026',
    'March 5th, 2026',
  ];
  const beside = [
    'Thursday, March 5, 2026',
    '2026-Mar-05',
    '2026年3月5日（星期四）',
    '2026/03/05 (周四)',
    '星期四 2026/3/5',
    '2026年3月5日 10时30分',
  ];
  for (const text of [...written, ...beside]) expect([text, dateOf(text)]).toEqual([text, '2026-03-05']);
  expect([dateOf('二〇二六年十二月三十一日'), dateOf('二〇二六年十月二十日'), dateOf('31 Dec. 2026')]).toEqual([
    ...['2026-12-31', '2026-10-20', '2026-12-31'],
  ]);
  for (const text of [
    '5-Mar-26',
    '26-03-05',
    '2026年3月',
    '31 Feb 2026',
    '5 Mai 2026',
    '二〇二六年十三月五日',
    '二〇二六年三月三十二日',
  ])
    expect([text, dateOf(text)]).toEqual([text, 'not-a-date']);
});

describe('red-letter rows', () => {
  const columns = ['externalId', 'customer', 'issueDate', 'currency', 'first', 'second'];
  const fields = Object.fromEntries(columns.slice(0, 4).map((name) => [name, { column: name }]));
  const parts = ['first', 'second'].map((column) => ({ 'instalments.amount': { column } }));
  const cells = (first: string, second: string) => ['R', 'C', '2026-01-01', 'CNY', first, second];

  test('of parts in columns are a credit note of all of them together', () => {
    const reader = bound('invoices', { fields, parts, redLetter: 'credit-note' }, columns);
    const made = (first: string, second: string) => assemble(reader, readParts(reader, 2, cells(first, second), 6));
    expect(made('-300', '-700')).toMatchObject({ kind: 'credit-notes', body: { amount: '1000.00' }, faults: [] });
    expect(made('', '-700')).toMatchObject({ kind: 'credit-notes', body: { amount: '700' } });
    expect(made('100', '-700')).toMatchObject({ kind: 'credit-notes', body: { amount: '600.00' } });
    expect(made('300', '700')).toMatchObject({ kind: 'invoices', body: { amount: '1000.00' } });
  });

  test('of parts in rows are one, whatever two of them have in common', () => {
    const each = { ...fields, 'instalments.amount': { column: 'first' } };
    const reader = bound('invoices', { fields: each, redLetter: 'credit-note' }, columns);
    const rows = [2, 3].map((row) => readRow(reader, row, cells('-500', ''), 6));
    expect(assemble(reader, rows)).toMatchObject({ kind: 'credit-notes', rows: [2, 3], body: { amount: '1000.00' }, faults: [] });
  });
});

describe('documents', () => {
  const header = ['externalId', 'customer', 'issueDate', 'currency', 'instalments.amount', 'instalments.dueDate'];
  const reader = bound('invoices', {}, header);
  const row = (n: number, ...cells: Cell[]) => readRow(reader, n, cells, header.length);

  test('rows of one id become instalments in their order, and the amount is their sum', () => {
    const made = assemble(reader, [
      row(2, 'I', 'C', '2026-01-01', 'CNY', '10.10', '2026-02-01'),
      row(9, 'I', '', '', '', '20.20', '2026-03-01'),
    ]);
    expect(made.faults).toEqual([]);
    expect(made.body).toMatchObject({
      number: 'I',
      amount: '30.30',
      instalments: [
        { no: 1, amount: '10.1', dueDate: '2026-02-01' },
        { no: 2, amount: '20.2', dueDate: '2026-03-01' },
      ],
    });
    expect(made.at(['instalments', 1, 'dueDate'])).toEqual({ row: 9, field: 'instalments.dueDate' });
    expect(made.at(['customer'])).toEqual({ row: 2, field: 'customer' });
  });

  test('rows that contradict each other about the document are refused at the later row', () => {
    const made = assemble(reader, [
      row(2, 'I', 'C', '2026-01-01', 'CNY', '10', '2026-02-01'),
      row(3, 'I', 'D', '2026-01-01', 'CNY', '20', '2026-03-01'),
    ]);
    expect(made.faults).toEqual([{ row: 3, field: 'customer', fault: 'differs', params: { value: 'D', other: 'C', first: 2 } }]);
  });

  test('where no part is mapped, the same row twice is one document and another row is a contradiction', () => {
    const single = bound('invoices', {}, ['externalId', 'customer', 'issueDate', 'currency', 'amount']);
    const cells = (n: number, amount: string) => readRow(single, n, ['I', 'C', '2026-01-01', 'CNY', amount], 5);
    expect(assemble(single, [cells(2, '5'), cells(3, '5.00')]).faults).toEqual([]);
    expect(assemble(single, [cells(2, '5'), cells(3, '6')]).faults).toMatchObject([{ row: 3, fault: 'same-id' }]);
  });
});

test('a fault or refusal that another version kept is said to be one, and keeps no import from being read', () => {
  for (const kept of [
    { fault: 'from-tomorrow' },
    { refusal: 'from-tomorrow' },
    { fault: 'constructor' },
    { refusal: 'toString' },
  ]) {
    expect(sayFault(kept as StoredFault, 'en')).toMatch(/by another version/);
    expect(sayFault(kept as StoredFault, 'zh')).toMatch(/由其他版本/);
  }
});

import { describe, expect, test } from 'vitest';
import type { Mapping } from '../../domain/imports/mapping.ts';
import { openTable } from '../../worker/files/table.ts';

const columns = ['Beleg', 'Kunde', 'Betrag'];
const mapping: Mapping = {
  fields: Object.fromEntries(['externalId', 'customer', 'amount'].map((name, at) => [name, { column: columns[at] ?? '' }])),
};

async function batchesOf<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const batch of rows) found.push(batch);
  return found;
}

async function read(text: string, told: Mapping = mapping) {
  const { delimiter, header, rows } = await openTable(Buffer.from(text), told);
  const found = [];
  for await (const batch of rows()) found.push(...batch.map(({ cells }) => cells));
  return { delimiter, header, rows: found };
}

const marks = [',', ';', '\t', '|'] as const;
const row = (mark: string, cells: readonly string[]): string =>
  cells.map((cell) => (cell.includes(mark) ? `"${cell}"` : cell)).join(mark);

describe('the mark between columns is found', () => {
  const titles = {
    none: '',
    'one without marks': '未清项目清单\n\n',
    'one of every mark': 'Open items, as of March 4, 2026; page 1; all | regions | all\tx\ty\tz\n\n',
    'many that agree with each other': 'Seller, Ltd\nStreet 1, City\nPrinted, today\n',
  };
  const lines = Array.from({ length: 30 }, (_, at) => [`A${at}`, 'B', '1,234,567.50']);

  test.each(marks.flatMap((mark) => Object.entries(titles).map(([name, title]) => [mark, name, title] as const)))(
    '%j below a title: %s',
    async (mark, _, title) => {
      for (const some of [lines.slice(0, 1), lines]) {
        const told = await read(title + [columns, ...some].map((cells) => row(mark, cells)).join('\n'));
        expect(told).toEqual({ delimiter: mark, header: columns, rows: some });
      }
    },
  );

  test('in a header in quotes, with marks and line breaks in them', async () => {
    const text = '清单;1\r\n"Beleg";"Kunde, Name\r\n(neu)";"Betrag ""netto"""\r\nA;B 5" lang;1,50\r\n';
    const told: Mapping = { headerWith: ['Beleg', 'Betrag "netto"'] };
    expect((await read(text, told)).delimiter).toBe(';');
  });

  test('where no row has the columns, or none are asked for, from the row that is named or the first', async () => {
    expect((await read('a;b\nx;1,234,567\n', {})).delimiter).toBe(';');
    expect(await read('Titel, mit, Komma\na;b\nx;1,5\n', { headerRow: 2 })).toMatchObject({
      delimiter: ';',
      header: ['a', 'b'],
    });
    expect((await read('p|q\n1|2\n')).delimiter).toBe('|');
  });
});

test('every line end counts, whichever came first: titles and rows of one file come from different systems', async () => {
  const rows = [
    ['A', 'B', '5'],
    ['C', 'D', '6'],
  ];
  for (const ends of [
    ['\n', '\r\n', '\r\n'],
    ['\r\n', '\n', '\r\n'],
    ['\r\n', '\r\n', '\n'],
    ['\r', '\r', '\r'],
  ]) {
    const lines = [columns, ...rows].map((cells, at) => `${cells.map((cell) => `"${cell}"`).join(',')}${ends[at] ?? ''}`);
    expect(await read(lines.join(''))).toMatchObject({ header: columns, rows });
  }
  // A line end that two pieces of the file share is one: the header has 20 bytes, a piece 65,536.
  const long = ['x'.repeat(65_536 - 1 - 20 - 3), 'B', ''];
  const { rows: told } = await read([columns, long, long].map((cells) => cells.join(',')).join('\r\n'));
  expect(told).toEqual([long, long]);
});

test('UTF-16 of either order is read by its mark', async () => {
  const text = Buffer.from('\uFEFFBeleg\tKunde\tBetrag\r\nA\t上海\t5\r\n', 'utf16le');
  for (const bytes of [text, Buffer.from(text).swap16()]) {
    const table = await openTable(bytes, mapping);
    const [batch] = await batchesOf(table.rows());
    expect([table.encoding, batch?.[0]?.cells]).toEqual([expect.stringMatching(/^utf-16/), ['A', '上海', '5']]);
  }
});

test('without a mapping the header is the first row with the fields its kind needs, below titles and in its own marks', async () => {
  const text = 'Open items, as of March 4\n\nexternalId;customer;issueDate;currency;amount\nA;C;2026-01-01;CNY;1,5\n';
  const table = await openTable(Buffer.from(text), {}, 'invoices');
  expect(table).toMatchObject({ delimiter: ';', header: ['externalId', 'customer', 'issueDate', 'currency', 'amount'] });
});

test('a file whose amounts are told in 10,000 by a title or header is refused with its column, unless the mapping tells the unit', async () => {
  const opened = (text: string, told: Mapping) => openTable(Buffer.from(text), told, 'ledger');
  const file = '未清项目\n单位：万元\nBeleg;Kunde;Betrag\nA1;K;1,5\n';
  const untold = { fault: 'file-in-units', params: { column: 'Betrag', unit: '万' } };
  await expect(opened(file, mapping)).rejects.toMatchObject(untold);
  await expect(opened(file, { ...mapping, headerRow: 3 })).rejects.toMatchObject(untold);
  const byName = '单位：万元\nexternalId,customer,issueDate,currency,amount\nA,K,2026-01-01,CNY,1.5\n';
  await expect(opened(byName, {})).rejects.toMatchObject({ params: { column: 'amount' } });
  expect((await opened(file, { ...mapping, numbers: { unit: 10_000 } })).header).toEqual(columns);
  expect((await opened(file.replace('万元', '元'), mapping)).header).toEqual(columns);
});

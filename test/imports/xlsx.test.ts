import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FileFault, fileBounds } from '../../worker/files/fault.ts';
import { openTable } from '../../worker/files/table.ts';

interface Part {
  name: string;
  content: string | Buffer;
  /** What the archive claims, when it lies. */
  claims?: number;
  wide?: boolean;
}

/** A zip archive made by hand, so that it can be made wrong. */
function zipOf(parts: readonly Part[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, claims, wide = false } of parts) {
    const plain = Buffer.from(content);
    const packed = deflateRawSync(plain);
    const size = claims ?? plain.length;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const entry = Buffer.alloc(46);
    const extra = Buffer.alloc(wide ? 20 : 0);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(crc32(plain), 16);
    entry.writeUInt32LE(wide ? 0xffffffff : packed.length, 20);
    entry.writeUInt32LE(wide ? 0xffffffff : size, 24);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt32LE(offset, 42);
    if (wide) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(16, 2);
      extra.writeBigUInt64LE(BigInt(size), 4);
      extra.writeBigUInt64LE(BigInt(packed.length), 12);
    }
    const body = Buffer.concat([local, Buffer.from(name), packed]);
    bodies.push(body);
    directory.push(entry, Buffer.from(name), extra);
    offset += body.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}

const RELATION = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A workbook of one sheet, whose rows are given as XML. */
function bookOf(
  rows: string,
  more: { book?: string; styles?: string; strings?: string; wide?: boolean; claims?: number } = {},
): Buffer {
  const wide = more.wide ?? false;
  const sheet = `<?xml version="1.0"?><x:worksheet xmlns:x="m"><x:sheetData>${rows}</x:sheetData></x:worksheet>`;
  return zipOf([
    { name: 'xl/worksheets/sheet7.xml', content: sheet, wide, ...(more.claims !== undefined && { claims: more.claims }) },
    {
      name: 'xl/workbook.xml',
      content: `<workbook xmlns="m" xmlns:r="${RELATION}">${more.book ?? ''}<sheets><sheet name="表" sheetId="1" r:id="rId9"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `<Relationships><Relationship Id="rId9" Type="${RELATION}/worksheet" Target="/xl/worksheets/sheet7.xml"/>
        <Relationship Id="s" Type="${RELATION}/styles" Target="styles.xml"/><Relationship Id="t" Type="${RELATION}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    },
    ...(more.styles === undefined ? [] : [{ name: 'xl/styles.xml', content: more.styles }]),
    ...(more.strings === undefined ? [] : [{ name: 'xl/sharedStrings.xml', content: more.strings }]),
  ]);
}

async function read(bytes: Buffer) {
  const table = await openTable(bytes, {});
  const rows = [];
  for await (const batch of table.rows()) rows.push(...batch);
  return { header: table.header, rows };
}

const faultOf = (bytes: Buffer) =>
  read(bytes).then(
    () => 'none',
    (error: unknown) => (error instanceof FileFault ? error.fault : String(error)),
  );

const header =
  '<x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c><x:c t="inlineStr"><x:is><x:r><x:t>b</x:t></x:r><x:r><x:t>c</x:t></x:r></x:is></x:c></x:row>';

describe('workbooks of other makers', () => {
  test('prefixed names, cells without addresses, rich inline text, wide sizes, gaps', async () => {
    const rows = `${header}<x:row r="5"><x:c r="B5"><x:v>7</x:v></x:c></x:row><x:row><x:c t="b"><x:v>1</x:v></x:c><x:c t="str"><x:f>A1</x:f><x:v>x_x000D_y</x:v></x:c></x:row>`;
    for (const wide of [false, true]) {
      expect(await read(bookOf(rows, { wide }))).toEqual({
        header: ['a', 'bc'],
        rows: [
          { row: 5, cells: [null, 7] },
          { row: 6, cells: [true, 'x\ry'] },
        ],
      });
    }
  });

  test('days by their style, in both day counts; times and coloured numbers are no days; hints are no text', async () => {
    const styles = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="165" formatCode="[Red]0.00&quot;day&quot;"/>
      <numFmt numFmtId="166" formatCode="h:mm"/><numFmt numFmtId="167" formatCode="0.00E+00"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
      <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="167"/></cellXfs></styleSheet>`;
    const strings =
      '<sst><si><t>上海</t><rPh sb="0" eb="1"><t>shanghai</t></rPh></si><si><r><t>医</t></r><r><t>院</t></r></si></sst>';
    const cells = [0, 1, 2, 3, 4, 5].map((style) => `<x:c s="${style}"><x:v>44804.5</x:v></x:c>`).join('');
    const rows = `<x:row>${'<x:c t="s"><x:v>0</x:v></x:c>'.repeat(8)}</x:row><x:row>${cells}<x:c t="s"><x:v>1</x:v></x:c><x:c t="d"><x:v>2026-09-01T00:00:00</x:v></x:c></x:row>`;
    const day = (date: string) => [44804.5, { date }, { date }, 44804.5, 44804.5, 44804.5, '医院', { date: '2026-09-01' }];
    expect(await read(bookOf(rows, { styles, strings }))).toMatchObject({
      header: Array.from({ length: 8 }, () => '上海'),
      rows: [{ cells: day('2022-08-31') }],
    });
    const old = bookOf(rows, { styles, strings, book: '<workbookPr date1904="1"/>' });
    expect(await read(old)).toMatchObject({ rows: [{ cells: day('2026-09-01') }] });
  });
});

test('a formula without a result is an error of its cell, never an empty one; an empty text is one', async () => {
  const cells =
    '<x:c><x:f>A1*2</x:f></x:c><x:c t="str"><x:f>T("")</x:f><x:v></x:v></x:c><x:c><x:f>1+1</x:f><x:v>2</x:v></x:c><x:c><x:v>3</x:v></x:c>';
  const { rows } = await read(bookOf(`${header}<x:row>${cells}</x:row>`));
  expect(rows).toEqual([{ row: 2, cells: [{ error: expect.stringContaining('without a result') as string }, null, 2, 3] }]);
});

test('a number shown with noughts before it is read as it is shown; any other format leaves it as it is', async () => {
  const codes = ['0000000', '0000000;-0000000', '[Red]0000000_ ', '0', '#,##0', '0000000.00', 'yyyy000'];
  const formats = codes.map((code, at) => `<numFmt numFmtId="${164 + at}" formatCode="${code}"/>`).join('');
  const styles = `<styleSheet><numFmts>${formats}</numFmts><cellXfs>${codes.map((_, at) => `<xf numFmtId="${164 + at}"/>`).join('')}</cellXfs></styleSheet>`;
  const head = `<x:row>${'<x:c t="str"><x:v>a</x:v></x:c>'.repeat(codes.length)}</x:row>`;
  const cells = (value: string) => `<x:row>${codes.map((_, at) => `<x:c s="${at}"><x:v>${value}</x:v></x:c>`).join('')}</x:row>`;
  const { rows } = await read(bookOf(head + ['123', '12345678', '1.5', '-7'].map(cells).join(''), { styles }));
  expect(rows.map((one) => one.cells.slice(0, 6))).toEqual([
    ['0000123', '0000123', '0000123', 123, 123, 123],
    ...[12_345_678, 1.5, -7].map((value) => Array.from({ length: 6 }, () => value)),
  ]);
  expect(rows[0]?.cells[6]).toEqual({ date: '1900-05-02' });
});

test('the apostrophe before a text is left out of a workbook as it is of a CSV', async () => {
  const rows = `${header}<x:row><x:c t="str"><x:v>'12E05</x:v></x:c><x:c t="s"><x:v>0</x:v></x:c></x:row>`;
  const { rows: found } = await read(bookOf(rows, { strings: "<sst><si><t>'0012-3</t></si></sst>" }));
  expect(found[0]?.cells).toEqual(['12E05', '0012-3']);
});

describe('workbooks made to harm', () => {
  test('one that claims little and unpacks to much is left at what it claims', async () => {
    const row = `<x:row><x:c><x:v>${' '.repeat(50_000_000)}1</x:v></x:c></x:row>`;
    expect(await faultOf(bookOf(header + row, { claims: 2_000 }))).toBe('file-damaged');
  });

  test('far cells that hold nothing are no columns and far rows are one row; a far cell that holds something is refused', async () => {
    const far = (value: string) =>
      `<x:row r="1048576"><x:c r="A1048576"><x:v>7</x:v></x:c><x:c r="XFD1048576" s="1">${value}</x:c></x:row>`;
    const empty = `<x:row>${'<x:c s="1"/>'.repeat(16_000)}</x:row>`;
    expect((await read(bookOf(header + empty.repeat(20) + far('')))).rows).toEqual([{ row: 1_048_576, cells: [7] }]);
    expect(await faultOf(bookOf(header + far('<x:v>1</x:v>')))).toBe('file-too-many-columns');
  });

  test('more cells or rows than a file may have are refused before they are read', async () => {
    const bounds = fileBounds as { -readonly [bound in keyof typeof fileBounds]: number };
    const { cells, rows } = fileBounds;
    const book = bookOf(header + '<x:row><x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row>'.repeat(50));
    const csv = Buffer.from(`a,b\n${'1,2\n'.repeat(50)}`);
    try {
      Object.assign(bounds, { cells: 60 });
      expect([await faultOf(book), await faultOf(csv)]).toEqual(['file-too-large', 'file-too-large']);
      Object.assign(bounds, { cells, rows: 40 });
      expect([await faultOf(book), await faultOf(csv)]).toEqual(['file-too-many-rows', 'file-too-many-rows']);
    } finally {
      Object.assign(bounds, { cells, rows });
    }
    expect([await faultOf(book), await faultOf(csv)]).toEqual(['none', 'none']);
  });

  test('a cell that fills the memory, a column beyond all columns, entities that grow', async () => {
    expect(await faultOf(bookOf(`${header}<x:row><x:c t="str"><x:v>${'x'.repeat(2_000_000)}</x:v></x:c></x:row>`))).toBe(
      'file-damaged',
    );
    expect(await faultOf(bookOf(`${header}<x:row><x:c r="ZZZ9"><x:v>1</x:v></x:c></x:row>`))).toBe('file-damaged');
    expect(await faultOf(bookOf(`${header}<x:row><x:c t="str"><x:v>&lol9;</x:v></x:c></x:row>`))).toBe('file-damaged');
  });

  test('any byte changed or any end cut off is found, or changes nothing that is read', async () => {
    const whole = bookOf(`${header}<x:row><x:c><x:v>12345</x:v></x:c></x:row>`);
    const good = JSON.stringify(await read(whole));
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x11;
      const outcome = await read(changed).then(JSON.stringify, (error: unknown) =>
        error instanceof FileFault ? 'fault' : String(error),
      );
      // The first bytes say what kind of file it is: without them it is a CSV of no columns.
      if (at >= 4) expect([at, ['fault', good].includes(outcome)]).toEqual([at, true]);
    }
    for (const length of [5, 30, 200, 600, whole.length - 1]) expect(await faultOf(whole.subarray(0, length))).toMatch(/^file-/);
  });
});

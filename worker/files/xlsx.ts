import { posix } from 'node:path';
import { dateOfSerial, numberCell, textOf, unformula } from '../../domain/imports/values.ts';
import { isBusinessDate } from '../../domain/platform/dates.ts';
import type { Cell } from '../../domain/imports/values.ts';
import { FileFault, fileBounds } from './fault.ts';
import { hear, heardIn } from './sax.ts';
import type { Heard } from './sax.ts';
import { Zip } from './zip.ts';
import type { FileRow, RawTable } from './raw-table.ts';

const BOOK = 'xl/workbook.xml';
const silent = { open() {}, close() {}, text() {} };

interface Sheet {
  name: string;
  relation: string;
  visible: boolean;
}

/** A workbook's sheet as rows (ECMA-376): dates as days, formulas by their last result, rich text as text. Throws FileFault. */
export async function xlsxOf(bytes: Buffer, wanted: string | undefined): Promise<RawTable> {
  const zip = new Zip(bytes);
  const { sheets, from1904 } = await readBook(zip);
  const sheet =
    wanted === undefined ? (sheets.find((one) => one.visible) ?? sheets[0]) : sheets.find((one) => one.name === wanted);
  if (!sheet) throw new FileFault('file-no-sheet', { sheet: wanted ?? '' });
  const relations = await readRelations(zip);
  const part = relations.get(sheet.relation)?.target;
  if (part === undefined || !zip.has(part)) throw new FileFault('file-damaged', { part: sheet.name });
  const partOf = (type: string) => [...relations.values()].find((one) => one.type.endsWith(`/${type}`))?.target;
  const strings = await readStrings(zip, partOf('sharedStrings'));
  const styles = await readStyles(zip, partOf('styles'));
  return {
    format: 'xlsx',
    encoding: null,
    delimiter: null,
    sheet: sheet.name,
    rows: () => rowsOf(zip, part, { strings, styles, from1904 }),
  };
}

async function readBook(zip: Zip): Promise<{ sheets: Sheet[]; from1904: boolean }> {
  const sheets: Sheet[] = [];
  let from1904 = false;
  await hear(zip, BOOK, {
    ...silent,
    open(name, attributes) {
      if (name === 'workbookPr') from1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
      if (name !== 'sheet') return;
      const relation = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? '';
      const visible = (attributes['state'] ?? 'visible') === 'visible';
      sheets.push({ name: attributes['name'] ?? '', relation, visible });
    },
  });
  return { sheets, from1904 };
}

async function readRelations(zip: Zip): Promise<Map<string, { type: string; target: string }>> {
  const relations = new Map<string, { type: string; target: string }>();
  await hear(zip, 'xl/_rels/workbook.xml.rels', {
    ...silent,
    open(name, attributes) {
      if (name !== 'Relationship') return;
      const target = attributes['Target'] ?? '';
      const path = target.startsWith('/') ? target.slice(1) : posix.join('xl', target);
      relations.set(attributes['Id'] ?? '', { type: attributes['Type'] ?? '', target: path });
    },
  });
  return relations;
}

/** Texts in the order of their numbers; phonetic hints (rPh) are no part of them. */
async function readStrings(zip: Zip, part: string | undefined): Promise<string[]> {
  const strings: string[] = [];
  if (part === undefined || !zip.has(part)) return strings;
  let text = '';
  let size = 0;
  let inText = false;
  let inHint = false;
  await hear(zip, part, {
    open(name) {
      if (name === 'si') text = '';
      if (name === 'rPh') inHint = true;
      if (name === 't') inText = !inHint;
    },
    close(name) {
      if (name === 'si') strings.push(unformula(unescaped(text)));
      if (name === 'rPh') inHint = false;
      if (name === 't') inText = false;
    },
    text(more) {
      if (!inText) return;
      size += more.length;
      if (size > fileBounds.textCharacters)
        throw new FileFault('file-too-large', { limit: `${fileBounds.textCharacters} characters` });
      text += more;
    },
  });
  return strings;
}

/** _x000D_ stands for a character XML cannot hold. */
const unescaped = (text: string): string =>
  text.includes('_x')
    ? text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;

const builtInDays = (id: number): boolean =>
  (id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 54) || id === 57 || id === 58;
/** Whether a number format shows a day: it names years or days outside of quoted text, escapes and brackets. */
const showsDay = (code: string): boolean =>
  /[yde](?!\+)/i.test(code.replaceAll(/"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|General|E[+-]/gi, ''));

/** So many digits a format of noughts alone shows: 0000000 writes document number 123 as 0000123. */
function digitsOf(code: string): number {
  const first =
    code
      .replaceAll(/\[[^\]]*\]|_.|\*./g, '')
      .split(';')[0]
      ?.trim() ?? '';
  return /^0{2,100}$/.test(first) ? first.length : 0;
}

/** What a cell style makes of a number: a day, or at least so many digits. */
interface Style {
  day: boolean;
  digits: number;
}
const styleOf = (code: string): Style => ({ day: showsDay(code), digits: digitsOf(code) });

async function readStyles(zip: Zip, part: string | undefined): Promise<Style[]> {
  const custom = new Map<number, Style>();
  const styles: Style[] = [];
  let inCells = false;
  if (part === undefined || !zip.has(part)) return styles;
  await hear(zip, part, {
    ...silent,
    open(name, attributes) {
      const id = Number(attributes['numFmtId']);
      if (name === 'numFmt') custom.set(id, styleOf(attributes['formatCode'] ?? ''));
      if (name === 'cellXfs') inCells = true;
      if (name === 'xf' && inCells) styles.push(custom.get(id) ?? { day: builtInDays(id), digits: 0 });
    },
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return styles;
}

interface Book {
  strings: readonly string[];
  styles: readonly Style[];
  from1904: boolean;
}

const A = 65;
/** 'C7' → 2; the column after the last one when the cell does not say. */
function columnOf(reference: string | undefined, next: number): number {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0];
  if (letters === undefined) return next;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - A + 1, 0) - 1;
}

/** A number as its style shows it: a day, or with the noughts before it; where it has more digits than shown, or a fraction, as it is. */
function numberOf(text: string, style: Style | undefined, from1904: boolean): Cell {
  const date = style?.day ? dateOfSerial(Number(text), from1904) : undefined;
  if (date !== undefined) return { date };
  const cell = numberCell(text);
  const shown = typeof cell === 'number' ? textOf(cell) : '';
  return /^\d+$/.test(shown) && shown.length < (style?.digits ?? 0) ? shown.padStart(style?.digits ?? 0, '0') : cell;
}

function cellOf({ strings, styles, from1904 }: Book, type: string, style: number, text: string): Cell {
  switch (type) {
    case 's':
      return strings[Number(text)] ?? null;
    case 'str':
    case 'inlineStr':
      return unformula(unescaped(text));
    case 'b':
      return text === '1' || text === 'true';
    case 'e':
      return { error: text };
    case 'd':
      // An instant with a zone is read like text: its day depends on the seller's.
      if (/(?:Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10))) return text;
      return isBusinessDate(text.slice(0, 10)) ? { date: text.slice(0, 10) } : { error: text.slice(0, 20) };
    default:
      return text.trim() === '' ? null : numberOf(text, styles[style], from1904);
  }
}

/** A formula that nobody has reckoned yet is not an empty cell: programs write workbooks so, and Excel fills them in when it saves. */
const NO_RESULT: Cell = { error: '公式未计算 · formula without a result' };

/** Hears a sheet's rows, cell by cell. */
class SheetEar implements Heard {
  rows: FileRow[] = [];
  readonly #book: Book;
  #row = 0;
  #cells: Cell[] = [];
  #column = -1;
  #type = 'n';
  #style = 0;
  #text = '';
  #listening = false;
  #inHint = false;
  /** Of the cell: a formula, and nothing it came to. */
  #unsolved = false;

  constructor(book: Book) {
    this.#book = book;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    switch (name) {
      case 'row':
        this.#row = Number(attributes['r'] ?? this.#row + 1);
        this.#cells = [];
        this.#column = -1;
        break;
      case 'c':
        this.#column = columnOf(attributes['r'], this.#column + 1);
        if (this.#column >= fileBounds.sheetCells || !Number.isSafeInteger(this.#row))
          throw new FileFault('file-damaged', { part: 'cell' });
        this.#type = attributes['t'] ?? 'n';
        this.#style = Number(attributes['s'] ?? 0);
        this.#text = '';
        this.#unsolved = false;
        break;
      case 'rPh':
        this.#inHint = true;
        break;
      case 'f':
        this.#unsolved = true;
        break;
      case 'v':
      case 't':
        this.#unsolved = false;
        this.#listening = !this.#inHint;
        break;
      default:
    }
  }

  close(name: string): void {
    switch (name) {
      case 'v':
      case 't':
        this.#listening = false;
        break;
      case 'rPh':
        this.#inHint = false;
        break;
      case 'c': {
        const cell = this.#unsolved ? NO_RESULT : cellOf(this.#book, this.#type, this.#style, this.#text);
        // Far cells that hold nothing are how a workbook remembers a border or a colour.
        if (cell === null || cell === '') break;
        if (this.#column >= fileBounds.columns) throw new FileFault('file-too-many-columns', { limit: fileBounds.columns });
        while (this.#cells.length < this.#column) this.#cells.push(null);
        this.#cells[this.#column] = cell;
        break;
      }
      case 'row':
        this.rows.push({ row: this.#row, cells: this.#cells });
        break;
      default:
    }
  }

  text(text: string): void {
    if (!this.#listening) return;
    this.#text += text;
    if (this.#text.length > fileBounds.cellCharacters) throw new FileFault('file-damaged', { part: 'cell' });
  }
}

async function* rowsOf(zip: Zip, part: string, book: Book): AsyncGenerator<FileRow[]> {
  const ear = new SheetEar(book);
  const pieces = heardIn(zip, part, ear);
  while (!(await pieces.next()).done) {
    if (ear.rows.length === 0) continue;
    yield ear.rows;
    ear.rows = [];
  }
}

import ExcelJS from 'exceljs';
import iconv from 'iconv-lite';

/** An instalment as this company's books have it, in minor units; nothing here is known to the product. */
export interface BookedPart {
  invoice: string;
  no: number;
  customer: string;
  currency: string;
  issued: string;
  due: string;
  amountMinor: number;
  /** Money on it by the first export, and by the second, a few weeks later; with the day of the last of it. */
  paidFirst: number;
  firstOn: string | null;
  paidThen: number;
  thenOn: string | null;
  /** Taken off by a credit note on the day of the second export. */
  creditedMinor: number;
}

export const goLive = '2026-03-02';
export const secondExport = '2026-03-25';
export const end = '2026-04-17';

const exponents: Record<string, number> = { CNY: 2, USD: 2, JPY: 0 };
const plus = (day: string, days: number): string => new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
const customers = Array.from({ length: 8 }, (_, n) => `K-${n + 1}`);

/** Two dozen invoices of eight customers in three currencies, one to three instalments each, all due after the import. */
export function book(): BookedPart[] {
  return Array.from({ length: 24 }, (_, n) => n + 1).flatMap((n) => {
    const currency = ['CNY', 'USD', 'JPY'][n % 3] ?? 'CNY';
    return Array.from({ length: 1 + (n % 3) }, (_, k): BookedPart => {
      const amountMinor = 5_000_00 + ((n * 7919 + k * 104_729) % 900_000);
      const first = k === 0;
      const [partly, settled] = [first && n % 5 === 0, first && n % 7 === 3];
      const paidFirst = settled ? amountMinor : partly ? 1_234_00 : 0;
      const settledThen = first && n % 4 === 1 && !settled;
      const partlyThen = first && n % 6 === 2 && !settled && !settledThen;
      return {
        ...{ invoice: `RE-2026-${n}`, no: k + 1, customer: customers[n % customers.length] ?? '', currency },
        ...{ issued: plus('2026-02-10', n % 12), due: plus('2026-03-10', ((n * 3) % 20) + 15 * k), amountMinor },
        ...{ paidFirst, firstOn: paidFirst > 0 ? '2026-02-26' : null },
        paidThen: settledThen ? amountMinor - paidFirst : partlyThen ? 567_00 : 0,
        thenOn: settledThen || partlyThen ? secondExport : null,
        creditedMinor: first && n % 9 === 4 && !settledThen && !settled ? 300_00 : 0,
      };
    });
  });
}

/** 1.234,50 as a German system writes it. */
function german(minor: number, currency: string): string {
  const exponent = exponents[currency] ?? 2;
  const digits = String(minor).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent).replace(/\B(?=(\d{3})+$)/g, '.');
  return exponent === 0 ? whole : `${whole},${digits.slice(-exponent)}`;
}

const dotted = (day: string | null): string => (day === null ? '' : day.split('-').reverse().join('.'));
const header = ['单据', '期次', '客户号', '开票日', '到期日', '币种', '金额', '未清', '最近付款', '结清日'];

function rowOf(part: BookedPart, then: boolean): string[] {
  const paid = part.paidFirst + (then ? part.paidThen : 0);
  const on = (then ? part.thenOn : null) ?? part.firstOn;
  const open = part.amountMinor - paid;
  const money = (minor: number): string => german(minor, part.currency);
  return [
    ...[part.invoice.replaceAll('-', '/'), String(part.no), part.customer, dotted(part.issued), dotted(part.due), part.currency],
    ...[money(part.amountMinor), money(open), open > 0 ? dotted(on) : '', open === 0 ? dotted(on) : ''],
  ];
}

/** Rows no system should take, with the row's part that is wrong. */
const bad: readonly (readonly string[])[] = [
  ['RE/BAD/1', '1', 'K-1', '31.02.2026', '10.03.2026', 'CNY', '100,00', '100,00', '', ''],
  ['RE/BAD/2', '1', 'K-1', '10.02.2026', '10.03.2026', 'CNY', 'zehn', '100,00', '', ''],
  ['RE/BAD/3', '1', 'K-1', '10.02.2026', '10.03.2026', 'ZZZ', '100,00', '100,00', '', ''],
  ['RE/BAD/4', '1', 'K-1', '10.02.2026', '10.03.2026', 'CNY', '-100,00', '0,00', '', ''],
  ['RE/BAD/5', '1', '', '10.02.2026', '10.03.2026', 'CNY', '100,00', '100,00', '', ''],
  ['RE/BAD/6', '1', 'K-1', '10.02.2026', '10.03.2026', 'CNY', '100,00', '100,00', '', ''],
  ['RE/BAD/6', '1', 'K-1', '10.02.2026', '10.03.2026', 'CNY', '999,00', '999,00', '', ''],
  ['RE/BAD/7', '1', 'K-1', '10.02.2026', '10.03.2026', 'JPY', '100,50', '100,50', '', ''],
];

/** The documents of the bad rows that no import may make. */
export const badInvoices = [...new Set(bad.map(([id = '']) => id.replaceAll('/', '-')))];
export const badRows = bad.length;

const tableOf = (then: boolean): string[][] => [
  header,
  ...book().map((part) => rowOf(part, then)),
  ...bad.map((row) => [...row]),
];

/** The export as a CSV in GB18030. */
export const csvExport = (then: boolean): Buffer =>
  iconv.encode(
    `${tableOf(then)
      .map((row) => row.join(';'))
      .join('\r\n')}\r\n`,
    'gb18030',
  );

/** The same as a workbook of texts. */
export async function workbookExport(then: boolean): Promise<Buffer> {
  const workbook = new ExcelJS.Workbook();
  workbook.addWorksheet('未清项').addRows(tableOf(then));
  return Buffer.from(await workbook.xlsx.writeBuffer());
}

const column = (name: string) => ({ column: name });
export const ledgerMapping = {
  dates: 'D.M.YYYY',
  numbers: { decimal: ',' },
  fields: {
    externalId: { column: '单据', replace: { '/': '-' } },
    instalment: column('期次'),
    customer: column('客户号'),
    issueDate: column('开票日'),
    dueDate: column('到期日'),
    currency: column('币种'),
    amount: column('金额'),
    open: column('未清'),
    paidOn: column('最近付款'),
    settledOn: column('结清日'),
  },
};

/** The customers' own file: whom to write to, and the ladder they run under. */
export const customersExport = (): Buffer =>
  iconv.encode(
    ['编号,名称,邮箱', ...customers.map((id) => `${id},示例公司${id},ap@${id.toLowerCase()}.example`)].join('\n'),
    'gb18030',
  );
export const customersMapping = {
  fields: {
    externalId: column('编号'),
    name: column('名称'),
    type: { value: 'other' },
    region: { value: 'DE' },
    currency: { value: 'CNY' },
    'terms.days': { value: '30' },
    ladder: { value: 'general-30' },
    'contacts.id': { value: 'ap' },
    'contacts.name': { value: '应付账款' },
    'contacts.role': { value: 'finance' },
    'contacts.email': column('邮箱'),
    'contacts.language': { value: 'zh' },
  },
};

/** Credit notes of the day of the second export, one of them on an invoice nobody knows. */
export const creditNotesExport = (): Buffer => {
  const rows = book().filter((part) => part.creditedMinor > 0);
  const lines = rows.map((part) => [
    `GS-${part.invoice}`,
    part.customer,
    part.invoice,
    german(part.creditedMinor, part.currency),
    part.currency,
  ]);
  return Buffer.from(
    [
      'Nr;Kunde;Rechnung;Betrag;Waehrung',
      ...[...lines, ['GS-X', 'K-1', 'RE-UNKNOWN', '1,00', 'CNY'], ['GS-Y', 'K-99', 'RE-2026-1', '1,00', 'USD']].map((line) =>
        line.join(';'),
      ),
    ].join('\n'),
  );
};
export const creditNotesMapping = {
  numbers: { decimal: ',' },
  fields: {
    externalId: column('Nr'),
    customer: column('Kunde'),
    invoice: column('Rechnung'),
    amount: column('Betrag'),
    currency: column('Waehrung'),
    issuedOn: { value: secondExport },
    reason: { value: 'Rücksendung' },
  },
};

/** What is open of a part at the end. */
export const openAtEnd = (part: BookedPart): number => part.amountMinor - part.paidFirst - part.paidThen - part.creditedMinor;

/** The day all of a part's money was there; null: it is not. */
export function paidDay(part: BookedPart): string | null {
  if (part.paidFirst === part.amountMinor) return part.firstOn;
  return part.paidFirst + part.paidThen === part.amountMinor ? part.thenOn : null;
}

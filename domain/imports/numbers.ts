/** Marks of a number in text; `thousands` may be empty. Numbers of a spreadsheet need none of them. */
export interface NumberFormat {
  decimal: '.' | ',';
  thousands: ',' | '.' | ' ' | "'" | '';
}
export const plainNumbers: NumberFormat = { decimal: '.', thousands: ',' };

/** Signs and names of money beside a number or in a header, with the currencies each can mean; null: any whose unit is a dollar. */
const money: readonly (readonly [RegExp, readonly string[] | null])[] = [
  [/(?<![A-Z])(?:RMB|CNY|CN(?=¥))(?![A-Z])|人民币/gi, ['CNY']],
  [/(?<![A-Z])(?:USD|US(?=\$))(?![A-Z])|美[元金]/gi, ['USD']],
  [/(?<![A-Z])(?:HKD|HK(?=\$))(?![A-Z])|港[元币]/gi, ['HKD']],
  [/(?<![A-Z])EUR(?![A-Z])|€|欧元/gi, ['EUR']],
  [/(?<![A-Z])JPY(?![A-Z])|日元/gi, ['JPY']],
  [/(?<![A-Z])GBP(?![A-Z])|£|英镑/gi, ['GBP']],
  [/¥/g, ['CNY', 'JPY']],
  [/(?<![美欧日港韩加澳])元/g, ['CNY', 'HKD', 'TWD', 'MOP', 'SGD']],
  [/\$/g, null],
];
const noDollars = ['CNY', 'EUR', 'JPY', 'GBP', 'CHF', 'KRW'];

/** A number without the signs of money beside it; one between its figures still parts them. */
export const bareNumber = (text: string): string =>
  money
    .reduce((rest, [sign]) => rest.replace(sign, ' '), text)
    .replace(/ +/g, ' ')
    .trim();

/** Whether the money a cell names can be of this currency: 1,000 dollars are no 1,000 yuan. */
export const canBe = (text: string, currency: string): boolean =>
  money.every(
    ([sign, of]) =>
      text.normalize('NFKC').search(sign) < 0 || (of === null ? !noDollars.includes(currency) : of.includes(currency)),
  );

/** Whether the header of a column names one money alone (元 and $ name none), and not this currency. */
export function headsOther(header: string, currency: string): boolean {
  const text = header.normalize('NFKC');
  const named = money.flatMap(([sign, of]) => (of?.length === 1 && text.search(sign) >= 0 ? of : []));
  return named.length > 0 && !named.includes(currency);
}

type Told = Partial<Record<keyof NumberFormat, NumberFormat[keyof NumberFormat] | undefined>>;

/** The marks of a column: its own, else those of the file, else plain ones. One mark told is never both: the other gives way. */
export function marksOf(own: Told, all: Told = {}): NumberFormat {
  const decimal = own.decimal ?? all.decimal ?? (own.thousands === '.' || all.thousands === '.' ? ',' : plainNumbers.decimal);
  const thousands = own.thousands ?? all.thousands ?? (decimal === ',' ? '.' : plainNumbers.thousands);
  const told = { decimal, thousands } as NumberFormat;
  if (told.decimal !== told.thousands) return told;
  return own.decimal === undefined && own.thousands !== undefined
    ? { decimal: told.decimal === '.' ? ',' : '.', thousands: told.thousands }
    : { decimal: told.decimal, thousands: told.decimal === '.' ? ',' : '.' };
}

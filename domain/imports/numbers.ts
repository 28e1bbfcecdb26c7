/** Marks of a number in text; `thousands` may be empty. Numbers of a spreadsheet need none of them. */
export interface NumberFormat {
  decimal: '.' | ',';
  thousands: ',' | '.' | ' ' | "'" | '';
}
export const plainNumbers: NumberFormat = { decimal: '.', thousands: ',' };

/** Signs and names of money that a cell may hold beside its number, with the currencies each can mean; null: any whose unit is a dollar. */
const money: readonly (readonly [RegExp, readonly string[] | null])[] = [
  [/(?:RMB|CNY|CN(?=¥))|人民币/g, ['CNY']],
  [/(?:USD|US(?=\$))/g, ['USD']],
  [/(?:HKD|HK(?=\$))/g, ['HKD']],
  [/EUR|€/g, ['EUR']],
  [/JPY/g, ['JPY']],
  [/£/g, ['GBP']],
  [/¥/g, ['CNY', 'JPY']],
  [/(?<![美欧日韩加澳])元/g, ['CNY', 'HKD', 'TWD', 'MOP', 'SGD']],
  [/美元/g, ['USD']],
  [/欧元/g, ['EUR']],
  [/日元/g, ['JPY']],
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

const heads: readonly (readonly [RegExp, string])[] = [
  [/(?<![A-Z])(?:RMB|CNY)(?![A-Z])|人民币/i, 'CNY'],
  [/(?<![A-Z])USD(?![A-Z])|US\$|美元|美金/i, 'USD'],
  [/(?<![A-Z])EUR(?![A-Z])|€|欧元/i, 'EUR'],
  [/(?<![A-Z])HKD(?![A-Z])|HK\$|港[元币]/i, 'HKD'],
  [/(?<![A-Z])JPY(?![A-Z])|日元/i, 'JPY'],
  [/(?<![A-Z])GBP(?![A-Z])|£|英镑/i, 'GBP'],
];

/** Whether the header of a column names money, and none of this currency. */
export function headsOther(header: string, currency: string): boolean {
  const named = heads.flatMap(([sign, of]) => (sign.test(header.normalize('NFKC')) ? [of] : []));
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

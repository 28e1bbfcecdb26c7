/** ISO 4217 minor-unit exponents of the active currencies; fund codes, metals and four-decimal units of account are left out. */
const codesByExponent: Readonly<Record<0 | 2 | 3, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
    CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
    KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN
    PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD
    TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
};

const exponents: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByExponent).flatMap(([exponent, codes]) => codes.split(/\s+/).map((code) => [code, Number(exponent)])),
);

/** Decimals of the currency's minor unit (0, 2 or 3); undefined when the code is not in the table. */
export function exponentOf(currency: string): number | undefined {
  return exponents.get(currency);
}

/** True for an active ISO 4217 code, exactly as written (upper case). */
export function isCurrency(text: string): boolean {
  return exponents.has(text);
}

/** The refusals an amount text can meet. */
export type AmountFault = 'amount-malformed' | 'amount-fraction' | 'amount-too-large' | 'currency-unknown';

const plainDecimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const safeDigits = 16;

/**
 * Reads a plain decimal string ("-12.50") into integer minor units. More decimals than the currency has are refused even when
 * they are zeros, because "1.000" may mean a thousand to its sender. Nothing is rounded.
 */
export function parseAmount(text: string, currency: string): { ok: true; minor: number } | { ok: false; code: AmountFault } {
  const exponent = exponents.get(currency);
  if (exponent === undefined) return { ok: false, code: 'currency-unknown' };
  if (!plainDecimal.test(text)) return { ok: false, code: 'amount-malformed' };
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  if (fraction.length > exponent) return { ok: false, code: 'amount-fraction' };
  const digits = whole + fraction.padEnd(exponent, '0');
  const size = Number(digits);
  if (digits.length > safeDigits || !Number.isSafeInteger(size)) return { ok: false, code: 'amount-too-large' };
  return { ok: true, minor: text.startsWith('-') && size !== 0 ? -size : size };
}

/** Writes minor units as the plain decimal string of the API ("6000.00"); exact sums come as bigint. Throws RangeError on an unknown currency or unsafe integer. */
export function formatAmount(minor: number | bigint, currency: string): string {
  const exponent = exponents.get(currency);
  if (exponent === undefined) throw new RangeError(`unknown currency ${currency}`);
  if (typeof minor === 'number' && !Number.isSafeInteger(minor))
    throw new RangeError(`not a safe integer of minor units: ${minor}`);
  const digits = String(minor)
    .replace('-', '')
    .padStart(exponent + 1, '0');
  const cut = digits.length - exponent;
  const unsigned = exponent === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return minor < 0 ? `-${unsigned}` : unsigned;
}

/** From here on a handful of documents leave the bounds of a sum (a hundred million, with two decimals). */
export const giantMinor = 10_000_000_000;

/** Exact sum of any size, to compare and to show what came in and was never judged. */
export const exactSum = (values: readonly number[]): bigint => values.reduce((sum, value) => sum + BigInt(value), 0n);

/**
 * Exact sum that rows an earlier version let in may take out of the safe integers: then it is a bigint, whatever its type says. It can be
 * shown and compared; no arithmetic takes it for a number.
 */
export function totalMinor(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) {
    if (typeof value !== 'number' || !Number.isSafeInteger(sum + value)) return narrowed(exactSum(values));
    sum += value;
  }
  return sum;
}

/** A number where that is exact, else the bigint, as `totalMinor` has it. */
export function narrowed(minor: bigint): number {
  const value = Number(minor);
  return Number.isSafeInteger(value) ? value : (minor as unknown as number);
}

/** The smaller and the larger of two amounts, either of which may be out of bounds. */
export const lesser = (a: number, b: number): number => (b < a ? b : a);
export const larger = (a: number, b: number): number => (b > a ? b : a);

/** Exact sum of minor units of one currency. Throws RangeError when an operand or the running sum leaves the safe integers. */
export function sumMinor(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) {
    sum += value;
    if (!Number.isSafeInteger(value) || !Number.isSafeInteger(sum))
      throw new RangeError('sum of minor units leaves the safe integers');
  }
  return sum;
}

/** A decimal text as a whole number of units of 10^-places; further decimals are left out. */
export function scaled(text: string, places: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(places, '0').slice(0, places));
}

/** So much of an amount as `part` is of `whole`, rounded down; none of nothing. */
export const shareOf = (minor: number, part: number, whole: number): number =>
  whole <= 0 ? 0 : Number((BigInt(minor) * BigInt(part)) / BigInt(whole));

const inThrees = (amount: string): string => amount.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');

/** "12,000.00": minor units as people read them, digits in threes. */
export const groupedAmount = (minor: number, currency: string): string => inThrees(formatAmount(minor, currency));

/** An amount, given as its decimal string, in a sentence: "CNY 1,528,142.57", "人民币 1,528,142.57 元". */
export const sayMoney = (amount: string, currency: string, language: 'zh' | 'en'): string =>
  language === 'zh' && currency === 'CNY' ? `人民币 ${inThrees(amount)} 元` : `${currency} ${inThrees(amount)}`;

/** The same of a plain number of whole units, rounded half up. Throws RangeError on an unknown currency or a number out of bounds. */
export function groupedUnits(value: number, currency: string): string {
  const exponent = exponents.get(currency) ?? 0;
  return groupedAmount(Math.round(Number((value * 10 ** exponent).toPrecision(15))), currency);
}

/** Minor units as a plain number of whole units, to reckon with in a text; amounts are never kept so. */
export const unitsOf = (minor: number, currency: string): number => Number(formatAmount(minor, currency));

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

/** Writes minor units as the plain decimal string of the API ("6000.00"). Throws RangeError on an unknown currency or unsafe integer. */
export function formatAmount(minor: number, currency: string): string {
  const exponent = exponents.get(currency);
  if (exponent === undefined) throw new RangeError(`unknown currency ${currency}`);
  if (!Number.isSafeInteger(minor)) throw new RangeError(`not a safe integer of minor units: ${minor}`);
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const cut = digits.length - exponent;
  const unsigned = exponent === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return minor < 0 ? `-${unsigned}` : unsigned;
}

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

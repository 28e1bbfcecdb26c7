/** GB 32100-2015: the alphabet of the unified social credit code (no I, O, S, V, Z) and the weights of its first 17 places. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** Old organisation codes inside 15-place tax ids: GB 11714-1997, eight places and a check digit modulo 11. */
const oldWeights = [3, 7, 9, 10, 5, 8, 4, 2];
const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** What is wrong with a tax id; null: nothing. A tax id without a check digit (old ones of persons and branches) is judged by its shape. */
export type TaxIdFault = 'shape' | 'check-digit';

/** Upper case, without the spaces and hyphens people put in. */
export const normalTaxId = (text: string): string => text.toUpperCase().replace(/[\s\-–—]/g, '');

/** The check digit a code of 17 places must end with. */
export function creditCodeCheck(first17: string): string {
  const sum = weights.reduce((total, weight, place) => total + weight * alphabet.indexOf(first17[place] ?? ''), 0);
  return alphabet[(31 - (sum % 31)) % 31] ?? '';
}

function oldCheck(first8: string): string {
  const sum = oldWeights.reduce((total, weight, place) => total + weight * letters.indexOf(first8[place] ?? ''), 0);
  const check = 11 - (sum % 11);
  return check === 10 ? 'X' : check === 11 ? '0' : String(check);
}

/** Judges a Chinese tax id: the code of 18 places, or an older one of 15 (region and organisation code), 17, 18 or 20 places. */
export function taxIdFault(text: string): TaxIdFault | null {
  const id = normalTaxId(text);
  if (isPersonal(id) && personalCheck(id) === id[17]) return null;
  if (/^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/.test(id))
    return creditCodeCheck(id.slice(0, 17)) === id[17] ? null : 'check-digit';
  if (/^\d{6}[0-9A-Z]{8}[0-9X]$/.test(id))
    return isOldPersonal(id) || oldCheck(id.slice(6, 14)) === id[14] ? null : 'check-digit';
  return isPersonal(id) ? 'check-digit' : /^\d{17}[0-9X]\d{2}$/.test(id) ? null : 'shape';
}

/** Tax ids of the self-employed are their identity number: 18 places, with 2 more for a second registration. */
const isPersonal = (id: string): boolean =>
  /^[1-6]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9X]$/.test(id);
const isOldPersonal = (id: string): boolean => /^[1-6]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}$/.test(id);

/** ISO 7064 MOD 11-2, of GB 11643. */
function personalCheck(id: string): string {
  const sum = [...id.slice(0, 17)].reduce((total, digit, place) => total + Number(digit) * (2 ** (17 - place) % 11), 0);
  return '10X98765432'[sum % 11] ?? '';
}

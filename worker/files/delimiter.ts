import type { Mapping } from '../../domain/imports/mapping.ts';

const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

const SNIFFED_LINES = 20;
/** Lines above the header (titles, the day of the export) are few. */
const SEARCHED_LINES = 100;

/**
 * The mark that parts the columns of a text. Titles above the header hold marks of their own, or none: what counts is the row that has the
 * columns of the mapping, else the row it names, else the first.
 */
export function delimiterOf(
  sample: string,
  { headerRow }: Pick<Mapping, 'headerRow'>,
  isHeader: ((row: readonly string[]) => boolean) | null,
): Delimiter {
  const lines = parted(sample.replaceAll(/\r\n?/g, '\n'), '\n');
  const told = headerRow === undefined ? null : headerRow - 1;
  const known = (line: string, mark: Delimiter): boolean => isHeader?.(cellsOf(line, mark)) ?? false;
  const tables = delimiters.map((mark) => {
    const top = told ?? lines.slice(0, SEARCHED_LINES).findIndex((line) => known(line, mark));
    const found = top >= 0 && known(lines[top] ?? '', mark);
    return { mark, score: scoreOf(lines.slice(Math.max(top, 0)), mark) + (found ? KNOWN : 0) };
  });
  return tables.reduce((best, one) => (one.score > best.score ? one : best)).mark;
}

/** More than any score: a row that has the columns is worth more than any count of marks. */
const KNOWN = 1e12;

/** The mark that stands equally often, and most often, in the first lines; the last one may be cut. */
function scoreOf(lines: readonly string[], mark: Delimiter): number {
  const filled = lines.filter((line) => line.trim() !== '');
  const whole = filled.slice(0, Math.max(1, Math.min(SNIFFED_LINES, filled.length - 1)));
  const counts = whole.map((line) => parted(line, mark).length - 1);
  return Math.min(...counts, counts[0] ?? 0) * 1_000 + (counts[0] ?? 0);
}

const cellsOf = (line: string, mark: Delimiter): string[] =>
  parted(line, mark).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('""', '"')
      .trim(),
  );

/** Text parted at a mark; what stands in quotes is not looked into. A quote inside a text opens nothing: 5" pipe. */
function parted(text: string, mark: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === '"') quoted = !quoted && (at === 0 || OPENS.includes(text.charAt(at - 1)));
    else if (!quoted && sign === mark) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** What may stand before a quote that opens; one behind another is part of the text they are in. */
const OPENS = ',;\t|\n"';

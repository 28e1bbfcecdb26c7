const MOST_CAUSES = 3;

/**
 * Of an error, what a log may hold: what it is and where, and what caused it, without the values of a statement that a database adds to
 * it. What was said once already is left as it is.
 */
export function errorFacts(error: unknown, causes = MOST_CAUSES): object {
  if (!(error instanceof Error)) return isFacts(error) ? error : { name: typeof error, message: 'thrown, and no Error' };
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const told = repeatsValues(error, code) ? withoutQuoted : (text: string): string => text;
  return {
    name: error.name,
    message: told(error.message),
    ...(typeof code === 'string' && { code }),
    stack: error.stack === undefined ? undefined : told(error.stack),
    ...(cause instanceof Error && causes > 0 && { cause: errorFacts(cause, causes - 1) }),
  };
}

/** PostgreSQL repeats the value itself in the errors of class 22 (a date out of range, a number that is none). */
const repeatsValues = (error: Error, code: unknown): boolean =>
  typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code) && 'severity' in error;
const withoutQuoted = (text: string): string => text.replaceAll(/"[^"]*"/g, '"…"');

const isFacts = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && 'name' in value && 'stack' in value;

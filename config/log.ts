import { writeSync } from 'node:fs';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { errorFacts } from '../domain/platform/error-facts.ts';
import type { Config } from './env.ts';

/** Paths that could hold a credential or a body, whoever logs. */
const redact = ['req.headers', 'headers', '*.headers', '*.authorization', '*.cookie', '*.body'];
/** A pipe whose reader is behind: so often, so many milliseconds apart, a line is offered before it counts as lost. */
const OFFERS = 20;
const OFFER_MS = 5;

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'unknown';

/** Writes all bytes of a line. Throws what the system says. */
function putWhole(put: (bytes: Uint8Array) => number, line: string): void {
  let rest: Uint8Array = Buffer.from(line);
  for (let offer = 1; rest.length > 0;) {
    try {
      rest = rest.subarray(put(rest));
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN' || offer++ >= OFFERS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, OFFER_MS);
    }
  }
}

/**
 * Where log lines go. A disk that is full, or a reader that is gone, loses lines and ends nothing; when there is room again the log says
 * how many are missing.
 */
export function logSink(put: (bytes: Uint8Array) => number): { write(line: string): void } {
  let lost = 0;
  let code = '';
  return {
    write(line) {
      try {
        // The last line may be torn: what comes next begins on a line of its own.
        if (lost > 0) {
          putWhole(put, `\n${JSON.stringify({ level: 40, time: Date.now(), lost, code, msg: 'log lines were lost' })}\n`);
          lost = 0;
        }
        putWhole(put, line);
      } catch (error) {
        lost += 1;
        code = codeOf(error);
      }
    },
  };
}

/** The log of a process, one JSON line an entry: errors with name, message, code and stack, never the values of a statement. */
export function openLogger(level: Config['logLevel'], fd = 1): Logger {
  return pino(
    { level, redact, serializers: { err: errorFacts } },
    logSink((bytes) => writeSync(fd, bytes)),
  );
}

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MappedRow, MappingFault } from '../../domain/imports/mapping.ts';
import { FileFault } from './fault.ts';
import type { Answered, Asked, OpenedFile } from './reading.ts';

/** Bounds of the process that reads files. */
export const readingBounds = {
  /** Memory of what is read, in MiB. */
  memoryMb: 768,
  /** Time to open a file and read it once, or to read the next documents. */
  seconds: 300,
} as const;

export interface ReadAsideOptions {
  memoryMb?: number;
  seconds?: number;
  /** Entry of the process. */
  script?: URL;
}

/**
 * Reads files in a process of its own, so that whatever a file holds this one goes on answering: a file that takes too much time or memory
 * ends the other, and is told as a FileFault. One file at a time; the process is kept for the next.
 */
export class ReadAside {
  readonly #memoryMb: number;
  readonly #seconds: number;
  readonly #script: URL;
  #reader: ChildProcess | null = null;
  #stopped = false;

  constructor(options: ReadAsideOptions = {}) {
    this.#memoryMb = options.memoryMb ?? readingBounds.memoryMb;
    this.#seconds = options.seconds ?? readingBounds.seconds;
    this.#script = options.script ?? new URL('reading.mjs', import.meta.url);
  }

  /** Opens a file and reads it once. Throws FileFault; answers what is wrong with the mapping. */
  async open(file: Omit<Extract<Asked, { ask: 'open' }>, 'ask'>): Promise<OpenedFile | { faults: MappingFault[] }> {
    const answered = await this.#ask({ ask: 'open', ...file });
    if ('opened' in answered) return answered.opened;
    if ('faults' in answered) return answered;
    throw new Error('the process that reads files answered something else');
  }

  /** The rows of each document of the opened file, so many documents at a time. Throws FileFault. */
  async *documents(atOnce: number): AsyncGenerator<MappedRow[][]> {
    for (;;) {
      const answered = await this.#ask({ ask: 'next', documents: atOnce });
      if (!('documents' in answered)) throw new Error('the process that reads files answered something else');
      if (answered.documents.length > 0) yield answered.documents;
      if (answered.end) return;
    }
  }

  /** Ends the process for good: whoever waits for it hears that it has ended. */
  stop(): void {
    this.#stopped = true;
    this.#close();
  }

  #close(): void {
    const reader = this.#reader;
    this.#reader = null;
    reader?.kill('SIGKILL');
  }

  async #ask(asked: Asked): Promise<Exclude<Answered, { fault: unknown } | { error: unknown }>> {
    if (this.#stopped) throw new Error('the process that reads files was ended');
    this.#reader ??= fork(fileURLToPath(this.#script), [], {
      execArgv: [`--max-old-space-size=${this.#memoryMb}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const answered = await this.#answer(this.#reader, asked).catch((error: unknown) => {
      this.#close();
      throw error;
    });
    if ('fault' in answered) throw new FileFault(answered.fault, answered.params);
    if ('error' in answered) throw new Error(answered.error);
    return answered;
  }

  #answer(reader: ChildProcess, asked: Asked): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void): void => {
        clearTimeout(timer);
        reader.removeAllListeners();
        // What a process says while it is ended has been judged already.
        reader.on('error', () => undefined);
        done();
      };
      const limit = `${this.#seconds} s`;
      const timer = setTimeout(() => settle(() => reject(new FileFault('file-too-slow', { limit }))), this.#seconds * 1000);
      reader.on('message', (answered: Answered) => settle(() => resolve(answered)));
      reader.on('error', (error) => settle(() => reject(error)));
      // A heap that is full ends a process by a signal, or with the code that stands for it.
      reader.on('exit', (code, signal) => {
        const full = !this.#stopped && (signal === 'SIGABRT' || signal === 'SIGTRAP' || code === 134 || code === 133);
        const fault = new FileFault('file-too-large', { limit: `${this.#memoryMb} MiB` });
        settle(() => reject(full ? fault : new Error('the process that reads files has ended')));
      });
      reader.send(asked);
    });
  }
}

import { Worker } from 'node:worker_threads';
import type { LintPolicy } from '../../../domain/outreach/template-lint.ts';
import type { TemplateContext } from '../templates.ts';
import { LetterFault } from './fault.ts';
import type { Judged, UnfitPart } from './judge.ts';
import type { Answered, Asked, Wording } from './thread.ts';

/** Bounds of the threads that put letters into words. */
export const letterBounds = {
  threads: 2,
  /** Memory of one, in MiB. */
  memoryMb: 128,
  /** Time for one letter: a hundred times what the longest of ours takes. */
  letterMs: 5_000,
  /** Time to hold a template against all samples. */
  checkMs: 10_000,
  /** So long a template that took too long is not tried again: whoever comes next need not wait for it too. */
  asideMs: 600_000,
} as const;

/** A template that cannot be put into words: its own fault, not that of whoever asked. */
export class LetterFailed extends LetterFault {}

const tooLong = { en: 'it takes too long to put into words', zh: '生成文本耗时过长' };
const noWords = { en: 'no words came', zh: '没有生成文本' };
const tooLarge = { en: 'it takes too much memory to put into words', zh: '生成文本占用内存过多' };

interface Job {
  /** What is set aside when it takes too much; null: nothing. */
  key: string | null;
  asked: Asked;
  ms: number;
  done(answered: Answered): void;
  failed(error: Error): void;
}

type Options = { -readonly [bound in keyof typeof letterBounds]?: number } & {
  /** Entry of the threads. */
  script?: URL;
};

/**
 * Puts letters into words in threads of their own, so that whatever a template holds this one goes on: what takes too much time or memory
 * ends its thread, and is told as LetterFailed. Threads are kept for the next letter.
 */
export class LettersAside {
  readonly #bounds: { readonly [bound in keyof typeof letterBounds]: number };
  readonly #script: URL;
  #waiting: Job[] = [];
  readonly #threads = new Set<LetterThread>();
  readonly #aside = new Map<string, { until: number; why: LetterFailed }>();

  constructor({ script, ...bounds }: Options = {}) {
    this.#bounds = { ...letterBounds, ...bounds };
    this.#script = script ?? new URL('thread.mjs', import.meta.url);
  }

  /** Starts a thread before the first letter needs it. */
  warm(): void {
    if (this.#threads.size === 0) this.#start();
  }

  /** A template put into words. Throws LetterFailed. */
  async say(template: Wording, context: TemplateContext): Promise<Wording> {
    const { subject, body } = template;
    const key = JSON.stringify([subject, body]);
    const known = this.#aside.get(key);
    if (known && known.until > Date.now()) throw known.why;
    const answered = await this.#ask({ ask: 'say', template: { subject, body }, context }, this.#bounds.letterMs, key);
    if ('said' in answered) return answered.said;
    throw new LetterFailed('fault' in answered ? answered.fault : noWords);
  }

  /** The first part of a template that cannot be used, or null. */
  async judge({ id, channel, class: kind, subject, body }: Judged, policy: LintPolicy): Promise<UnfitPart | null> {
    const template: Judged = { id, channel, class: kind, subject, body };
    try {
      const answered = await this.#ask({ ask: 'judge', template, policy }, this.#bounds.checkMs);
      if ('unfit' in answered) return answered.unfit;
      return { pointer: '/body', what: 'fault' in answered ? answered.fault : noWords };
    } catch (error) {
      if (error instanceof LetterFailed) return { pointer: '/body', what: error.words };
      throw error;
    }
  }

  /** Ends the threads; the next letter starts one anew. */
  stop(): void {
    for (const thread of this.#threads) thread.end(new Error('the threads that write letters were ended'));
    for (const job of this.#waiting.splice(0)) job.failed(new Error('the threads that write letters were ended'));
  }

  /** No letter of this template is tried for a while; those that wait for a thread fail with it. */
  #setAside(key: string, why: LetterFailed): void {
    if (this.#aside.size >= 100) this.#aside.clear();
    this.#aside.set(key, { until: Date.now() + this.#bounds.asideMs, why });
    const alike = this.#waiting.filter((job) => job.key === key);
    this.#waiting = this.#waiting.filter((job) => job.key !== key);
    for (const job of alike) job.failed(why);
  }

  #ask(asked: Asked, ms: number, key: string | null = null): Promise<Answered> {
    return new Promise((resolve, reject) => {
      // Set aside here, before the next job is dealt: an answer to the promise would come later.
      const failed = (error: Error): void => {
        reject(error);
        if (key !== null && error instanceof LetterFailed) this.#setAside(key, error);
      };
      this.#waiting.push({ key, asked, ms, done: resolve, failed });
      this.#deal();
    });
  }

  #start(): LetterThread {
    const thread = new LetterThread(this.#script, this.#bounds.memoryMb, () => {
      if (thread.ended) this.#threads.delete(thread);
      this.#deal();
    });
    this.#threads.add(thread);
    return thread;
  }

  #deal(): void {
    while (this.#waiting.length > 0) {
      const idle = [...this.#threads].find((thread) => thread.idle);
      const thread = idle ?? (this.#threads.size < this.#bounds.threads ? this.#start() : null);
      const job = thread && this.#waiting.shift();
      if (!thread || !job) return;
      thread.take(job);
    }
  }
}

/** One thread: a job at a time, whose time begins when the thread is there. */
class LetterThread {
  readonly #worker: Worker;
  readonly #changed: () => void;
  #ready = false;
  #job: Job | null = null;
  #timer: NodeJS.Timeout | undefined;
  ended = false;

  constructor(script: URL, memoryMb: number, changed: () => void) {
    this.#changed = changed;
    this.#worker = new Worker(script, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
    this.#worker.unref();
    this.#worker.on('message', (answered: Answered) => this.#heard(answered));
    this.#worker.on('error', (error: Error & { code?: string }) => {
      const full = this.#ready && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.end(full ? new LetterFailed(tooLarge) : error);
    });
    this.#worker.on('exit', () => this.end(new Error('the thread that writes letters has ended')));
  }

  get idle(): boolean {
    return this.#job === null && !this.ended;
  }

  take(job: Job): void {
    this.#job = job;
    this.#worker.ref();
    if (this.#ready) this.#send(job);
  }

  /** Ends the thread; what it was at is told why. */
  end(why: Error): void {
    if (this.ended) return;
    this.ended = true;
    void this.#worker.terminate();
    this.#settle()?.failed(why);
    this.#changed();
  }

  #send(job: Job): void {
    this.#worker.postMessage(job.asked);
    const late = (): void => {
      if (this.#job === job) this.end(new LetterFailed(tooLong));
    };
    // An answer that came while this process was busy is heard before its time is judged.
    this.#timer = setTimeout(() => setImmediate(late), job.ms);
  }

  #heard(answered: Answered): void {
    if ('ready' in answered) {
      this.#ready = true;
      if (this.#job) this.#send(this.#job);
      return;
    }
    this.#settle()?.done(answered);
    this.#changed();
  }

  #settle(): Job | null {
    const job = this.#job;
    clearTimeout(this.#timer);
    this.#job = null;
    this.#worker.unref();
    return job;
  }
}

/** The threads of this process for letters, and one for what is checked: no letter waits behind a template that takes its time. */
export const letters = new LettersAside();
export const checks = new LettersAside({ threads: 1 });

import { parentPort } from 'node:worker_threads';
import type { LintPolicy } from '../../../domain/outreach/template-lint.ts';
import type { MessageTemplate, TemplateContext } from '../templates.ts';
import { faultWords } from './fault.ts';
import { judgeLetter } from './judge.ts';
import type { Judged, UnfitPart } from './judge.ts';
import { renderTemplate } from './words.ts';
import type { Words } from '../../../domain/platform/words.ts';

export type Wording = Pick<MessageTemplate, 'subject' | 'body'>;

/** What the thread is asked: to put a template into words, or whether a template may be used. */
export type Asked =
  { ask: 'say'; template: Wording; context: TemplateContext } | { ask: 'judge'; template: Judged; policy: LintPolicy };

/** What it answers; `fault`: the template cannot be put into words. The first that it says is that it is there. */
export type Answered = { said: Wording } | { unfit: UnfitPart | null } | { fault: Words } | { ready: true };

function answer(asked: Asked): Answered {
  try {
    if (asked.ask === 'judge') return { unfit: judgeLetter(asked.template, asked.policy) };
    return { said: renderTemplate(asked.template, asked.context) };
  } catch (error) {
    return { fault: faultWords(error) };
  }
}

const told = (answered: Answered): void => parentPort?.postMessage(answered);

parentPort?.on('message', (asked: Asked) => told(answer(asked)));
told({ ready: true });

import { textFault } from '../../../domain/outreach/message.ts';
import { LetterFailed, letters } from './aside.ts';
import type { Work } from '../../platform/transaction.ts';
import type { MessageTemplate, TemplateBook, TemplateContext } from '../templates.ts';
import { openWorkOrder } from '../../tasks/work-orders.ts';
import type { Effects } from '../../platform/effects.ts';
import { joinEffects, noEffects } from '../../platform/effects.ts';

/** A version of a template that could not be put into words for a customer. */
export interface FailedTemplate {
  template: Pick<MessageTemplate, 'id' | 'language' | 'channel' | 'version'>;
  why: string;
}

export interface Letter {
  template: MessageTemplate;
  subject: string | null;
  body: string;
  /** Newer versions that failed; the letter is made from the one before them. */
  failed: FailedTemplate[];
}

/**
 * Puts a template into words; where its newest version fails or takes too long, the version before it. Throws when none can be put into words: then nothing
 * may go out.
 */
export async function letterOf(
  templates: TemplateBook,
  newest: MessageTemplate,
  context: TemplateContext,
  aside = letters,
): Promise<Letter> {
  const failed: FailedTemplate[] = [];
  for (let template: MessageTemplate | null = newest; template !== null; template = templates.before(template)) {
    try {
      const text = await aside.say(template, context);
      const fault = textFault(template.channel, template.class, text.body);
      if (fault === null) return { template, ...text, failed };
      failed.push({ template, why: `may not go by ${template.channel}: ${fault}` });
    } catch (error) {
      if (!(error instanceof LetterFailed)) throw error;
      failed.push({ template, why: error.message });
    }
  }
  throw new Error(`template ${newest.id} version ${newest.version} cannot be put into words: ${failed[0]?.why ?? ''}`);
}

/** A task for each version that failed, once a version: whoever writes templates corrects it. */
export async function correctTemplates(work: Work, failed: readonly FailedTemplate[]): Promise<Effects> {
  const effects: Effects[] = [noEffects()];
  for (const { template, why } of failed) {
    const name = `${template.id}/${template.language}/${template.channel}/${template.version}`;
    effects.push(
      await openWorkOrder(work, {
        key: `correct-template/${name}`,
        kind: 'correct-template',
        customerId: null,
        subject: `template ${name}`,
        reason: { why },
      }),
    );
  }
  return joinEffects(...effects);
}

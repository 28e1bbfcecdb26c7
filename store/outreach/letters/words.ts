import { sayLetter } from './engine.ts';
import type { MessageTemplate, TemplateContext } from '../templates.ts';

/** A template put into words. Names in the context are data: they are never read as template code. The subject is one line. */
export function renderTemplate(
  template: Pick<MessageTemplate, 'subject' | 'body'>,
  context: TemplateContext,
): { subject: string | null; body: string } {
  const say = (text: string): string => sayLetter(text, context);
  return { subject: template.subject === null ? null : oneLine(say(template.subject), 200), body: say(template.body).trim() };
}

/**
 * A name or number as it may stand in a letter: one line, without control and direction marks, links broken so that no mail reader
 * makes one, at most `most` characters.
 */
export function oneLine(text: string, most = 120): string {
  const clean = text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .replace(/:\/\//g, ': // ')
    .replace(/\bwww\./gi, 'www. ')
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...clean];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : clean;
}

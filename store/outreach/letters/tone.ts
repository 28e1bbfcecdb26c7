import { readFile } from 'node:fs/promises';
import { isDoubtful, learnTone, sentencesOf } from '../../../domain/outreach/letter-tone.ts';
import type { LetterSentences, Tone } from '../../../domain/outreach/letter-tone.ts';

let learned: Promise<Tone> | null = null;

/** Learned once a process from policies/letter-sentences.json. */
const tone = (): Promise<Tone> =>
  (learned ??= readFile(new URL('../../../policies/letter-sentences.json', import.meta.url), 'utf8').then((text) => {
    const { refused, doubtful, plain } = JSON.parse(text) as LetterSentences;
    return learnTone([...Object.values(refused).flat(), ...doubtful], plain);
  }));

/** The sentences of a template that a person should look at before it is approved: nearer to what no letter may say than to what letters say. */
export async function doubtfulIn({ subject, body }: { subject: string | null; body: string }): Promise<string[]> {
  const judge = await tone();
  return sentencesOf(`${subject ?? ''}\n${body}`).filter((sentence) => isDoubtful(sentence, judge));
}

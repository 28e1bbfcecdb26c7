import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import sentences from '../../policies/letter-sentences.json' with { type: 'json' };
import { isDoubtful, learnTone, sentencesOf } from '../../domain/outreach/letter-tone.ts';
import { doubtfulIn } from '../../store/outreach/letters/tone.ts';

const bad = [...Object.values(sentences.refused).flat(), ...sentences.doubtful];
const { plain } = sentences;
const FOLDS = 10;

test('of sentences it was not shown, four of five that no letter may say are doubtful, and one of eight that letters say', () => {
  const folds = Array.from({ length: FOLDS }, (_, fold) => {
    const others = (list: readonly string[]) => list.filter((__, at) => at % FOLDS !== fold);
    const own = (list: readonly string[]) => list.filter((__, at) => at % FOLDS === fold);
    const tone = learnTone(others(bad), others(plain));
    const doubtful = (list: readonly string[]) => own(list).filter((sentence) => isDoubtful(sentence, tone)).length;
    return { found: doubtful(bad), alarms: doubtful(plain) };
  });
  const sum = (of: (fold: (typeof folds)[number]) => number) => folds.reduce((all, fold) => all + of(fold), 0);
  const [found, alarms] = [sum((fold) => fold.found) / bad.length, sum((fold) => fold.alarms) / plain.length];
  expect({ found: found > 0.8, alarms: alarms < 0.125 }, `found ${found}, alarms ${alarms}`).toEqual({
    found: true,
    alarms: true,
  });
});

test('a template shows the sentence, whatever branch it stands in, and its code is none', async () => {
  const body =
    'Dear {{ contact.name }},\n{% if count > 3 %}Our people will sit in your lobby every day. {% endif %}Please tell us when you expect to pay.';
  expect(await doubtfulIn({ subject: 'Invoice {{ count }}', body })).toEqual(['Our people will sit in your lobby every day.']);
  expect(sentencesOf('{% comment %}We will ruin you.{% endcomment %}您好：{{ "付清为止" }}。\n请回复。')).toEqual([
    '您好：付清为止。',
    '请回复。',
  ]);
});

test('of the default letters no sentence is doubtful', async () => {
  const folder = new URL('../../policies/templates/', import.meta.url);
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.liquid')))
    expect([name, await doubtfulIn({ subject: null, body: readFileSync(new URL(name, folder), 'utf8') })]).toEqual([name, []]);
});

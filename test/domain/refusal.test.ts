import { describe, expect, it } from 'vitest';
import { Refusal, refusalCodes, refusalText } from '../../domain/kernel/refusal.ts';
import { refusalsEn } from '../../domain/kernel/refusals-en.ts';
import { refusalsZh } from '../../domain/kernel/refusals-zh.ts';

const chinese = /[一-鿿]/;
const namesIn = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? ''))].toSorted();

describe.each(refusalCodes)('refusal %s', (code) => {
  it.each(['zh', 'en'] as const)('says in %s what is wrong and how to mend it, with or without figures', (language) => {
    const table = language === 'zh' ? refusalsZh : refusalsEn;
    const all = Object.fromEntries(namesIn(table[code].detail).map((name) => [name, `«${name}»`]));
    for (const params of [{}, all]) {
      const { title, detail } = refusalText(code, params, language);
      expect(detail).not.toMatch(/[[\]{}]|undefined| {2}/);
      expect([chinese.test(title), chinese.test(detail)]).toEqual([language === 'zh', language === 'zh']);
      expect(detail).toMatch(language === 'zh' ? /[。]$/ : /\.$/);
    }
    for (const name of namesIn(table[code].detail)) expect(refusalText(code, all, language).detail).toContain(`«${name}»`);
  });

  it('keeps every figure of a sentence inside a clause that can be left out', () => {
    for (const table of [refusalsEn, refusalsZh]) expect(table[code].detail.replace(/\[[^\]]*\]/g, '')).not.toMatch(/[{}[\]]/);
  });

  it('names the same figures in both languages', () => {
    expect(namesIn(refusalsZh[code].detail)).toEqual(namesIn(refusalsEn[code].detail));
  });

  it('uses full-width punctuation between Chinese words', () => {
    expect(refusalsZh[code].detail.replace(/"[^"]*"|\/v1\/customers/g, '')).not.toMatch(/[一-鿿][,;:()]|[,;:()][一-鿿]/);
  });
});

describe('refusals', () => {
  it('put figures in as they are: braces, brackets and dollar signs in them mean nothing', () => {
    expect(refusalText('amount-malformed', { value: '$& {value} [x]' }, 'en').detail).toContain('"$& {value} [x]"');
  });

  it('name no property of the prototype', () => {
    expect(refusalText('not-found', {}, 'en').detail).toBe('There is nothing here. Check the path and the id, ours or your own.');
  });

  it('carry code, figures, place and all reasons', () => {
    const reasons = [{ code: 'currency-unknown', pointer: '/currency' } as const];
    const refusal = new Refusal('invalid', { what: 'x' }, { pointer: '/amount', reasons });
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).toMatchObject({ name: 'Refusal', code: 'invalid', params: { what: 'x' }, pointer: '/amount', reasons });
    expect(refusal.message).toContain('x');
    expect(new Refusal('conflict').pointer).toBeUndefined();
  });
});

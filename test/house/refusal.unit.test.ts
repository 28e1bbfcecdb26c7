import { describe, expect, it } from 'vitest';
import { Refusal } from '../../domain/platform/refusal.ts';
import { invalidFaults } from '../../domain/platform/refusals-invalid.ts';
import type { InvalidFault } from '../../domain/platform/refusals-invalid.ts';
import { refusalsEn } from '../../domain/records/refusals-en.ts';
import { refusalsZh } from '../../domain/records/refusals-zh.ts';
import type { RefusalCode, RefusalParams } from '../../domain/platform/refusal-codes.ts';
import { refusalCodes } from '../../domain/platform/refusal-codes.ts';
import { refusalText } from '../../domain/records/refusal-text.ts';

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
    const refusal = new Refusal('conflict', { what: 'x' }, { pointer: '/amount', reasons });
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).toMatchObject({ name: 'Refusal', code: 'conflict', params: { what: 'x' }, pointer: '/amount', reasons });
    expect(refusal.message).toContain('x');
    expect(new Refusal('conflict').pointer).toBeUndefined();
  });

  it('say amounts with their currency, days and codes in the language of the reader', () => {
    const zh = (code: RefusalCode, params: RefusalParams): string => refusalText(code, params, 'zh').detail;
    const open = { value: '1528142.57', open: '1000.00', currency: 'CNY' };
    expect(zh('amount-exceeds-open', open)).toMatch(/^金额人民币 1,528,142.57 元超过未结金额（人民币 1,000.00 元）。/);
    expect(refusalText('amount-exceeds-open', open, 'en').detail).toMatch(
      /^The amount CNY 1,528,142.57 is more than is open \(CNY 1,000.00\)\./,
    );
    const reversed = { writeOff: '300.00', currency: 'CNY', date: '2026-03-05' };
    expect(zh('already-reversed', reversed)).toMatch(/^此前已冲销：人民币 300.00 元的坏账核销（2026年3月5日）/);
    expect(refusalText('already-reversed', reversed, 'en').detail).toMatch(
      /^This write-off of CNY 300.00 was reversed before on 2026-03-05\./,
    );
    expect(zh('task-role', { role: 'credit_officer' })).toContain('（信用专员）');
    expect(zh('receivable-closed', { outcome: 'written-off' })).toContain('（已核销坏账）');
    expect(zh('not-open', { state: 'lapsed' })).toContain('：状态为已失效。');
    expect(zh('ground-missing', { what: 'evidence' })).toContain('缺少证据，');
    expect(refusalText('evidence-missing', { fact: 'netAssets' }, 'en').detail).not.toContain('netAssets');
  });
});

describe.each(Object.keys(invalidFaults) as InvalidFault[])('an input that is invalid: %s', (fault) => {
  it.each(['zh', 'en'] as const)('says in %s what is wrong and what to do instead', (language) => {
    const figures = Object.fromEntries(namesIn(invalidFaults[fault][language]).map((name) => [name, `«${name}»`]));
    const { detail } = refusalText('invalid', { fault, ...figures }, language);
    expect(detail).not.toMatch(/[[\]{}]|undefined| {2}/);
    expect(detail.split(language === 'zh' ? /。/ : /\.(?= |$)/).length).toBeGreaterThan(2);
    expect(chinese.test(detail)).toBe(language === 'zh');
    for (const figure of Object.values(figures)) expect(detail).toContain(figure);
    expect(namesIn(invalidFaults[fault].zh)).toEqual(namesIn(invalidFaults[fault].en));
  });
});

import { expect, test } from 'vitest';
import { isUnusualRate } from '../../domain/credit/rates.ts';

test.each([
  ['7.1', [], false],
  ['7.1', ['7.05', '6.9'], false],
  ['0.0001', ['7.1'], true],
  ['71', ['7.1'], true],
  ['10.5', ['7'], false],
  ['10.51', ['7'], true],
  ['4.66', ['7'], true],
  ['4.8', ['7.1', '7.3'], true],
] as const)('a rate of %s beside %j: a second person is asked: %s', (rate, others, unusual) => {
  expect(isUnusualRate(rate, others)).toBe(unusual);
});

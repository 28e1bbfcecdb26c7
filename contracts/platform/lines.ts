import { z } from 'zod';
import { refused } from './common.ts';
import { written } from './faults.ts';

/** A decimal string of at most six decimals. */
export const decimal = written(/^(?:0|[1-9]\d{0,11})(?:\.\d{1,6})?$/, 'decimal');

/** A quantity above zero, at most six decimals. */
export const quantity = z
  .string()
  .max(20)
  .regex(decimal)
  .refine((text) => /[1-9]/.test(text), refused('amount-not-positive'))
  .meta({ description: 'Decimal string above zero, at most six decimals.', example: '2' });
export const lineNo = z
  .int()
  .min(1)
  .max(99_999)
  .meta({ description: 'Number of the line: it keeps its identity by it.', example: 1 });

/** No line is named twice. */
export const linesOnce = (lines: readonly { line: number }[]): boolean =>
  new Set(lines.map((one) => one.line)).size === lines.length;

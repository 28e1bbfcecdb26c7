import { textOf } from './values.ts';
import type { Cell } from './values.ts';

/** Something that is true of a row by one of its columns: its text is one of these, holds this, or is empty or not. */
export interface RowTest {
  column: string;
  is?: readonly string[] | undefined;
  contains?: string | undefined;
  empty?: boolean | undefined;
}

interface BoundTest extends RowTest {
  index: number;
}

/** The tests of a mapping at the columns of a file. */
export interface BoundTests {
  skip: readonly BoundTest[];
  only: readonly BoundTest[];
  columns: readonly number[];
}

/** Binds the tests of a mapping; `columnOf` finds a column, or keeps that it is not there. */
export function bindTests(
  of: { skipRows?: readonly RowTest[] | undefined; onlyRows?: readonly RowTest[] | undefined },
  columnOf: (column: string) => number | null,
): BoundTests {
  const bind = (tests: readonly RowTest[] = []): BoundTest[] =>
    tests.flatMap((test) => {
      const index = columnOf(test.column);
      return index === null ? [] : [{ ...test, index }];
    });
  const [skip, only] = [bind(of.skipRows), bind(of.onlyRows)];
  return { skip, only, columns: [...skip, ...only].map(({ index }) => index) };
}

const bare = (text: string): string => text.replaceAll(/\s/g, '');

/** 合计 is also written 合 计: blanks do not count. */
function isTrue({ index, is, contains, empty }: BoundTest, cells: readonly Cell[]): boolean {
  const text = bare(textOf(cells[index] ?? null));
  if (empty !== undefined) return (text === '') === empty;
  if (contains !== undefined) return text.includes(bare(contains));
  return (is ?? []).some((word) => bare(word) === text);
}

/** Whether the mapping takes a row. */
export const isTaken = ({ skip, only }: BoundTests, cells: readonly Cell[]): boolean =>
  only.every((test) => isTrue(test, cells)) && !skip.some((test) => isTrue(test, cells));

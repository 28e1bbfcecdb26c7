/** Codes that GB18030-2022 moved out of the private use area, by what decoders of the editions before give for them: A6D9 is U+FE10, FE59 U+9FB4. */
const moved: ReadonlyMap<string, string> = new Map(
  (
    [
      [0xe78d, 0xfe10],
      [0xe78e, 0xfe12],
      [0xe78f, 0xfe11],
      [0xe790, 0xfe13],
      [0xe791, 0xfe14],
      [0xe792, 0xfe15],
      [0xe793, 0xfe16],
      [0xe794, 0xfe17],
      [0xe795, 0xfe18],
      [0xe796, 0xfe19],
      [0xe81e, 0x9fb4],
      [0xe826, 0x9fb5],
      [0xe82b, 0x9fb6],
      [0xe82c, 0x9fb7],
      [0xe832, 0x9fb8],
      [0xe843, 0x9fb9],
      [0xe854, 0x9fba],
      [0xe864, 0x9fbb],
    ] as const
  ).map(([from, to]) => [String.fromCodePoint(from), String.fromCodePoint(to)]),
);
const any = new RegExp(`[${[...moved.keys()].join('')}]`, 'g');

/** Text decoded by an older edition of GB18030, as the edition of 2022 has it. */
export const gb18030Of = (text: string): string => text.replace(any, (char) => moved.get(char) ?? char);

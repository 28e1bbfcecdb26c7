/** A reason the stack cannot go on that its user can mend: one sentence saying what is wrong and what to do about it. */
export class StackError extends Error {
  override readonly name = 'StackError';
  /** The same sentence in Chinese. */
  readonly zh: string;

  constructor(en: string, zh: string) {
    super(en);
    this.zh = zh;
  }
}

/** A reason why a database is not what this build needs, that its operator can mend: one sentence with what to do about it. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  /** The same sentence in Chinese. */
  readonly zh: string;

  constructor(en: string, zh: string) {
    super(en);
    this.zh = zh;
  }
}

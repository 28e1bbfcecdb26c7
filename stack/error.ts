/** A reason the stack cannot go on that its user can mend: one sentence saying what is wrong and what to do about it. */
export class StackError extends Error {
  override readonly name = 'StackError';
}

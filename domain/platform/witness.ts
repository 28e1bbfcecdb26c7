/** What somebody outside the database has last seen of it: how often it looked, by the database's own count. */
export interface Witness {
  id: string;
  count: number;
}

/**
 * Whether the database has forgotten a look that was committed in it: a backup was put back in its place. The witness notes a look after the
 * database has, so a crash in between leaves the database ahead, never behind.
 */
export const hasForgotten = (witness: Witness, counted: number | null): boolean => (counted ?? 0) < witness.count;

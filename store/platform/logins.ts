import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { openDatabase } from './database.ts';

/** The role the processes log in as: facts and verbs, no schema, no change to the audit record, no way to become the owner. */
export const APP_LOGIN = 'duecourse_app';
/** The role of people who read the record: everything but secrets, and nothing to change. */
export const AUDITOR_LOGIN = 'duecourse_auditor';

const ITERATIONS = 4096;
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** What PostgreSQL keeps of a password (RFC 5803): the password itself never stands in a statement, so no log can hold it. */
function verifierOf(password: string): string {
  if (!/^[\x21-\x7e]+$/.test(password)) throw new Error('a database password must be printable ASCII without spaces');
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${hmac(salted, 'Server Key').toString('base64')}`;
}

/**
 * As its owner, lets the app and auditor roles of a migrated database log in with these passwords; a role without one keeps what it has.
 * Nobody but the owner makes tables there, temporary ones included.
 */
export async function giveLogins(
  ownerUrl: string,
  passwords: { app?: string | undefined; auditor?: string | undefined },
): Promise<void> {
  const db = openDatabase({ url: ownerUrl, max: 1, role: null, applicationName: 'duecourse-migrate' });
  try {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
    for (const { name } of rows) await sql`revoke temporary on database ${sql.id(name)} from public`.execute(db);
    for (const [role, password] of [
      [APP_LOGIN, passwords.app],
      [AUDITOR_LOGIN, passwords.auditor],
    ] as const) {
      if (password === undefined) continue;
      await sql`alter role ${sql.id(role)} with login password ${sql.lit(verifierOf(password))}`.execute(db);
    }
  } finally {
    await db.destroy();
  }
}

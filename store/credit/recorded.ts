import { sql } from 'kysely';
import { assess } from '../../domain/credit/assess.ts';
import type { Assessment, AssessmentInput, AssessmentPolicies } from '../../domain/credit/assess.ts';
import type { DecisionTables } from '../../domain/policies/tables.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { PolicyContents } from '../../domain/policy.ts';
import type { Database, Tx } from '../platform/database.ts';
import { isOurId } from '../platform/rows.ts';
import { canonicalJson, contentHash } from '../platform/content-hash.ts';

/** A verdict as it was recorded, with all it was made of. */
export interface RecordedAssessment {
  id: string;
  customerId: string;
  customer: string;
  at: Instant;
  input: AssessmentInput;
  verdict: Assessment;
  factsHash: string;
}

const columns = sql`a.id, a.customer_id as "customerId", c.external_id as customer, a.at, a.facts as input, a.verdict, a.facts_hash as "factsHash"`;

/** One recorded verdict. Throws Refusal `not-found`. */
export async function readRecorded(db: Database | Tx, id: string): Promise<RecordedAssessment> {
  if (!isOurId(id)) throw new Refusal('not-found', { id });
  const { rows } = await sql<RecordedAssessment>`
    select ${columns} from assessment a join customer c on c.id = a.customer_id where a.id = ${id}::uuid`.execute(db);
  const row = rows[0];
  if (!row) throw new Refusal('not-found', { id });
  return row;
}

/** The recorded verdicts of a span of days, the oldest first, `size` after the one given. */
export async function listRecorded(
  db: Database | Tx,
  { from, until, zone }: { from: BusinessDate; until: BusinessDate; zone: string },
  after: string | null,
  size: number,
): Promise<RecordedAssessment[]> {
  const { rows } = await sql<RecordedAssessment>`
    select ${columns} from assessment a join customer c on c.id = a.customer_id
    where (a.at at time zone ${zone})::date between ${from}::date and ${until}::date and (${after}::uuid is null or a.id > ${after}::uuid)
    order by a.id limit ${size}`.execute(db);
  return rows;
}

type Kind = keyof AssessmentPolicies | 'approval-matrix';

/** Policy versions by number: they never change, so each is read once in the life of this reader. */
export function policyVersions(db: Database | Tx) {
  const known = new Map<string, Promise<unknown>>();
  return async <K extends Kind>(kind: K, version: number): Promise<{ version: number; content: PolicyContents[K] }> => {
    const key = `${kind}/${version}`;
    const reading = known.get(key) ?? read(db, kind, version);
    known.set(key, reading);
    return { version, content: (await reading) as PolicyContents[K] };
  };
}

async function read(db: Database | Tx, kind: Kind, version: number): Promise<unknown> {
  const row = await db
    .selectFrom('policy')
    .select('content')
    .where('kind', '=', kind)
    .where('version', '=', version)
    .executeTakeFirst();
  if (!row) throw new Refusal('policy-unknown', { policy: kind, version });
  return row.content;
}
export type PolicyReader = ReturnType<typeof policyVersions>;

/** The policies a verdict was made by. */
export async function policiesOf({ policyVersions: v }: Assessment, version: PolicyReader): Promise<AssessmentPolicies> {
  return {
    scorecard: await version('scorecard', v.scorecard),
    grades: await version('grades', v.grades),
    'credit-rules': await version('credit-rules', v['credit-rules']),
  };
}

export interface Remade {
  /** The verdict made again is the recorded one, and the facts are those it was recorded with. */
  same: boolean;
  factsUnchanged: boolean;
  recorded: Assessment;
  remade: Assessment;
}

/** Makes a recorded verdict again from its row and the versions it names. */
export async function remakeAssessment(db: Database | Tx, tables: DecisionTables, id: string): Promise<Remade> {
  const { input, verdict, factsHash } = await readRecorded(db, id);
  const remade = await assess(input, await policiesOf(verdict, policyVersions(db)), tables);
  const factsUnchanged = contentHash(input) === factsHash;
  return { same: factsUnchanged && canonicalJson(remade) === canonicalJson(verdict), factsUnchanged, recorded: verdict, remade };
}

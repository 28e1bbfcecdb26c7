import type { LaddersPolicy } from '../domain/dunning/policy.ts';
import type { Rung } from '../domain/dunning/ladder.ts';
import type { Instant } from '../domain/platform/calendar.ts';
import { setUp } from '../store/setup.ts';
import type { CountedSql } from './world.ts';
import { contentHash } from '../store/platform/content-hash.ts';

/** Monday, 5 January 2026, 08:00 in Shanghai. */
const BUSINESS_START: Instant = '2026-01-05T00:00:00.000Z';

/** Ladder of those who pay, whose legal day is out of the measurement's reach, and of those who never do: 30 days. */
export const PAYER = 'bench-payer';
export const NEVER = 'bench-never';

const remind: Rung = {
  id: 'reminder',
  stage: 'reminder',
  anchor: 'dueDate',
  days: 0,
  action: 'remind',
  minGapDays: 0,
  ifMissed: 'take',
  template: 'overdue-first',
};
const legal = (days: number): Rung => ({
  id: 'legal',
  stage: 'legal',
  anchor: 'dueDate',
  days,
  action: 'legal',
  minGapDays: 0,
  ifMissed: 'take',
  workOrder: 'formal-demand',
});

/** One contact rung and a legal one, as version 2 of the ladders. */
const ladders: LaddersPolicy = {
  ladders: [
    { id: PAYER, rungs: [remind, legal(3_000)] },
    { id: NEVER, rungs: [remind, legal(30)] },
  ],
  strategy: [{ when: {}, ladder: PAYER }],
};

/** Keeps outreach bells from being rung, in this database only: each is leased to nobody, for ever. */
const SILENT_OUTREACH = `
  create function bench_silent_outreach() returns trigger language plpgsql as $$
  begin
    new.leased_until := 'infinity';
    return new;
  end $$;
  create trigger bench_silent_outreach before insert on wake for each row when (new.kind = 'outreach')
    execute function bench_silent_outreach();`;

/** Seeds a database of the benchmark: the clock at `speed`, the product's policies, the bench's ladders. */
export async function prepare(url: string, sql: CountedSql, of: { speed: number; outreach: boolean }): Promise<void> {
  await setUp(url, { business: BUSINESS_START, speed: of.speed, pinned: false });
  await sql.rows(
    `insert into policy (kind, version, content, content_hash, effective_from, author, approved_by, created_at)
     values ('ladders', 2, $1, $2, '1970-01-01', 'bench', 'bench-approver', clock_timestamp())`,
    [JSON.stringify(ladders), contentHash(ladders)],
  );
  if (!of.outreach) await sql.rows(SILENT_OUTREACH);
}

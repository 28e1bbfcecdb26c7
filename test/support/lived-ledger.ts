import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { pino } from 'pino';
import { startApi } from '../../api/main.ts';
import { createApiKey } from '../../api/auth.ts';
import { roles } from '../../domain/platform/actor.ts';
import type { Role } from '../../domain/platform/actor.ts';
import { portfolio } from '../../store/records/portfolio.ts';
import { apiClient } from '../../stack/first-run/client.ts';
import { sourceLedger } from '../../stack/first-run/beginning.ts';
import { firstIssueDate, shiftLedger, weeksToShift } from '../../stack/first-run/ledger.ts';
import type { Ledger } from '../../stack/first-run/ledger.ts';
import { live } from '../../stack/first-run/live.ts';
import type { Lived } from '../../stack/first-run/live.ts';
import { disputeDays } from '../../stack/first-run/stable.ts';
import type { JudgedInvoice, Judgement } from './ledger-judge.ts';
import { dayOf } from './shanghai.ts';
import { readStory } from '../../stack/first-run/story.ts';
import { LOCAL_SALES } from '../../stack/keys.ts';
import { addDays } from '../../domain/platform/calendar.ts';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

/** A part of the example ledger: its last so many months and first so many customers; all of it without bounds. */
export interface Cut {
  until: string;
  customers?: number;
  months?: number;
}

const monthsBefore = (day: string, months: number): string => {
  const date = new Date(day);
  date.setUTCMonth(date.getUTCMonth() - months);
  return date.toISOString().slice(0, 10);
};

/** The example ledger as the first run tells it from `cut.until`, cut to size. */
async function cutLedger({ until, customers = Infinity, months }: Cut): Promise<Ledger> {
  const { ledger } = await sourceLedger('example', '/nowhere');
  const moved = shiftLedger(ledger, weeksToShift(ledger, until));
  const kept = moved.customers.slice(0, customers);
  const ids = new Set(kept.map((customer) => customer.id));
  const from = months === undefined ? '' : monthsBefore(until, months);
  return {
    customers: kept,
    invoices: moved.invoices.filter((invoice) => ids.has(invoice.customer) && invoice.issueDate >= from),
  };
}

/** The same part read from the file by hand, as the judge takes it; only the days of disputes are those the first run makes up. */
export async function judgedLedger(cut: Cut): Promise<JudgedInvoice[]> {
  const ids = new Set((await cutLedger(cut)).invoices.map((invoice) => invoice.id));
  const [, ...lines] = readFileSync('examples/ledger.csv', 'utf8').trim().split('\r\n');
  const cells = lines.map((line) => line.split(','));
  const iso = (text = ''): string => {
    const [month = '', day = '', year = ''] = text.split('/');
    return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  };
  const monday = (day: string): number => Math.floor((Date.parse(day) / 86_400_000 + 3) / 7);
  const last =
    cells
      .map((cell) => iso(cell[4]))
      .sort()
      .at(-1) ?? '';
  const weeks = monday(cut.until) - monday(last);
  const moved = (text = ''): string => new Date(Date.parse(iso(text)) + weeks * 7 * 86_400_000).toISOString().slice(0, 10);
  return cells
    .filter((cell) => ids.has(cell[3] ?? ''))
    .map((cell) => {
      const [id = '', issued, paid] = [cell[3], moved(cell[4]), moved(cell[8])];
      const days = cell[7] === 'Yes' ? disputeDays(`${id}/1`, issued, paid) : null;
      const dispute = days && { from: days.openedOn, to: days.resolvedOn };
      const amountMinor = Math.round(Number(cell[6]) * 100);
      return { id, customer: cell[1] ?? '', issued, due: moved(cell[5]), paid, amountMinor, dispute };
    });
}

/** A world at a day, with an API and a client that speaks under every role's key. */
async function openDoor(from: string) {
  const world = await openWorld({ from, env: { DUECOURSE_RATE_LIMIT: '10000000', DUECOURSE_HOST: '127.0.0.1' } });
  const api = await startApi({ config: world.config, store: world.store, log: pino({ level: 'silent' }), port: 0 });
  const keys = {} as Record<Role, string>;
  for (const role of roles) {
    const scope = role === 'sales' ? { owner: LOCAL_SALES } : {};
    keys[role] = (await createApiKey(world.store, { name: role, role, scope })).secret;
  }
  const { signal } = new AbortController();
  const close = async (): Promise<void> => {
    await api.close();
    await world.close();
  };
  return {
    world,
    close,
    means: { store: world.store, api: apiClient(api.url, keys, signal), signal, progress: () => undefined },
  };
}

/** Lives a part of the ledger through on the real engine and database, over HTTP, and reads what became of it. */
export async function livedLedger(
  cut: Cut,
): Promise<{ found: Judgement; lived: Lived; late: string[]; unanswered: number; unknown: number }> {
  const ledger = await cutLedger(cut);
  const goLive = firstIssueDate(ledger) ?? cut.until;
  const { world, means, close } = await openDoor(goLive);
  try {
    const lived = await live({ ...means, ledger, story: null, credit: false, history: 'complete', goLive, until: cut.until });
    return { lived, ...(await readLived(world.store)) };
  } finally {
    await close();
  }
}

/** Lives a part of the invented story through, alone: what speaks of customers and documents with such ids. */
export async function livedStory(
  until: string,
  ids: RegExp,
): Promise<{ world: World; close: () => Promise<void>; lived: Lived }> {
  const { ledger, events, shows } = readStory(until);
  const own = { customers: ledger.customers.filter(({ id }) => ids.test(id)), invoices: [] };
  const story = { ledger: own, shows, events: events.filter((event) => ids.test(JSON.stringify(event))) };
  const goLive = addDays(
    events
      .filter((event) => story.events.includes(event))
      .map(({ day }) => day)
      .sort()[0] ?? until,
    -1,
  );
  const { world, means, close } = await openDoor(goLive);
  const none = { customers: [], invoices: [] };
  return {
    world,
    close,
    lived: await live({ ...means, ledger: none, story, credit: false, history: 'complete', goLive, until }),
  };
}

type Store = Parameters<typeof portfolio>[0];

/** What became of a ledger. `unknown`: mails of which a crash left open whether they went out; each counts as sent, and a person has it. */
export async function readLived(
  store: Store,
): Promise<{ found: Judgement; late: string[]; unanswered: number; unknown: number }> {
  const rows = async <T>(query: ReturnType<typeof sql<T>>): Promise<T[]> => (await query.execute(store.db)).rows;
  const rungs = await rows(
    sql<{ invoice: string; rung: string; state: string; at: string; on: string | null }>`
      select i.external_id as invoice, g.rung, g.state, g.at,
        (select a.after->>'on' from audit a where a.subject_id = r.id::text and a.action in ('rung.taken', 'rung.requested')
          and a.after->>'rung' = g.rung order by a.seq desc limit 1) as on
      from rung g join receivable r on r.id = g.receivable_id join invoice i on i.id = r.invoice_id where g.state <> 'planned'`,
  );
  const messages = await rows(
    sql<{ customer: string; at: string; template: string; state: string; lines: string[] }>`
      select c.external_id as customer, m.at, m.template, m.state, (select array_agg(i.external_id || ':' || x.rung order by 1)
        from message_rung x join receivable r on r.id = x.receivable_id join invoice i on i.id = r.invoice_id where x.message_id = m.id) as lines
      from message m join customer c on c.id = m.customer_id where m.state in ('sent', 'unknown') and m.channel = 'email'`,
  );
  const tasks = await rows(
    sql<{
      about: string | null;
      kind: string;
      opened: string;
      closed: string | null;
      items: { invoice: string; joined: string; left: string | null }[] | null;
    }>`
      select coalesce((select i.external_id from receivable r join invoice i on i.id = r.invoice_id where r.id = o.receivable_id),
          (select i.external_id from dispute d join receivable r on r.id = d.receivable_id join invoice i on i.id = r.invoice_id
            where o.key = 'settle-dispute/' || d.id),
          (select c.external_id from customer c where c.id = o.customer_id and exists (select from work_order_item t where t.work_order_id = o.id))) as about,
        (select jsonb_agg(jsonb_build_object('invoice', i.external_id, 'joined', t.joined_at, 'left', t.left_at))
          from work_order_item t join receivable r on r.id = t.receivable_id join invoice i on i.id = r.invoice_id where t.work_order_id = o.id) as items,
        o.kind, o.opened_at as opened, o.closed_at as closed from work_order o where o.kind <> 'unknown-outcome'`,
  );
  // A crash decides of which mails that is, no calculation of the ledger: each has its task, and there are no others.
  const [left] = await rows(sql<{ n: number }>`select count(*)::int as n from work_order where kind = 'unknown-outcome'`);
  const [board] = await rows(
    sql<{ n: number }>`select count(*)::int as n from wake where asked > answered or started_at is null`,
  );
  const { stages, balances } = await portfolio(store);
  const [balance] = balances;
  const found: Judgement = {
    rungs: rungs.map(({ invoice, rung, state, at }) => `${invoice} ${rung} ${state} ${dayOf(at)}`).sort(),
    messages: messages
      .map(({ customer, at, template, lines }) => `${customer} ${dayOf(at)} ${template} ${lines.toSorted().join(' ')}`)
      .sort(),
    tasks: tasks
      .map(({ about, kind, opened, closed, items }) => {
        const on = (day: string | null): string => (day === null ? 'open' : dayOf(day));
        const each = items?.map(({ invoice, joined, left }) => `${invoice}:${on(joined)}:${on(left)}`).sort() ?? [];
        return [about, kind, on(opened), on(closed), ...each].join(' ');
      })
      .sort(),
    stages: Object.fromEntries(Object.entries(stages).filter(([, count]) => count > 0)),
    openMinor: balance?.openMinor ?? 0,
    overdueMinor: balance?.overdueMinor ?? 0,
    disputedMinor: balance?.disputedMinor ?? 0,
  };
  const contacts = ['notice', 'reminder-1', 'reminder-2'];
  const late = rungs
    .filter(({ rung, state, at, on }) => state === 'taken' && !contacts.includes(rung) && on !== dayOf(at))
    .map(({ invoice, rung }) => `${invoice} ${rung}`);
  const unknown = messages.filter(({ state }) => state === 'unknown').length;
  if (left?.n !== unknown) throw new Error(`${unknown} mails of unknown fate, and ${left?.n} tasks about such`);
  return { found, late, unanswered: board?.n ?? 0, unknown };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createApiKey } from '../../api/auth.ts';
import { startApi } from '../../api/main.ts';
import { readLedger } from '../../stack/first-run/read-ledger.ts';
import { judge } from '../support/ledger-judge.ts';
import * as company from '../support/other-company.ts';
import { dayOf } from '../support/shanghai.ts';
import { tempFolder } from '../support/temp.ts';
import { openWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

type Told = { row: number; errors: { pointer: string; column: string | null; detail: string }[] }[];
interface Import {
  state: string;
  done: number;
  total: number;
  created: number;
  changed: number;
  unchanged: number;
  failures: number;
  errors: Told;
  file: { encoding: string | null; format: string | null };
}

/** An ERP that sends files over HTTP and follows their Location. */
async function integrator(world: World) {
  const api = await startApi({ config: world.config, store: world.store, log: pino({ level: 'silent' }), port: 0 });
  onTestFinished(() => api.close());
  const { secret } = await createApiKey(world.store, { name: 'erp', role: 'erp' });
  const ask = async (path: string, init: RequestInit = {}, language = 'en'): Promise<Response> =>
    fetch(`${api.url}${path}`, { ...init, headers: { authorization: `Bearer ${secret}`, 'accept-language': language } });
  return {
    async send(kind: string, file: Buffer, mapping: object, dryRun = false): Promise<string> {
      const form = new FormData();
      form.set('kind', kind);
      form.set('mapping', JSON.stringify(mapping));
      form.set('dryRun', String(dryRun));
      form.set('file', new Blob([new Uint8Array(file)]), 'export');
      const taken = await ask('/v1/imports', { method: 'POST', body: form });
      expect(taken.status, await taken.clone().text()).toBe(202);
      return taken.headers.get('location') ?? '';
    },
    async done(location: string, language = 'en'): Promise<Import> {
      for (;;) {
        const job = (await (await ask(location, {}, language)).json()) as Import;
        if (job.state === 'done' || job.state === 'failed') return job;
        await wait(25);
      }
    },
  };
}

const fileOf = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** Begins the import in a process of its own and kills it with -9 after its first rows. */
async function killInTheMiddle(world: World, location: string): Promise<number> {
  const program = `
    import { openStore } from ${fileOf('../../store/open.ts')};
    import { startImportRunner } from ${fileOf('../../worker/imports.ts')};
    const store = openStore({ url: ${JSON.stringify(world.url)}, max: 3 });
    startImportRunner({ store, log: { info() {}, error() {} }, leaseSeconds: 1, batch: 5, idleMs: 10 });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], { stdio: 'inherit' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const id = location.split('/').at(-1) ?? '';
  const done = async (): Promise<number> => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from job_row where job_id = ${id}`.execute(
      world.store.db,
    );
    return rows[0]?.n ?? 0;
  };
  while ((await done()) === 0) await wait(2);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return done();
}

/** What the product made of it all. */
async function standing({ store }: World) {
  const rows = async <T>(query: ReturnType<typeof sql<T>>): Promise<T[]> => (await query.execute(store.db)).rows;
  const receivables = await rows(
    sql<{ name: string; customer: string; currency: string; stage: string; open: number; due: string }>`
      select i.external_id || '/' || r.instalment as name, c.external_id as customer, r.currency, r.stage, r.due_date as due,
        (r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor)::bigint as open
      from receivable r join invoice i on i.id = r.invoice_id join customer c on c.id = r.customer_id`,
  );
  const messages = await rows(
    sql<{ customer: string; at: string; template: string; lines: string[] }>`
      select c.external_id as customer, m.at, m.template, (select array_agg(i.external_id || '/' || r.instalment || ':' || x.rung)
        from message_rung x join receivable r on r.id = x.receivable_id join invoice i on i.id = r.invoice_id where x.message_id = m.id) as lines
      from message m join customer c on c.id = m.customer_id where m.state = 'sent'`,
  );
  const tasks = await rows(
    sql<{ name: string | null; kind: string; opened: string; closed: string | null }>`
      select (select i.external_id || '/' || r.instalment from receivable r join invoice i on i.id = r.invoice_id where r.id = o.receivable_id) as name,
        o.kind, o.opened_at as opened, o.closed_at as closed from work_order o`,
  );
  return {
    parts: receivables.map(({ name, open }) => `${name} ${open}`).sort(),
    stages: receivables.map(({ name, stage }) => `${name} ${stage}`).sort(),
    open: sums(receivables.map(({ customer, currency, stage, open }) => [`${customer} ${currency} ${stage}`, open])),
    overdue: sums(
      receivables.filter(({ due }) => due < company.end).map(({ customer, currency, open }) => [`${customer} ${currency}`, open]),
    ),
    messages: messages
      .map(({ customer, at, template, lines }) => `${customer} ${dayOf(at)} ${template} ${lines.toSorted().join(' ')}`)
      .sort(),
    tasks: tasks
      .map(({ name, kind, opened, closed }) => `${name} ${kind} ${dayOf(opened)} ${closed ? dayOf(closed) : 'open'}`)
      .sort(),
  };
}

function sums(pairs: readonly (readonly [string, number])[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const [key, minor] of pairs) if (minor > 0) all[key] = (all[key] ?? 0) + minor;
  return all;
}

/** The same from the company's own books, the ladder and the calendar alone. */
function judged() {
  const parts = company.book();
  const nameOf = (part: company.BookedPart): string => `${part.invoice}/${part.no}`;
  const debts = parts.map((part) => ({
    ...{ id: nameOf(part), customer: part.customer, issued: part.issued, due: part.due, amountMinor: part.amountMinor },
    ...{ paid: company.paidDay(part), dispute: null },
  }));
  const { rungs, messages, tasks } = judge(debts, company.end);
  const stageOf = (part: company.BookedPart): string => {
    if (company.openAtEnd(part) === 0) return 'closed';
    const taken = rungs
      .filter((one) => one.startsWith(`${nameOf(part)} `) && one.includes(' taken '))
      .map((one) => one.split(' ')[1]);
    if (taken.includes('call') || taken.includes('letter')) return 'escalation';
    if (taken.some((one) => one?.startsWith('reminder'))) return 'reminder';
    return taken.includes('notice') ? 'due' : 'scheduled';
  };
  return {
    parts: parts.map((part) => `${nameOf(part)} ${company.openAtEnd(part)}`).sort(),
    stages: parts.map((part) => `${nameOf(part)} ${stageOf(part)}`).sort(),
    open: sums(parts.map((part) => [`${part.customer} ${part.currency} ${stageOf(part)}`, company.openAtEnd(part)])),
    overdue: sums(
      parts.filter(({ due }) => due < company.end).map((part) => [`${part.customer} ${part.currency}`, company.openAtEnd(part)]),
    ),
    messages,
    tasks,
  };
}

const pointersOf = (job: Import): string[] =>
  job.errors.flatMap(({ row, errors }) => errors.map(({ column }) => `${row} ${column}`));

test('a ledger of another company, killed in the middle of its import, comes to its books in every figure', async () => {
  const world = await openWorld({ from: company.goLive, env: { DUECOURSE_HOST: '127.0.0.1', DUECOURSE_RATE_LIMIT: '1000000' } });
  onTestFinished(() => world.close());
  const erp = await integrator(world);
  const rows = company.book().length + company.badRows;

  const people = await erp.done(await erp.send('customers', company.customersExport(), company.customersMapping));
  expect(people).toMatchObject({ state: 'done', created: 8, failures: 0, file: { encoding: 'gb18030' } });

  const dry = await erp.send('ledger', company.csvExport(false), company.ledgerMapping, true);
  const [tried, inChinese] = [await erp.done(dry), await erp.done(dry, 'zh')];
  expect(tried).toMatchObject({ state: 'done', total: rows, failures: company.badRows });
  expect(pointersOf(inChinese)).toEqual(pointersOf(tried));
  for (const { errors } of inChinese.errors) for (const { detail } of errors) expect(detail).toMatch(/\p{Script=Han}/u);
  for (const { errors } of tried.errors) for (const { detail } of errors) expect(detail).not.toMatch(/[，。；：]/);
  expect(await world.store.db.selectFrom('invoice').select('id').execute()).toEqual([]);

  // The other worker of this world rests, so that the killed one is alone with the import.
  await world.worker.shutdown();
  const location = await erp.send('ledger', company.csvExport(false), company.ledgerMapping);
  const before = await killInTheMiddle(world, location);
  expect(before).toBeLessThan(rows);
  await world.restartWorker();
  const taken = await erp.done(location);
  expect(taken).toMatchObject({ state: 'done', done: rows, failures: company.badRows });
  expect(pointersOf(taken)).toEqual(pointersOf(tried));
  const again = await erp.done(await erp.send('ledger', await company.workbookExport(false), company.ledgerMapping));
  expect(again).toMatchObject({ created: 0, changed: 0, unchanged: company.book().length, failures: company.badRows });

  await world.step(company.secondExport, 8);
  const then = await erp.done(await erp.send('ledger', await company.workbookExport(true), company.ledgerMapping));
  expect(then).toMatchObject({ state: 'done', failures: company.badRows, file: { format: 'xlsx' } });
  const credits = await erp.done(await erp.send('credit-notes', company.creditNotesExport(), company.creditNotesMapping));
  expect(credits).toMatchObject({ failures: 2 });
  await world.settled();
  await world.step(company.end);

  expect(await standing(world)).toEqual(judged());
  const { rows: unwanted } = await sql`select external_id from invoice where external_id = any(${company.badInvoices})`.execute(
    world.store.db,
  );
  expect(unwanted).toEqual([]);
}, 480_000);

test('the terminal reads the same file through the same mapping, to the cent', async () => {
  const folder = tempFolder();
  const [file, mapping] = [join(folder, 'ledger.csv'), join(folder, 'mapping.json')];
  writeFileSync(file, company.csvExport(true));
  writeFileSync(mapping, JSON.stringify(company.ledgerMapping));
  const { ledger, faults } = await readLedger(file, mapping);
  const open = ledger.invoices.flatMap(({ id, instalments, payments }) =>
    instalments.map(({ no, amountMinor }) => {
      const paid = payments.flatMap(({ shares }) => shares.filter((share) => share.instalment === no));
      return `${id}/${no} ${amountMinor - paid.reduce((sum, share) => sum + share.amountMinor, 0)}`;
    }),
  );
  const expected = company.book().map((part) => `${part.invoice}/${part.no} ${company.openAtEnd(part) + part.creditedMinor}`);
  expect(open.sort()).toEqual(expected.sort());
  expect(new Set(faults.map(({ row }) => row)).size).toBe(company.badRows);
});

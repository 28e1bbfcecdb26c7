import { readFileSync, readdirSync } from 'node:fs';

/** What a ledger's file says of an invoice, with the days of its dispute, which the first run makes up. */
export interface JudgedInvoice {
  id: string;
  customer: string;
  issued: string;
  due: string;
  paid: string | null;
  amountMinor: number;
  dispute: { from: string; to: string | null } | null;
}

/** What must have become of a ledger, worked out day by day from the file, the ladder and the calendar, without a line of the product. */
export interface Judgement {
  /** invoice, rung, state, day. */
  rungs: string[];
  /** customer, day, template, lines. */
  messages: string[];
  /**
   * Of every kind there is: invoice, kind, day opened, day it ended or 'open'; of a kind that is one task a customer: customer, kind, these
   * days, and each invoice with the days it joined and left.
   */
  tasks: string[];
  stages: Record<string, number>;
  openMinor: number;
  overdueMinor: number;
  disputedMinor: number;
}

interface PolicyRung {
  id: string;
  stage: string;
  days: number;
  action: string;
  minGapDays: number;
  template?: string;
  workOrder?: string;
}

const json = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;
const ladder =
  json<{ ladders: { id: string; rungs: PolicyRung[] }[] }>('policies/ladders.json').ladders.find((l) => l.id === 'general-30')
    ?.rungs ?? [];
const shared = new Set(
  Object.entries(json<{ kinds: Record<string, { perCustomer?: boolean }> }>('policies/work-orders.json').kinds)
    .filter(([, kind]) => kind.perCustomer)
    .map(([kind]) => kind),
);
const rules = json<{ perDay: number; perWeek: number }>('policies/contact-rules.json');
const holidays = new Set(
  readdirSync('policies/calendar')
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) =>
      json<{ days: { date: string; isOffDay: boolean }[] }>(`policies/calendar/${name}`)
        .days.filter((day) => day.isOffDay)
        .map((day) => day.date),
    ),
);

const DAY = 86_400_000;
const plus = (day: string, n: number): string => new Date(Date.parse(day) + n * DAY).toISOString().slice(0, 10);
const between = (a: string, b: string): number => Math.round((Date.parse(b) - Date.parse(a)) / DAY);
const isContactDay = (day: string): boolean => ![0, 6].includes(new Date(day).getUTCDay()) && !holidays.has(day);
const contactDay = (day: string): string => (isContactDay(day) ? day : contactDay(plus(day, 1)));
/** The last contact day before a day. */
const contactDayBefore = (day: string): string => (isContactDay(plus(day, -1)) ? plus(day, -1) : contactDayBefore(plus(day, -1)));
const max = (...days: string[]): string => days.sort().at(-1) ?? '';

interface Debt extends JudgedInvoice {
  at: Map<string, { state: 'requested' | 'taken' | 'missed' | 'skipped'; on: string }>;
  tasks: { kind: string; on: string; closed: string }[];
}

/** A task that is one for its customer. */
interface Shared {
  kind: string;
  on: string;
  closed: string;
  items: { debt: Debt; joined: string; left: string }[];
}

/** Whoever is due for a kind joins the customer's open task of it. */
function join(tasks: Shared[], kind: string, debt: Debt, day: string): void {
  let open = tasks.find((one) => one.kind === kind && one.closed === 'open');
  if (!open) tasks.push((open = { kind, on: day, closed: 'open', items: [] }));
  open.items.push({ debt, joined: day, left: 'open' });
}

/** Who paid that day has left every open task in the morning; a task that nobody is left in ends. */
function leave(tasks: Shared[], day: string): void {
  for (const task of tasks.filter((one) => one.closed === 'open')) {
    for (const item of task.items) if (item.left === 'open' && item.debt.paid === day) item.left = day;
    if (task.items.every((item) => item.left !== 'open')) task.closed = day;
  }
}

const sharedText = (customer: string, { kind, on, closed, items }: Shared): string =>
  `${customer} ${kind} ${on} ${closed} ${items
    .map(({ debt, joined, left }) => `${debt.id}:${joined}:${left}`)
    .sort()
    .join(' ')}`;

/** Days from due of the first demand: an invoice that comes after it begins there. */
const firstDemand = ladder.find((rung) => rung.days > 0)?.days ?? 0;

const isContact = (rung: PolicyRung): boolean => rung.action === 'notice' || rung.action === 'remind';

/** A notice up to the due date says nothing true after it. */
const isPast = (debt: Debt, rung: PolicyRung, day: string): boolean =>
  rung.action === 'notice' && rung.days <= 0 && day > debt.due;

/** The rungs that remain on `today`, with their days; what would announce a day gone by is left out. */
function schedule(debt: Debt, today: string): { rung: PolicyRung; on: string }[] {
  const start = plus(debt.due, ladder[0]?.days ?? 0);
  const pause = debt.dispute && debt.dispute.from <= today ? debt.dispute : null;
  const paused = pause ? Math.max(0, between(max(pause.from, start), pause.to ?? today)) : 0;
  const late = Math.max(0, between(plus(debt.due, firstDemand), debt.issued));
  const taken = [...debt.at.values()].filter((one) => one.state === 'taken').map((one) => one.on);
  let gapFrom = taken.sort().at(-1) ?? null;
  return ladder.flatMap((rung) => {
    const known = debt.at.get(rung.id);
    if (known && known.state !== 'requested') return [];
    let on = plus(debt.due, rung.days + paused + late);
    if (pause?.to) on = max(on, pause.to);
    if (gapFrom !== null) on = max(on, plus(gapFrom, Math.max(1, rung.minGapDays)));
    const asked = on;
    if (isContact(rung)) on = contactDay(on);
    const tooLate = asked < debt.due ? on >= debt.due : asked === debt.due && on > debt.due;
    if (rung.action === 'notice' && rung.days <= 0 && tooLate) {
      const before = contactDayBefore(debt.due);
      const free = max(today, gapFrom === null ? '' : plus(gapFrom, Math.max(1, rung.minGapDays)), pause?.to ?? '');
      if (before >= free) on = before;
    }
    if (known) on = known.on;
    if (isPast(debt, rung, max(on, today))) return [];
    gapFrom = on;
    return [{ rung, on }];
  });
}

const isOpenOn = (debt: Debt, day: string): boolean => debt.issued <= day && (debt.paid === null || debt.paid > day);
const isPausedOn = (debt: Debt, day: string): boolean =>
  debt.dispute !== null && debt.dispute.from <= day && (debt.dispute.to === null || debt.dispute.to > day);

/** Whenever a debt is looked at, notices that can no longer go in time are recorded as missed. */
function forget(debt: Debt, day: string): void {
  const remain = schedule(debt, day).map((one) => one.rung.id);
  for (const rung of ladder) {
    const known = debt.at.get(rung.id);
    const untaken = known === undefined || known.state === 'requested';
    if (untaken && !remain.includes(rung.id)) debt.at.set(rung.id, { state: 'missed', on: day });
  }
}

/** The task of whoever settles a dispute: it ends with the dispute, not with the money. */
const SETTLES = 'settle-dispute';

/** A day's money and disputes came in the morning: what was asked of outreach and is no longer called for is withdrawn. */
function morning(debt: Debt, day: string): void {
  for (const [id, one] of debt.at) {
    if (one.state !== 'requested') continue;
    if (debt.paid === day) debt.at.set(id, { state: 'skipped', on: day });
    else if (isPausedOn(debt, day)) debt.at.delete(id);
  }
  if (debt.dispute?.to === day && isOpenOn(debt, day)) forget(debt, day);
  if (debt.dispute?.from === day) debt.tasks.push({ kind: SETTLES, on: day, closed: 'open' });
  for (const task of debt.tasks)
    if (task.closed === 'open' && (task.kind === SETTLES ? debt.dispute?.to : debt.paid) === day) task.closed = day;
}

/** The rungs due by the customer's hour: the highest is taken or asked of outreach, those below it are missed. */
function ring(debt: Debt, tasks: Shared[], day: string): void {
  for (;;) {
    const due = schedule(debt, day).filter((one) => one.on <= day);
    const highest = due.at(-1);
    if (highest) forget(debt, day);
    for (const lower of due.slice(0, -1)) debt.at.set(lower.rung.id, { state: 'missed', on: day });
    if (!highest || debt.at.get(highest.rung.id)?.state === 'requested') return;
    const { rung } = highest;
    debt.at.set(rung.id, { state: isContact(rung) ? 'requested' : 'taken', on: day });
    if (rung.workOrder && shared.has(rung.workOrder)) join(tasks, rung.workOrder, debt, day);
    else if (rung.workOrder) debt.tasks.push({ kind: rung.workOrder, on: day, closed: 'open' });
  }
}

/** Judges a ledger lived from its first day up to, not including, `until`. */
export function judge(invoices: readonly JudgedInvoice[], until: string): Judgement {
  const debts: Debt[] = invoices
    .filter((one) => one.issued < until)
    .map((one) => ({ ...one, at: new Map(), tasks: [], paid: one.paid !== null && one.paid < until ? one.paid : null }));
  const customers = groupByCustomer(debts);
  const messages: string[] = [];
  const calls: string[] = [];
  const first = debts.map((one) => one.issued).sort()[0] ?? until;
  for (const [customer, own] of customers) {
    const contacted: string[] = [];
    const tasks: Shared[] = [];
    for (let day = first; day < until; day = plus(day, 1)) {
      for (const debt of own) morning(debt, day);
      leave(tasks, day);
      for (const debt of own) if (isOpenOn(debt, day) && !isPausedOn(debt, day)) ring(debt, tasks, day);
      const asked = own.flatMap((debt) =>
        ladder.filter((rung) => debt.at.get(rung.id)?.state === 'requested').map((rung) => ({ debt, rung })),
      );
      const third = contacted.at(-rules.perWeek);
      const free = contacted.at(-1) !== day && (third === undefined || plus(third, 7) <= day);
      if (asked.length === 0 || !free || !isContactDay(day)) continue;
      contacted.push(day);
      for (const { debt, rung } of asked) debt.at.set(rung.id, { state: 'taken', on: day });
      const leading = asked.map(({ rung }) => rung).sort((a, b) => ladder.indexOf(b) - ladder.indexOf(a))[0];
      const lines = asked.map(({ debt, rung }) => `${debt.id}:${rung.id}`).sort();
      messages.push(`${customer} ${day} ${leading?.template ?? ''} ${lines.join(' ')}`);
    }
    calls.push(...tasks.map((task) => sharedText(customer, task)));
  }
  const found = totals(debts, until);
  return { ...found, tasks: [...found.tasks, ...calls].sort(), messages: messages.sort() };
}

function groupByCustomer(debts: readonly Debt[]): Map<string, Debt[]> {
  const groups = new Map<string, Debt[]>();
  for (const debt of debts) groups.set(debt.customer, [...(groups.get(debt.customer) ?? []), debt]);
  return groups;
}

function totals(debts: readonly Debt[], until: string): Omit<Judgement, 'messages'> {
  const stages: Record<string, number> = {};
  for (const debt of debts) {
    const taken = ladder.filter((rung) => debt.at.get(rung.id)?.state === 'taken').map((rung) => rung.stage);
    const stage = debt.paid !== null ? 'closed' : (taken.at(-1) ?? 'scheduled');
    stages[stage] = (stages[stage] ?? 0) + 1;
  }
  const open = debts.filter((debt) => debt.paid === null);
  const sum = (of: readonly Debt[]): number => of.reduce((all, debt) => all + debt.amountMinor, 0);
  return {
    rungs: debts.flatMap((debt) => [...debt.at].map(([rung, { state, on }]) => `${debt.id} ${rung} ${state} ${on}`)).sort(),
    tasks: debts.flatMap((debt) => debt.tasks.map(({ kind, on, closed }) => `${debt.id} ${kind} ${on} ${closed}`)).sort(),
    stages,
    openMinor: sum(open),
    overdueMinor: sum(open.filter((debt) => debt.due < until)),
    disputedMinor: sum(open.filter((debt) => isPausedOn(debt, plus(until, -1)))),
  };
}

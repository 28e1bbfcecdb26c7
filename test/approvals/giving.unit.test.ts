import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clockControlOf } from '../../api/clock-control.ts';
import { createCommands } from '../../api/commands.ts';
import { allRoutes } from '../../api/routes/index.ts';
import { readConfig } from '../../config/env.ts';
import { actKinds } from '../../domain/approvals/act.ts';
import { givingRoutes, notGivingRoutes } from '../../domain/approvals/giving.ts';
import { actOf } from '../../store/approvals/act-kinds.ts';
import { openStore } from '../../store/open.ts';
import { defaultMatrix } from '../support/credit-policies.ts';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/pending-acts.md', root), 'utf8');

/** The requests that write, as declared; they are never called through these services. */
function writing(): string[] {
  const config = readConfig({
    DATABASE_URL: 'postgres://localhost/none',
    TEMPORAL_ADDRESS: 'localhost:1',
    DUECOURSE_MODE: 'local',
  });
  const store = openStore({ url: config.databaseUrl });
  const services = { store, commands: createCommands(config.temporal), clockControl: clockControlOf(store), config };
  return allRoutes(services).flatMap(({ method, path }) => (method === 'get' ? [] : [`${method.toUpperCase()} ${path}`]));
}

describe('every request that writes', () => {
  it.each(writing().map((name) => [name]))('%s gives through two persons, or says why it gives nothing', (name) => {
    const listed = [name in givingRoutes, name in notGivingRoutes];
    expect(listed, `${name}: list it in domain/approvals/giving.ts, in one of the two tables`).toContain(true);
    expect(listed).toContain(false);
  });

  it('is what the lists hold, and nothing else', () => {
    const known = writing();
    for (const name of [...Object.keys(givingRoutes), ...Object.keys(notGivingRoutes)]) expect(known).toContain(name);
  });
});

describe.each(actKinds.map((kind) => [kind]))('the act %s', (kind) => {
  const row = page.split('\n').find((line) => line.startsWith('| ') && line.split(' | ')[0]?.includes(`\`${kind}\``));

  it('is carried out by its room, asked for by a request, and has its row in the approval matrix', () => {
    expect(actOf(kind).kind).toBe(kind);
    expect(Object.values(givingRoutes).flat()).toContain(kind);
    expect(defaultMatrix.rows.some(({ when, tiers }) => when.kinds?.includes(kind) && tiers.length > 0)).toBe(true);
  });

  it('stands on the page with its row and a test that exists', () => {
    const [, rows, proof] = row?.split(' | ') ?? [];
    const ids = [...(rows ?? '').matchAll(/`([^`]+)`/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(0);
    for (const id of ids) expect(defaultMatrix.rows.map((one) => one.id)).toContain(id);
    const [, file, name] = /`([^`]+)` › ([^;|]+)/.exec(proof ?? '') ?? [];
    expect(existsSync(new URL(file ?? 'none', root)), `${kind}: ${file}`).toBe(true);
    expect(readFileSync(new URL(file ?? '', root), 'utf8')).toContain(name?.trim());
  });
});

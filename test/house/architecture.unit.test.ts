import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { domainEvent, extensionPoint, leftOpen } from '../../store/platform/extension.ts';
import { noEffects } from '../../store/platform/effects.ts';
import { workflowBundle } from '../../worker/bundle.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The migration that makes the schema as former builds left it. */
const BASE = '20261201000000_base';

interface May {
  values: string[];
  types: string[];
  packages?: string[];
}

interface Rooms {
  order: string[];
  floors: string[];
  tests: string[];
}

const { floors, nobodyImports, rooms } = JSON.parse(readFileSync(join(ROOT, 'house.json'), 'utf8')) as {
  floors: Record<string, May>;
  nobodyImports: string[];
  rooms: Rooms;
};

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

const read = new Map<string, Import[]>();
function importsOf(file: string): Import[] {
  const known = read.get(file);
  if (known) return known;
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      const typeOnly = ts.isImportDeclaration(node)
        ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : node.isTypeOnly;
      found.push({ from: file, to: node.moduleSpecifier.text, typeOnly });
    }
    if (
      ts.isCallExpression(node) &&
      node.expression.kind === ts.SyntaxKind.ImportKeyword &&
      node.arguments[0] &&
      ts.isStringLiteral(node.arguments[0])
    ) {
      found.push({ from: file, to: node.arguments[0].text, typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  read.set(file, found);
  return found;
}

/** Whether a specifier is of a package, or of a scheme such as `node:`. */
const isOf = (specifier: string, name: string): boolean =>
  name.endsWith(':') ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`);

/** A row as docs/architecture.md shows it. */
function shownRow({ values, types, packages = [] }: May): string {
  const only = types.length > 0 ? [`types of ${types.join(' and ')}`] : [];
  return [...values, ...only, ...packages.map((name) => `\`${name}\``)].join(', ');
}

const floorOf = (path: string): string => path.split('/')[0] ?? '';
const target = (imported: Import): string => relative(ROOT, resolve(ROOT, dirname(imported.from), imported.to));

/** The room of a file, by its folder; null: it stands at the floor's root and composes rooms. */
const roomOf = (path: string): string | null => {
  const floor = rooms.floors.find((one) => path.startsWith(`${one}/`)) ?? floorOf(path);
  const [room, ...rest] = path.slice(floor.length + 1).split('/');
  return rest.length === 0 ? null : (room ?? null);
};
/** Its place in the order: a file at the root is above all rooms. */
const heightOf = (path: string): number => {
  const room = roomOf(path);
  return room === null ? rooms.order.length : rooms.order.indexOf(room);
};

/** The first circle that a walk along the imports finds, as its files in order; none when there is none. */
function circleIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const way: string[] = [];
  const walk = (file: string): string[] => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return [];
    way.push(file);
    for (const next of edges.get(file) ?? []) {
      const circle = walk(next);
      if (circle.length > 0) return circle;
    }
    way.pop();
    done.add(file);
    return [];
  };
  for (const file of edges.keys()) {
    const circle = walk(file);
    if (circle.length > 0) return circle;
  }
  return [];
}

describe('the house', () => {
  it.each(Object.entries(floors))('%s imports only what its row allows', (floor, may) => {
    const broken = sources(floor)
      .flatMap(importsOf)
      .filter((imported) => {
        if (!imported.to.startsWith('.')) return may.packages && !may.packages.some((name) => isOf(imported.to, name));
        const to = floorOf(target(imported));
        if (nobodyImports.includes(to)) return true;
        return to in floors && !may.values.includes(to) && !(imported.typeOnly && may.types.includes(to));
      });
    expect(broken).toEqual([]);
  });

  it('the table of the docs says the same', () => {
    const shown = [...readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8').matchAll(/^\| `(\w+)\/` \|.*\| ([^|–]+) \|$/gm)];
    expect(Object.fromEntries(shown.map(([, floor, row]) => [floor, row]))).toEqual(
      Object.fromEntries(Object.entries(floors).map(([floor, may]) => [floor, shownRow(may)])),
    );
  });

  it.each(rooms.floors)('every folder of %s is a room', (floor) => {
    const folders = new Set(sources(floor).flatMap((file) => roomOf(file) ?? []));
    expect([...folders].filter((folder) => !rooms.order.includes(folder))).toEqual([]);
  });

  it.each(rooms.floors)('in %s no room imports one above it', (floor) => {
    const upward = sources(floor)
      .flatMap(importsOf)
      .filter(({ to }) => to.startsWith('.'))
      .map((imported) => ({ from: imported.from, to: target(imported) }))
      .filter(({ from, to }) => to.startsWith(`${floor}/`) && heightOf(to) > heightOf(from))
      .map(({ from, to }) => `${roomOf(from) ?? 'root'} > ${roomOf(to) ?? 'root'}`);
    expect([...new Set(upward)].sort()).toEqual([]);
  });

  it('what a room leaves to those above it is filled and followed when a store is opened, and says so when it is not', async () => {
    await import('../../store/rooms.ts');
    expect(leftOpen()).toEqual([]);
    const point = extensionPoint<number>('nobody fills this');
    const event = domainEvent('nobody follows this');
    expect(leftOpen()).toEqual(['nobody fills this', 'nobody follows this']);
    expect(() => point.filled).toThrow('no room has filled it');
    await expect(event.tell()).rejects.toThrow('no room follows it');
    point.fill(1);
    event.follow(() => Promise.resolve(noEffects()));
    expect(leftOpen()).toEqual([]);
    expect(() => point.fill(2)).toThrow('filled twice');
  });

  it('tests stand in the room of what they prove, or in a folder that is named with the rooms', () => {
    const folders = readdirSync(join(ROOT, 'test'), { withFileTypes: true }).map(({ name }) => name);
    expect(folders.filter((name) => !rooms.order.includes(name) && !rooms.tests.includes(name))).toEqual([]);
  });

  it('the docs name the rooms in their order', () => {
    const shown = [...readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8').matchAll(/^\d+\. \*\*(\w+)\*\*/gm)];
    expect(shown.map(([, room]) => room)).toEqual(rooms.order);
  });

  it.each(rooms.order)('the page of room %s names its tables, and what it leaves to rooms above', (room) => {
    const page = readFileSync(join(ROOT, `docs/rooms/${room}.md`), 'utf8');
    const told = (row: string): string[] =>
      [...(new RegExp(`^\\| ${row} \\| (.*) \\|$`, 'm').exec(page)?.[1] ?? '').matchAll(/`(\w+)`/g)].map(
        ([, name]) => name ?? '',
      );
    const found = (files: readonly string[], pattern: RegExp): string[] =>
      files.flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(pattern)].map(([, name]) => name ?? '')).sort();
    const models = existsSync(join(ROOT, `prisma/schema/${room}.prisma`)) ? [`prisma/schema/${room}.prisma`] : [];
    expect(told('Tables')).toEqual(found(models, /@@map\("([^"]+)"\)/g));
    expect(told('Leaves to rooms above')).toEqual(
      found(sources(`store/${room}`), /^export const (\w+) =\s+(?:domainEvent|extensionPoint)\b/gm),
    );
  });

  it('no file imports itself, by whatever way, types included', () => {
    const edges = new Map(
      Object.keys(floors)
        .flatMap(sources)
        .map((file) => [
          file,
          importsOf(file)
            .filter(({ to }) => to.startsWith('.'))
            .map(target),
        ]),
    );
    expect(circleIn(edges)).toEqual([]);
  });

  it('only gateways know the SDKs of outside systems, and rules/ the rule engine', () => {
    const sdks = /^(twilio|nodemailer|@gorules)/;
    const users = Object.keys(floors)
      .flatMap(sources)
      .flatMap(importsOf)
      .filter((imported) => sdks.test(imported.to) && !imported.typeOnly);
    expect(
      users
        .map((user) => user.from)
        .filter(
          (file) =>
            !file.startsWith('activities/outreach/channels/') &&
            file !== 'api/routes/outreach/callbacks.ts' &&
            !file.startsWith('rules/'),
        ),
    ).toEqual([]);
  });

  it('config/env.ts and the launcher alone read the environment', () => {
    const readers = Object.keys(floors)
      .flatMap(sources)
      .filter((file) => /process\.env\b/.test(readFileSync(join(ROOT, file), 'utf8')));
    expect(readers.filter((file) => file !== 'config/env.ts' && !file.startsWith('stack/') && !file.startsWith('cli/'))).toEqual(
      [],
    );
  });

  it('functions and triggers of the database stand in prisma/functions: no migration makes or patches one', () => {
    const patch = /pg_get_functiondef|create\s+(?:or\s+replace\s+)?(?:trigger|function\s+(?!pg_temp\.))/i;
    const since = readdirSync(join(ROOT, 'prisma/migrations')).filter((name) => !name.includes('.') && name !== BASE);
    const text = (name: string) => readFileSync(join(ROOT, 'prisma/migrations', name, 'migration.sql'), 'utf8');
    expect(since.filter((name) => patch.test(text(name)))).toEqual([]);
  });

  it('migrations stand in prisma/migrations; those of former builds end at 0106', () => {
    expect(existsSync(join(ROOT, 'store/migrations'))).toBe(false);
    expect(readdirSync(join(ROOT, 'prisma/former')).sort().at(-1)).toBe('0106-deferred-messages.sql');
  });

  it('workflow modules hold no state, since all runs of a worker share them', () => {
    const stateful = sources('workflows').flatMap((file) =>
      ts
        .createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true)
        .statements.filter(ts.isVariableStatement)
        .filter(
          ({ declarationList }) =>
            (declarationList.flags & ts.NodeFlags.Const) === 0 ||
            declarationList.declarations.some(({ initializer: value }) =>
              value ? ts.isNewExpression(value) || ts.isArrayLiteralExpression(value) : true,
            ),
        )
        .map((statement) => `${file}: ${statement.getText()}`),
    );
    expect(stateful).toEqual([]);
  });

  it('the workflow bundle holds no schema library, database client, decimal or Node built-in', async () => {
    const { code } = await workflowBundle();
    for (const banned of [
      'node_modules/zod/',
      'node_modules/kysely/',
      'node_modules/pg/',
      'node_modules/decimal.js/',
      'node_modules/luxon/',
      'external "node:',
    ]) {
      expect(code.includes(banned), banned).toBe(false);
    }
    expect(code).toContain('receivable');
  });

  it('workflow code keeps to what a replay can repeat: no clock, no randomness, no environment', () => {
    const offenders = sources('workflows').filter((file) =>
      /Date\.now|new Date\(\)|Math\.random|\bprocess\.(env|hrtime|pid)/.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(offenders).toEqual([]);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { workflowBundle } from '../worker/bundle.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** docs/architecture.md, "Who imports whom": values a folder may import, folders of which it may import types, packages. */
const house: Record<string, { values: string[]; types: string[]; packages?: RegExp }> = {
  domain: { values: ['domain'], types: [], packages: /^decimal\.js$/ },
  contracts: { values: ['domain', 'contracts'], types: [], packages: /^zod/ },
  workflows: {
    values: ['workflows', 'domain'],
    types: ['activities', 'contracts'],
    packages: /^@temporalio\/(workflow|common)$/,
  },
  activities: { values: ['activities', 'domain', 'contracts'], types: ['store', 'config'] },
  store: { values: ['store', 'domain'], types: [] },
  rules: { values: ['rules', 'domain'], types: [], packages: /^(@gorules\/zen-engine|node:)/ },
  api: { values: ['api', 'contracts', 'domain', 'store', 'rules', 'workflows'], types: ['config', 'activities'] },
  worker: { values: ['worker', 'activities', 'store', 'rules', 'config', 'workflows', 'domain', 'contracts'], types: [] },
  config: { values: ['config', 'domain'], types: [] },
  stack: { values: ['stack', 'api', 'worker', 'store', 'config', 'domain', 'contracts'], types: ['workflows'] },
  cli: { values: ['cli', 'stack', 'api', 'worker', 'store', 'rules', 'config', 'domain', 'contracts'], types: [] },
};
const outside = ['test', 'bench'];

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

function importsOf(file: string): Import[] {
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
  return found;
}

const roomOf = (path: string): string => path.split('/')[0] ?? '';
const target = (imported: Import): string => relative(ROOT, resolve(ROOT, dirname(imported.from), imported.to));

describe('the house', () => {
  it.each(Object.entries(house))('%s imports only what the table allows', (room, may) => {
    const broken = sources(room)
      .flatMap(importsOf)
      .filter((imported) => {
        if (!imported.to.startsWith('.'))
          return may.packages ? !may.packages.test(imported.to) && !imported.to.startsWith('node:types') : false;
        const to = roomOf(target(imported));
        if (to === room || may.values.includes(to)) return false;
        if (outside.includes(to)) return true;
        return !(imported.typeOnly && may.types.includes(to)) && to in house;
      });
    expect(broken).toEqual([]);
  });

  it('only gateways know the SDKs of outside systems, and rules/ the rule engine', () => {
    const sdks = /^(twilio|nodemailer|@gorules)/;
    const users = Object.keys(house)
      .flatMap(sources)
      .flatMap(importsOf)
      .filter((imported) => sdks.test(imported.to) && !imported.typeOnly);
    expect(
      users
        .map((user) => user.from)
        .filter(
          (file) => !file.startsWith('activities/gateways/') && file !== 'api/routes/callbacks.ts' && !file.startsWith('rules/'),
        ),
    ).toEqual([]);
  });

  it('config/env.ts and the launcher alone read the environment', () => {
    const readers = Object.keys(house)
      .flatMap(sources)
      .filter((file) => /process\.env\b/.test(readFileSync(join(ROOT, file), 'utf8')));
    expect(readers.filter((file) => file !== 'config/env.ts' && !file.startsWith('stack/') && !file.startsWith('cli/'))).toEqual(
      [],
    );
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

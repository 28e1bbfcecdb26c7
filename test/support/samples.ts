import { z } from 'zod';
import type { RouteSpec } from '../../api/route.ts';

type Schema = { [key: string]: unknown };
type Path = (string | number)[];

/** The JSON schema of what a request sends; ids of the contracts' shared pieces stay visible as references. */
function schemaOf(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'draft-2020-12' }) as Schema;
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema a reference names, with the name. */
function resolve(schema: Schema, root: Schema): { schema: Schema; name: string | null } {
  const ref = schema['$ref'];
  if (typeof ref !== 'string') return { schema, name: null };
  const name = ref.split('/').at(-1) ?? '';
  const definitions = root['$defs'];
  const found = isSchema(definitions) ? definitions[name] : undefined;
  if (!isSchema(found)) throw new Error(`no definition ${ref}`);
  return { schema: { ...found, ...schema, $ref: undefined }, name };
}

function text(schema: Schema): string {
  const formats: Record<string, string> = {
    uuid: '01980a3e-7c1e-7000-8000-000000000001',
    date: '2026-09-01',
    email: 'a@example.com',
  };
  return formats[String(schema['format'])] ?? 'x'.repeat(Math.max(1, Number(schema['minLength'] ?? 1)));
}

/** A value that fits the schema: its example, else the simplest. */
function sample(given: Schema, root: Schema): unknown {
  const { schema } = resolve(given, root);
  if (schema['example'] !== undefined) return schema['example'];
  if (Array.isArray(schema['examples'])) return (schema['examples'] as unknown[])[0];
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return (schema['enum'] as unknown[])[0];
  for (const union of ['anyOf', 'oneOf', 'allOf']) {
    const parts = schema[union];
    if (Array.isArray(parts)) return sample(parts[0] as Schema, root);
  }
  switch (schema['type']) {
    case 'object': {
      const properties = isSchema(schema['properties']) ? schema['properties'] : {};
      return Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, sample(inner as Schema, root)]));
    }
    case 'array':
      return isSchema(schema['items']) ? [sample(schema['items'], root)] : [];
    case 'string':
      return text(schema);
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema['minimum'] ?? 1));
    case 'boolean':
      return false;
    default:
      return null;
  }
}

/** A body the route's contract takes. Throws when none can be made: give the contract an example (`.meta({ example })`). */
export function bodyOf(spec: RouteSpec): unknown {
  if (!spec.body) return {};
  const schema = schemaOf(spec.body);
  const tried = [sample(schema, schema), sample({ ...schema, example: undefined, examples: undefined }, schema)];
  const fits = tried.find((body) => spec.body?.safeParse(body).success);
  if (fits === undefined) {
    const why = spec.body.safeParse(tried[0]).error?.message;
    throw new Error(
      `no sample body fits ${spec.method} ${spec.path}: give its contract an example (${JSON.stringify(tried[0])}: ${why})`,
    );
  }
  return fits;
}

/** Places of a body, filled with every optional field, at which a shared piece of the contracts (`date`: any day) stands. */
export const placesOf = (spec: RouteSpec, piece: 'Amount' | 'Currency' | 'date'): Path[] =>
  spec.body ? placesIn(spec.body, piece) : [];

/** The same for any schema, such as that of a query. */
export function placesIn(whole: z.ZodType, piece: 'Amount' | 'Currency' | 'date'): Path[] {
  const root = schemaOf(whole);
  const found: Path[] = [];
  const walk = (given: Schema, path: Path, depth: number): void => {
    if (depth > 12) return;
    const { schema, name } = resolve(given, root);
    if (name === piece || (piece === 'date' && schema['format'] === 'date')) found.push(path);
    const properties = isSchema(schema['properties']) ? schema['properties'] : {};
    for (const [key, inner] of Object.entries(properties)) walk(inner as Schema, [...path, key], depth + 1);
    if (isSchema(schema['items'])) walk(schema['items'], [...path, 0], depth + 1);
    for (const union of ['anyOf', 'oneOf', 'allOf'])
      for (const part of (schema[union] as Schema[] | undefined) ?? []) walk(part, path, depth + 1);
  };
  walk(root, [], 0);
  return found;
}

/** The body with another value at the place; objects and lists on the way are made when absent. */
export function withAt(body: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list = Array.isArray(body) ? [...(body as unknown[])] : [];
    list[step] = withAt(list[step], rest, value);
    return list;
  }
  const fields = isSchema(body) ? body : {};
  return { ...fields, [step]: withAt(fields[step], rest, value) };
}

/** Places of all objects in a body, itself included. */
export function objectsIn(body: unknown, path: Path = []): Path[] {
  if (Array.isArray(body)) return body.flatMap((item, at) => objectsIn(item, [...path, at]));
  if (!isSchema(body)) return [];
  return [path, ...Object.entries(body).flatMap(([key, inner]) => objectsIn(inner, [...path, key]))];
}

export const pointerOf = (path: Path): string => path.map((step) => `/${step}`).join('');

const candidates = [
  '01980a3e-7c1e-7000-8000-000000000001',
  'NO-SUCH-1',
  'receivable-01980a3e-7c1e-7000-8000-000000000001',
  '1',
  'collection',
];

/** A path of the route whose parameters fit their contract and name nothing that exists. */
export function pathOf(spec: RouteSpec): string {
  const shape = spec.params?.shape ?? {};
  return spec.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const schema = shape[name] as z.ZodType | undefined;
    if (!schema) throw new Error(`${spec.path} does not declare its parameter ${name}`);
    const fits = candidates.find((text) => schema.safeParse(text).success);
    const example = schema.meta()?.['example'];
    const value = fits ?? (typeof example === 'string' || typeof example === 'number' ? String(example) : undefined);
    if (value === undefined) throw new Error(`no sample fits {${name}} of ${spec.path}: give it an example`);
    return value;
  });
}

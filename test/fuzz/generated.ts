import type { Seeded } from '../support/seeded.ts';

type Schema = { [key: string]: unknown };
const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** What fits no schema, or just barely. */
const ODD: readonly unknown[] = [
  ...['', ' ', 'x', 'a\u0000b', '\ud800', '中文'.repeat(40), 'x'.repeat(5_000), "'; drop table invoice; --", '__proto__'],
  ...['0', '-0.00', '1e5', '90071992547409.91', '9'.repeat(40), '0.001', '2026-02-30', '0001-01-01', '9999-12-31', '-1'],
  ...[0, -1, 0.5, 2 ** 31, 2 ** 53, 1e300, true, false, null, [], {}, [[]], { $ref: 'x' }],
];
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  date: ['2026-09-01', '2026-09-30', '2024-02-29'],
  'date-time': ['2026-09-01T00:00:00Z', '2026-09-01T23:30:00+08:00'],
  uuid: ['01980a3e-7c1e-7000-8000-000000000001'],
  email: ['a@example.com'],
};

/** Values for the schemas of a published document: mostly of the schema, now and then beside it. */
export interface Generator {
  value(schema: unknown): unknown;
  /** A value beside which nothing odd stands. */
  fitting(schema: unknown): unknown;
  odd(): unknown;
  pick<T>(of: readonly T[]): T;
  chance(percent: number): boolean;
}

/** Texts that a field of a name may hold: ids of what there is, above all. */
export type Texts = (name: string) => readonly string[];

export function generatorOf(random: Seeded, schemas: Readonly<Record<string, unknown>>, textsOf: Texts): Generator {
  let wild = true;
  const chance = (percent: number): boolean => random.below(100) < percent;
  const odds = (percent: number): boolean => wild && chance(percent);
  const pick = <T>(of: readonly T[]): T => of[random.below(of.length)] as T;
  const odd = (): unknown => pick(ODD);

  function object(schema: Schema, depth: number): Schema {
    const properties = isSchema(schema['properties']) ? schema['properties'] : {};
    const required = list(schema['required']);
    const made: Schema = odds(4) ? { surprise: odd() } : {};
    for (const [name, inner] of Object.entries(properties))
      if (required.includes(name) ? !odds(4) : chance(depth > 4 ? 5 : wild ? 50 : 15)) made[name] = value(inner, depth + 1, name);
    return made;
  }

  function text(schema: Schema, name: string): string {
    const known = TEXTS[String(schema['format'])] ?? textsOf(name);
    const pattern = typeof schema['pattern'] === 'string' ? new RegExp(schema['pattern'], 'u') : null;
    const fits = pattern ? known.filter((one) => pattern.test(one)) : known;
    const least = Number(schema['minLength'] ?? 0);
    return pick(fits.length > 0 && (!wild || chance(80)) ? fits : [...known, 'x']).padEnd(least, 'x');
  }

  function plain(schema: Schema, depth: number, name: string): unknown {
    const examples = [...list(schema['examples']), ...('example' in schema ? [schema['example']] : [])];
    // Names of what there is come before those of an example.
    const named = schema['type'] === 'string' && textsOf(name) !== textsOf('');
    if (examples.length > 0 && !named && chance(wild ? 50 : 80)) return pick(examples);
    const type = Array.isArray(schema['type']) ? pick(schema['type'] as string[]) : schema['type'];
    const low = Number(schema['minimum'] ?? -3);
    switch (type) {
      case 'object':
        return object(schema, depth);
      case 'array':
        return Array.from({ length: random.below(3) + Number(schema['minItems'] ?? 0) }, () =>
          value(schema['items'], depth + 1, name),
        );
      case 'string':
        return text(schema, name);
      case 'integer':
        return low + random.below(Math.min(400, Number(schema['maximum'] ?? 400) - low + 1));
      case 'number':
        return low + random.below(1_000) / 8;
      case 'boolean':
        return chance(50);
      case 'null':
        return null;
      default:
        return odd();
    }
  }

  function value(given: unknown, depth = 0, name = ''): unknown {
    if (odds(depth === 0 ? 3 : 5) || !isSchema(given) || depth > 12) return odd();
    const ref = given['$ref'];
    if (typeof ref === 'string') return value(schemas[ref.split('/').at(-1) ?? ''], depth, name);
    if ('const' in given) return given['const'];
    if (Array.isArray(given['enum'])) return pick(given['enum'] as unknown[]);
    const choices = [...list(given['anyOf']), ...list(given['oneOf'])];
    if (choices.length > 0) return value(pick(choices), depth, name);
    const parts = list(given['allOf']);
    if (parts.length > 0) return Object.assign({}, ...parts.map((part) => value(part, depth, name)));
    return plain(given, depth, name);
  }
  function fitting(schema: unknown): unknown {
    wild = false;
    try {
      return value(schema);
    } finally {
      wild = true;
    }
  }
  return { value: (schema) => value(schema), fitting, odd, pick, chance };
}

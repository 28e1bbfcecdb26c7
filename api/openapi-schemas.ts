import { z } from 'zod';

/** A JSON Schema (draft 2020-12), as OpenAPI 3.1 holds it. */
export type JsonSchema = { [key: string]: unknown };
/** What a client sends (defaulted fields may be absent, transforms not yet done), or what it is answered. */
export type Direction = 'input' | 'output';

const REFERENCE = '#/$defs/';
const SAFE = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * How a schema is said so that generators of clients understand it: `examples`, int64 instead of the bounds of a double, no idle words.
 * The default of what may be sent is told in words: some generators ask for every field that has a `default`.
 */
function plainly(jsonSchema: JsonSchema, direction: Direction): void {
  if ('default' in jsonSchema && direction === 'input') {
    const said = `Default: ${JSON.stringify(jsonSchema['default'])}.`;
    jsonSchema['description'] = [jsonSchema['description'], said].filter(Boolean).join(' ');
  }
  delete jsonSchema['default'];
  if ('example' in jsonSchema) {
    jsonSchema['examples'] = [jsonSchema['example']];
    delete jsonSchema['example'];
  }
  if (jsonSchema['type'] === 'integer') {
    for (const bound of ['minimum', 'maximum'] as const) if (jsonSchema[bound] === SAFE[bound]) delete jsonSchema[bound];
    jsonSchema['format'] = 'int64';
  }
  if (isSchema(jsonSchema['propertyNames']) && jsonSchema['propertyNames']['type'] === 'string')
    delete jsonSchema['propertyNames'];
}

/** A copy with each reference named anew. */
function renamed(value: unknown, nameOf: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, nameOf));
  if (!isSchema(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string' ? [key, nameOf(inner.slice(REFERENCE.length))] : [key, renamed(inner, nameOf)],
    ),
  );
}

function referencesIn(value: unknown, found = new Set<string>()): Set<string> {
  renamed(value, (name) => (found.add(name), name));
  return found;
}

/**
 * The named schemas of one document. A piece that reads differently when sent and when answered (its defaults) is two components:
 * `Terms` is what is answered, `TermsInput` what may be sent.
 */
export class Components {
  readonly #named: Record<Direction, Map<string, JsonSchema>> = { input: new Map(), output: new Map() };
  readonly #places: { schema: JsonSchema; direction: Direction }[] = [];

  /** The schema in one direction. Its references are final only after `finish`, which mends them in place. */
  add(schema: z.ZodType, direction: Direction): JsonSchema {
    const whole = z.toJSONSchema(z.object({ root: schema }), {
      io: direction,
      target: 'draft-2020-12',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => plainly(jsonSchema as JsonSchema, direction),
    }) as JsonSchema;
    for (const [name, named] of Object.entries((whole['$defs'] ?? {}) as Record<string, JsonSchema>)) {
      delete named['id'];
      this.#named[direction].set(name, named);
    }
    const place = (whole['properties'] as { root: JsonSchema }).root;
    this.#places.push({ schema: place, direction });
    return place;
  }

  /** Mends all references and answers `components.schemas`, by name. */
  finish(): Record<string, JsonSchema> {
    const split = this.#split();
    const nameIn = (direction: Direction) => (name: string) =>
      `#/components/schemas/${direction === 'input' && split.has(name) ? `${name}Input` : name}`;
    for (const { schema, direction } of this.#places) Object.assign(schema, renamed(schema, nameIn(direction)));
    const components: Record<string, JsonSchema> = {};
    for (const direction of ['input', 'output'] as const)
      for (const [name, schema] of this.#named[direction])
        components[direction === 'input' && split.has(name) ? `${name}Input` : name] = renamed(
          schema,
          nameIn(direction),
        ) as JsonSchema;
    return Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The names that read differently in the two directions, by themselves or through what they refer to. */
  #split(): Set<string> {
    const both = [...this.#named.input].flatMap(([name, sent]) => {
      const answered = this.#named.output.get(name);
      return answered ? [{ name, sent, answered }] : [];
    });
    const split = new Set(
      both.filter(({ sent, answered }) => JSON.stringify(sent) !== JSON.stringify(answered)).map(({ name }) => name),
    );
    for (let before = -1; before !== split.size;) {
      before = split.size;
      for (const { name, sent } of both) if ([...referencesIn(sent)].some((other) => split.has(other))) split.add(name);
    }
    return split;
  }
}

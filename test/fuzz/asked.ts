import type { OpenApiDocument } from '../../api/openapi.ts';
import type { RouteSpec } from '../../api/route.ts';
import { bodyOf } from '../support/samples.ts';
import type { Generator } from './generated.ts';
import type { Known } from './known.ts';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: unknown;
}

/** A request as it goes out. */
export interface Asked {
  path: string;
  headers: Record<string, string>;
  body: string | FormData | undefined;
  /** The body as it is shown when something is wrong with the answer. */
  said: string;
  language: 'zh' | 'en';
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('\ud800', '');

const LATER = /^20\d\d-(?:09-[12]|1)/;

/** Small files of each sort, whole and broken. */
const FILES: readonly string[] = [
  ...[
    '',
    '\u0000',
    'no,name\n1,2\n',
    'number;amount\n1;"2',
    '\ufeffexternalId,amount\nI-9,"1,00"',
    'PK\u0003\u0004not a workbook',
  ],
  ...[`${'a,'.repeat(400)}\n1`, 'x'.repeat(5_000)],
];

type Written = Pick<Asked, 'body' | 'headers' | 'said'>;

/** Makes requests of a route by its document: half of them all that it allows, half what it may not. */
export function asking(document: OpenApiDocument, make: Generator, known: Known): (spec: RouteSpec) => Asked {
  function pathOf(spec: RouteSpec): string {
    return spec.path.replaceAll(/\{\w+\}/g, (_, at: number) => {
      const whole = `${spec.method} ${spec.path}`;
      const own = known.of(known.has(whole) ? whole : spec.path.slice(0, at - 1));
      return encodeURIComponent(make.chance(85) ? make.pick(own) : asText(make.odd()) || 'x');
    });
  }

  function valueOf(schema: unknown, fits: boolean): unknown {
    return fits ? make.fitting(schema) : make.value(schema);
  }

  /** An example that names what there is. */
  function named(value: unknown, name = ''): unknown {
    if (Array.isArray(value)) return value.map((one) => named(one, name));
    if (typeof value === 'string') {
      // Days of examples lie ahead of the clock of the walk.
      if (LATER.test(value) && make.chance(50)) return '2026-09-09';
      return known.names(name) ? make.pick(known.texts(name)) : value;
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, named(one, key)]));
  }

  /** The parts of a form, or a bare file with its settings in the query. */
  function fileOf(schema: unknown, types: readonly string[], fits: boolean): Written {
    const file = make.pick(FILES);
    if (make.chance(30)) return { headers: { 'Content-Type': make.pick(types) }, body: file, said: file };
    const form = new FormData();
    const made = valueOf(schema, fits);
    const parts = typeof made === 'object' && made !== null ? Object.entries(made) : [];
    for (const [name, value] of parts) if (name !== 'file') form.append(name, name === 'mapping' && fits ? '{}' : asText(value));
    if (!make.chance(5)) form.append('file', new Blob([file], { type: 'text/csv' }), 'file.csv');
    return { headers: {}, body: form, said: JSON.stringify([...form.entries()].map(([name, value]) => [name, String(value)])) };
  }

  function bodyFor(spec: RouteSpec, fits: boolean): Written {
    const content = document.paths[spec.path]?.[spec.method]?.requestBody?.content ?? {};
    if (spec.upload) return fileOf(content['multipart/form-data']?.schema, spec.upload.types, fits);
    const [type, media] = Object.entries(content)[0] ?? [];
    if (type === undefined || media === undefined) return { headers: {}, body: undefined, said: '' };
    const value = fits && make.chance(40) ? named(bodyOf(spec)) : valueOf(media.schema, fits);
    const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    const form = spec.form === true;
    const body = form
      ? new URLSearchParams(Object.fromEntries(fields.map(([name, one]) => [name, asText(one)]))).toString()
      : JSON.stringify(value);
    return { headers: { 'Content-Type': type }, body, said: body };
  }

  return (spec) => {
    const fits = make.chance(50);
    const operation = document.paths[spec.path]?.[spec.method];
    const query = ((operation?.parameters ?? []) as Parameter[])
      .filter((one) => one.in === 'query' && (one.required === true || make.chance(fits ? 10 : 30)))
      .map((one) => `${one.name}=${encodeURIComponent(asText(fits ? make.fitting(one.schema) : make.value(one.schema)))}`);
    const language = make.chance(50) ? 'zh' : 'en';
    const { headers, body, said } = bodyFor(spec, fits);
    const path = pathOf(spec) + (query.length > 0 ? `?${query.join('&')}` : '');
    return { path, body, said, language, headers: { ...headers, 'Accept-Language': language } };
  };
}

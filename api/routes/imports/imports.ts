import { z } from 'zod';
import { jsonLimits, readJson } from '../../json-body.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { parsePart, InvalidInput } from '../../problem.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import {
  importJob,
  importMapping,
  importParams,
  importRowPage,
  importRowQuery,
  importSettings,
  maxFileBytes,
} from '../../../contracts/imports/imports.ts';
import type { ImportSettings } from '../../../contracts/imports/imports.ts';
import { importFaults, sayFault } from '../../../contracts/imports/import-words.ts';
import type { StoredFault } from '../../../contracts/imports/import-words.ts';
import type { ImportKind } from '../../../domain/imports/fields.ts';
import { mappingFaults } from '../../../domain/imports/mapping.ts';
import type { Mapping } from '../../../domain/imports/mapping.ts';
import { may } from '../../../domain/platform/actor.ts';
import type { Actor, Permission } from '../../../domain/platform/actor.ts';
import { Refusal, invalidAt } from '../../../domain/platform/refusal.ts';
import { queueImport, readImport, readRows } from '../../../store/imports/imports.ts';
import type { ImportView, ImportedRow, KeptError } from '../../../store/imports/imports.ts';

const FORM = 'multipart/form-data';
const SHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** Room for the other parts of a form. */
const FORM_BYTES = 1_048_576;
const FIRST_FAILED = 100;
const upload = {
  types: [FORM, SHEET, 'text/csv', 'application/octet-stream'],
  maxBytes: maxFileBytes + FORM_BYTES,
  parts: importSettings,
};

/** What a row of each kind writes, and so must be allowed. */
const verbs: Readonly<Record<ImportKind, readonly Permission[]>> = {
  customers: ['customer.write'],
  invoices: ['invoice.write'],
  payments: ['payment.write'],
  'credit-notes': ['credit-note.write'],
  ledger: ['customer.write', 'invoice.write', 'payment.write', 'credit-note.write'],
  orders: ['order.write'],
  limits: ['credit.decide'],
  securities: ['credit.record'],
};

interface Upload {
  file: Buffer;
  settings: Record<string, unknown>;
}

/** More parts than a form can have; its reader would take seconds over thousands of them. */
const MOST_PARTS = 16;

function boundParts(form: Buffer, contentType: string): void {
  const boundary = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i
    .exec(contentType)
    ?.slice(1)
    .find((text) => text !== undefined);
  if (boundary === undefined) throw invalidAt('', 'form-boundary');
  const mark = Buffer.from(`--${boundary}`);
  let parts = 0;
  for (let at = form.indexOf(mark); at >= 0; at = form.indexOf(mark, at + mark.length)) {
    parts += 1;
    // The last mark closes the form.
    if (parts > MOST_PARTS + 1) throw new Refusal('too-large', { parts: MOST_PARTS }, { pointer: '' });
  }
}

/** A bare file has its settings in the query; a form has them in its parts, beside the part `file`. */
async function uploadOf(file: Buffer, contentType: string, query: ImportSettings): Promise<Upload> {
  const asked = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
  if (!contentType.toLowerCase().startsWith(FORM)) return { file, settings: { ...asked, dryRun: String(query.dryRun ?? false) } };
  boundParts(file, contentType);
  const form = await new Response(new Uint8Array(file), { headers: { 'Content-Type': contentType } }).formData().catch(() => {
    throw invalidAt('', 'form-unreadable');
  });
  const sent = form.get('file');
  if (sent === null || typeof sent === 'string') throw invalidAt('/file', 'file-missing');
  const parts = [...form.entries()].filter(([name]) => name !== 'file');
  const settings = { ...asked, dryRun: String(query.dryRun ?? false), ...Object.fromEntries(parts) };
  return { file: Buffer.from(await sent.arrayBuffer()), settings: { fileName: sent.name || undefined, ...settings } };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return readJson(bytes);
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.code, error.params, { pointer: '/mapping' });
    throw error;
  }
}

/** The mapping as JSON; every place that does not fit is named. */
function mappingOf(kind: ImportKind, text: string | undefined, language: Language): Mapping {
  if (text === undefined || text.trim() === '') return {};
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > jsonLimits.bytes) throw new Refusal('too-large', {}, { pointer: '/mapping' });
  const { mapping } = parsePart(z.strictObject({ mapping: importMapping }), { mapping: jsonOf(bytes) }, 'body', {
    language,
    today: null,
  });
  const faults = mappingFaults(kind, mapping);
  if (faults.length === 0) return mapping;
  throw new InvalidInput(
    faults.map(({ field, fault }) => ({
      pointer: `/mapping/fields/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: importFaults[fault][language],
      code: 'mapping-invalid',
    })),
  );
}

const told = (errors: readonly KeptError[], language: Language) =>
  errors.map(({ pointer, column, fault }) => ({ pointer, column, detail: sayFault(fault as StoredFault, language) }));

const rowShown = (row: ImportedRow, language: Language) => ({
  row: row.row,
  externalId: row.externalId,
  errors: told(row.errors, language),
});

function shown(found: ImportView, failedRows: readonly ImportedRow[], language: Language) {
  const { facts, errors, fileName, bytes, sha256, ...job } = found;
  const file = {
    name: fileName,
    bytes,
    sha256,
    format: facts?.format ?? null,
    encoding: facts?.encoding ?? null,
    delimiter: facts?.delimiter ?? null,
    sheet: facts?.sheet ?? null,
    unusedColumns: facts?.unusedColumns ?? [],
    skippedRows: facts?.skippedRows ?? 0,
  };
  const said = told(errors, language);
  const error = said.length === 0 ? null : { detail: said.map((one) => one.detail).join('; '), errors: said };
  return { ...job, file, error, errors: failedRows.map((row) => rowShown(row, language)) };
}

/** Files of documents: taken in at once, worked through by the workers, told row by row. */
export function importRoutes({ store }: Services): RouteSpec[] {
  const readAs = async (actor: Actor, id: string): Promise<ImportView> => {
    const found = await readImport(store.db, actor, id);
    if (!found) throw new Refusal('not-found', { id });
    return found;
  };
  const answerOf = async (actor: Actor, id: string, language: Language) => {
    const failed = await readRows(store.db, id, { state: 'failed', after: 0, limit: FIRST_FAILED });
    return shown(await readAs(actor, id), failed, language);
  };
  return [
    route({
      method: 'post',
      path: '/v1/imports',
      verb: 'import.run',
      tag: 'Imports',
      summary: 'Import a CSV or XLSX file: a form with file, kind, mapping and dryRun, or a bare file with the rest in the query',
      query: importSettings,
      upload,
      idempotent: 'key',
      answers: { 202: { description: 'Taken in; follow its Location.', schema: importJob } },
      async handle({ actor, query, file: body, language, req }) {
        const sent = await uploadOf(body, req.get('Content-Type') ?? '', query);
        const settings = parsePart(importSettings, sent.settings, 'body', { language, today: null });
        const { kind, mapping, dryRun = false, fileName = null, reason = null } = settings;
        if (kind === undefined) throw invalidAt('/kind', 'kind-missing');
        const missing = verbs[kind].find((verb) => !may(actor, verb));
        if (missing) throw new Refusal('forbidden', { verb: missing }, { pointer: '/kind' });
        if (sent.file.length === 0) throw new Refusal('import-unreadable', {}, { pointer: '/file' });
        if (sent.file.length > maxFileBytes)
          throw new Refusal('too-large', { limit: maxFileBytes / 2 ** 20 }, { pointer: '/file' });
        const order = { kind, mapping: mappingOf(kind, mapping, language), dryRun, fileName, reason };
        const id = await queueImport(store, actor, order, sent.file);
        return { status: 202, body: await answerOf(actor, id, language), headers: { Location: `/v1/imports/${id}` } };
      },
    }),
    route({
      method: 'get',
      path: '/v1/imports/{id}',
      verb: 'import.read',
      tag: 'Imports',
      summary: 'How far an import is, and its first failed rows',
      params: importParams,
      answers: { 200: { description: 'The import.', schema: importJob } },
      async handle({ actor, params, language }) {
        await readAs(actor, params.id);
        return { status: 200, body: await answerOf(actor, params.id, language) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/imports/{id}/rows',
      verb: 'import.read',
      tag: 'Imports',
      summary: 'Rows of an import with their results, in file order',
      params: importParams,
      query: importRowQuery,
      answers: { 200: { description: 'A page of rows.', schema: importRowPage } },
      async handle({ actor, params, query, language }) {
        await readAs(actor, params.id);
        const { limit, cursor, state } = query;
        const after = cursor === undefined ? 0 : decodeCursor(cursor, z.tuple([z.int32()]))[0];
        const rows = await readRows(store.db, params.id, { state, after, limit: limit + 1 });
        const show = (row: ImportedRow) => ({ ...rowShown(row, language), state: row.state });
        return { status: 200, body: pageFrom(rows, limit, show, (row) => [row.row]) };
      },
    }),
  ];
}

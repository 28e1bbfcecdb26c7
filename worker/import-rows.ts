import { judgeBody } from '../contracts/imports/import-rows.ts';
import type { ImportDocument } from '../contracts/imports/import-rows.ts';
import type { ImportFault, StoredFault } from '../contracts/imports/import-words.ts';
import type { Assembled } from '../domain/imports/assemble.ts';
import { shown } from '../domain/imports/mapping.ts';
import type { Reader } from '../domain/imports/mapping.ts';
import type { BusinessDate } from '../domain/platform/calendar.ts';
import type { Refusal } from '../domain/platform/refusal.ts';
import type { ImportedRow, KeptError, RowState } from '../store/imports/imports.ts';
import type { RefusalReason } from '../domain/platform/refusal-codes.ts';

/** A document of a file and, when it fits its contract, what to post. */
export interface Judged {
  document: Assembled;
  accepted: ImportDocument | null;
  faults: readonly Located[];
}

interface Located {
  row: number;
  field: string;
  fault: StoredFault;
  /** Which of the parts that stand in columns. */
  part?: number;
}

const placeOf = ({ row, field, part }: Omit<Located, 'fault'>): string => `${row} ${field} ${part ?? ''}`;

/** Holds a document against its contract. A field that could not be read is named once. */
export function judgeDocument(reader: Reader, document: Assembled, today: BusinessDate): Judged {
  const read = document.faults.map(({ row, field, fault, params, part }): Located => {
    const stored = { fault: fault as ImportFault, ...(params && { params }) };
    return { row, field, fault: stored, ...(part !== undefined && { part }) };
  });
  const judged = judgeBody(document.kind, document.body, today);
  if (judged.ok) return { document, accepted: read.length === 0 ? judged.accepted : null, faults: read };
  const known = new Set(read.map(placeOf));
  const mapped = new Set([...reader.fields, ...reader.parts.flat()].map((one) => one.name));
  const news = judged.faults
    .map(({ path, fault }): Located => ({ ...document.at(path), fault }))
    .filter((one) => !known.has(placeOf(one)) && known.add(placeOf(one)));
  const faults = [...read, ...news];
  // What no column fills follows from another fault, such as a sum from its parts.
  const own = faults.filter(({ field }) => field === '' || mapped.has(field));
  return { document, accepted: null, faults: own.length > 0 ? own : faults };
}

/** The places a refusal of the posted document names, by row and field. */
export function refusedAt({ document }: Judged, refusal: Refusal): Located[] {
  const reasons: readonly RefusalReason[] = refusal.reasons ?? [refusal];
  return reasons.map(({ code, params, pointer }) => {
    const path = (pointer ?? '').split('/').slice(1);
    const at = document.at(path.map((step) => (/^\d+$/.test(step) ? Number(step) : step)));
    return { ...at, fault: { refusal: code, ...(params && { params }) } };
  });
}

/** The results of a document's rows: what is wrong stands at its row; the others say which one kept them out. */
export function rowsOf(reader: Reader, { document }: Judged, outcome: RowState, faults: readonly Located[]): ImportedRow[] {
  const externalId = document.externalId === '' ? null : shown(document.externalId);
  const first = faults[0]?.row ?? 0;
  return document.rows.map((row, index) => {
    const own = faults.filter((one) => one.row === row).map((one) => kept(reader, one));
    const others: KeptError[] =
      outcome === 'failed' && own.length === 0
        ? [{ pointer: '', column: null, fault: { fault: 'with-others', params: { other: first } } }]
        : own;
    return { row, state: outcome, externalId, errors: others, ...(index > 0 && { counted: false }) };
  });
}

function kept(reader: Reader, { field, fault, part }: Located): KeptError {
  const apart = part === undefined ? undefined : reader.parts[part]?.find((one) => one.name === field);
  const source = (apart ?? reader.fields.find((one) => one.name === field))?.source;
  return { pointer: pointerOf(field), column: source?.column ?? null, fault: { ...fault } };
}

/** 'instalments.amount' → '/instalments/amount'. */
export const pointerOf = (field: string): string => (field === '' ? '' : `/${field.replaceAll('.', '/')}`);

import type { z } from 'zod';
import { readOn } from '../contracts/platform/dates.ts';
import { faults } from '../contracts/platform/faults.ts';
import type { Fault } from '../contracts/platform/faults.ts';
import { sayIssue } from '../contracts/platform/issue-words.ts';
import type { Problem } from '../contracts/platform/common.ts';
import type { Permission } from '../domain/platform/actor.ts';
import type { BusinessDate } from '../domain/platform/calendar.ts';
import { isPermission } from '../domain/platform/permission-words.ts';
import { Refusal, invalidAt } from '../domain/platform/refusal.ts';
import { isDatabaseDown, isStorageFull } from '../store/platform/database.ts';
import { NotQuiet } from '../store/platform/stepping.ts';
import type { Language } from './route.ts';
import type { RefusalCode, RefusalParams } from '../domain/platform/refusal-codes.ts';
import { refusalCodes } from '../domain/platform/refusal-codes.ts';
import { refusalText } from '../domain/records/refusal-text.ts';

/** HTTP status of each refusal; what is not named is 422: understood, and not acceptable as it is. */
const statuses: Partial<Record<RefusalCode, number>> = {
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'already-exists': 409,
  'idempotency-running': 409,
  'receivable-ambiguous': 409,
  'receivable-closed': 409,
  'instalment-has-money': 409,
  'dunning-begun': 409,
  'already-reversed': 409,
  'note-reversed': 409,
  'refund-reversed': 409,
  'has-refund': 409,
  'nothing-unapplied': 409,
  'already-decided': 409,
  unapprovable: 409,
  'own-request': 409,
  'tier-exceeded': 409,
  'same-eyes': 409,
  'own-customer': 409,
  'stale-exposure': 409,
  'not-open': 409,
  'shipment-held': 409,
  'request-required': 409,
  'answer-awaited': 409,
  sanctioned: 409,
  'other-customer': 409,
  'waits-already': 409,
  'clock-fixed': 409,
  'task-closed': 409,
  'task-role': 403,
  'decide-there': 409,
  'payer-out-of-scope': 403,
  'intent-missing': 403,
  'intent-lapsed': 409,
  'scope-too-wide': 403,
  'own-key': 403,
  'act-pending': 409,
  'customer-merged': 409,
  'approver-missing': 409,
  'go-live-closed': 409,
  'dispute-closed': 409,
  'promise-closed': 409,
  'version-mismatch': 412,
  'too-large': 413,
  'unsupported-media': 415,
  'rate-limited': 429,
  'engine-down': 503,
  'database-down': 503,
  'storage-full': 503,
};
const statusOf = (code: RefusalCode): number => statuses[code] ?? 422;

const own: Record<
  'internal' | 'method-not-allowed' | 'not-quiet' | 'secret-shown' | 'answer-lost',
  Record<Language, { title: string; detail: string }>
> = {
  internal: {
    zh: { title: '内部错误', detail: '系统内部出错，错误已记录。请稍后重试；如仍出现，请把 instance 中的编号告知管理员。' },
    en: {
      title: 'Internal error',
      detail:
        'Something went wrong on our side and was logged. Try again later; if it stays, give an administrator the id in "instance".',
    },
  },
  'secret-shown': {
    zh: {
      title: '密钥已显示过',
      detail: '使用该 Idempotency-Key 的首个请求已执行，其中的密钥只显示一次，未被保存。如已遗失，请作废该密钥并新建。',
    },
    en: {
      title: 'Secret already shown',
      detail:
        'The first request with this Idempotency-Key was carried out; its secret was shown that once and kept nowhere. If it is lost, revoke it and make another.',
    },
  },
  'answer-lost': {
    zh: {
      title: '已执行，但答复遗失',
      detail: '使用该 Idempotency-Key 的首个请求已执行，答复在保存前遗失，因此不会再次执行。请读取相关记录查看结果。',
    },
    en: {
      title: 'Carried out, answer lost',
      detail:
        'The first request with this Idempotency-Key was carried out, but its answer was lost before it was kept; it is not carried out again. Read the record concerned to see its outcome.',
    },
  },
  'not-quiet': {
    zh: { title: '流程未就绪', detail: '时钟已移动，但部分流程在一分钟内未作出响应。请确认 worker 正在运行，然后重试。未响应：' },
    en: {
      title: 'Processes have not answered',
      detail:
        'The clock has moved, but some processes did not answer within a minute. See that a worker runs, then try again. Not answered: ',
    },
  },
  'method-not-allowed': {
    zh: { title: '方法不支持', detail: '该路径不支持此 HTTP 方法。可用的方法见响应头 Allow。' },
    en: {
      title: 'Method not allowed',
      detail: 'This path does not take this HTTP method. The header Allow names those it takes.',
    },
  },
};

const ownStatuses: Record<keyof typeof own, number> = {
  internal: 500,
  'method-not-allowed': 405,
  'not-quiet': 503,
  'secret-shown': 409,
  'answer-lost': 409,
};

/** Every problem the API may answer with, as its page lists it. */
export const problemCatalogue = (): {
  code: string;
  status: number;
  text: Record<Language, { title: string; detail: string }>;
}[] => [
  ...refusalCodes.map((code) => ({
    code,
    status: statusOf(code),
    text: { zh: refusalText(code, {}, 'zh'), en: refusalText(code, {}, 'en') },
  })),
  ...(Object.keys(own) as (keyof typeof own)[]).map((code) => ({ code, status: ownStatuses[code], text: own[code] })),
];

type FieldError = NonNullable<Problem['errors']>[number];

/** A request that does not fit its schema, already in the words of its language. */
export class InvalidInput extends Error {
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    super('the request does not fit its schema');
    this.name = 'InvalidInput';
    this.errors = errors;
  }
}

/** The path has no such method. */
export class MethodNotAllowed extends Error {
  readonly allow: string;

  constructor(allow: string) {
    super('method not allowed');
    this.name = 'MethodNotAllowed';
    this.allow = allow;
  }
}

/** A repeat of a request whose answer held a secret. */
export class SecretShown extends Error {
  override readonly name = 'SecretShown';
}

/** A repeat of a request that was carried out by a process that ended before it kept the answer. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost';
}

type RawIssue = Parameters<typeof sayIssue>[0];
interface IssueParams {
  refusal?: RefusalCode;
  figures?: RefusalParams;
  fault?: Fault;
}

const paramsOf = (issue: object): IssueParams => ('params' in issue && issue.params ? (issue.params as IssueParams) : {});

/** The sentence of an issue, chosen when it is found: nothing global is switched, so requests in two languages do not meet. */
const wordsOf = (language: Language) => (issue: RawIssue) => {
  const { refusal, figures, fault } = paramsOf(issue);
  if (refusal) return refusalText(refusal, figures ?? {}, language).detail;
  if (fault) return faults[fault][language];
  return sayIssue(issue, language);
};

const step = (key: PropertyKey): string => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

type Where = 'body' | 'query' | 'path';

/** `/amount` in the body, `?limit` in the query, `{id}` in the path. */
function pointerOf(where: Where, path: readonly PropertyKey[]): string {
  if (where === 'query') return `?${path.map(String).join('.')}`;
  if (where === 'path') return `{${path.map(String).join('.')}}`;
  return path.map(step).join('');
}

function fieldErrors(error: z.ZodError, where: Where): FieldError[] {
  return error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ pointer: pointerOf(where, [...issue.path, key]), detail: issue.message }));
    const { refusal } = paramsOf(issue);
    return [{ pointer: pointerOf(where, issue.path), detail: issue.message, ...(refusal && { code: refusal }) }];
  });
}

const MOST_ERRORS = 100;
const NAMED = 10;

/** Parses one part of a request, its dates as seen from the business day. Throws InvalidInput naming each place that does not fit. */
export function parsePart<S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: Where,
  { language, today }: { language: Language; today: BusinessDate | null },
): z.output<S> {
  const parsed = readOn(today, () => schema.safeParse(value, { error: wordsOf(language) }));
  if (parsed.success) return parsed.data;
  throw new InvalidInput(fieldErrors(parsed.error, where).slice(0, MOST_ERRORS));
}

interface HttpError {
  status: number;
  type?: string;
  expose?: boolean;
}
const isHttpError = (error: unknown): error is Error & HttpError =>
  error instanceof Error && typeof (error as Partial<HttpError>).status === 'number';

/** What the HTTP library itself refuses: sizes, encodings, broken URLs. */
function refusalOfHttp(error: Error & HttpError): Refusal | null {
  if (error.status === 413) return new Refusal('too-large');
  if (error.status === 415) return new Refusal('unsupported-media');
  if (error.status >= 400 && error.status < 500) return invalidAt('', 'request-unreadable');
  return null;
}

/** The expected "no" behind an error, or null when it is a defect. */
function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  if (isStorageFull(error)) return new Refusal('storage-full');
  if (isDatabaseDown(error)) return new Refusal('database-down');
  if (error instanceof URIError) return new Refusal('not-found');
  return isHttpError(error) ? refusalOfHttp(error) : null;
}

export interface ProblemAnswer {
  status: number;
  body: Problem;
  headers: Record<string, string>;
  /** True for a defect: to be logged with its stack. */
  defect: boolean;
}

function answer(
  code: Problem['code'],
  status: number,
  text: { title: string; detail: string },
  instance: string,
  more: { errors?: FieldError[]; permission?: Permission; headers?: Record<string, string> } = {},
): ProblemAnswer {
  const { errors, permission, headers = {} } = more;
  const body = { type: `/docs/problems#${code}`, title: text.title, status, detail: text.detail, instance, code };
  return {
    status,
    body: { ...body, ...(errors && { errors }), ...(permission && { permission }) },
    headers,
    defect: code === 'internal',
  };
}

function ofInput(error: InvalidInput, language: Language, instance: string): ProblemAnswer {
  const errors = [...error.errors];
  const only = errors.length === 1 ? errors[0] : undefined;
  const code = (only?.code as RefusalCode | undefined) ?? 'invalid';
  const text = refusalText(code, {}, language);
  return answer(code, statusOf(code), only?.code ? { ...text, detail: only.detail } : text, instance, { errors });
}

const headersOf = (refusal: Refusal): Record<string, string> => {
  const status = statusOf(refusal.code);
  if (status === 401) return { 'WWW-Authenticate': 'Bearer realm="duecourse"' };
  if (status === 503) return { 'Retry-After': '5' };
  if (refusal.code === 'idempotency-running') return { 'Retry-After': '1' };
  return {};
};

function ofRefusal(refusal: Refusal, language: Language, instance: string): ProblemAnswer {
  const { code, params, pointer, reasons } = refusal;
  const text = refusalText(code, params, language);
  const errors = reasons?.map((reason) => ({
    pointer: reason.pointer ?? '',
    detail: refusalText(reason.code, reason.params ?? {}, language).detail,
    code: reason.code,
  }));
  const named = errors ?? (pointer === undefined ? undefined : [{ pointer, detail: text.detail, code }]);
  const permission = code === 'forbidden' && isPermission(params['verb']) ? params['verb'] : undefined;
  const more = { ...(named && { errors: named }), ...(permission && { permission }) };
  return answer(code, statusOf(code), text, instance, { headers: headersOf(refusal), ...more });
}

/** The problem [RFC 9457] of anything thrown: a refusal in its words, the unknown as a generic 500 that tells nothing of the inside. */
export function problemOf(error: unknown, language: Language, instance: string): ProblemAnswer {
  if (error instanceof InvalidInput) return ofInput(error, language, instance);
  if (error instanceof MethodNotAllowed)
    return answer('method-not-allowed', ownStatuses['method-not-allowed'], own['method-not-allowed'][language], instance, {
      headers: { Allow: error.allow },
    });
  if (error instanceof SecretShown)
    return answer('secret-shown', ownStatuses['secret-shown'], own['secret-shown'][language], instance);
  if (error instanceof AnswerLost)
    return answer('answer-lost', ownStatuses['answer-lost'], own['answer-lost'][language], instance);
  if (error instanceof NotQuiet) {
    const { title, detail } = own['not-quiet'][language];
    return answer(
      'not-quiet',
      ownStatuses['not-quiet'],
      { title, detail: `${detail}${error.subjects.slice(0, NAMED).join(', ')}` },
      instance,
    );
  }
  const refusal = refusalOf(error);
  return refusal
    ? ofRefusal(refusal, language, instance)
    : answer('internal', ownStatuses.internal, own.internal[language], instance);
}

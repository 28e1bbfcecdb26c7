import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bureauConnector } from '../../activities/credit/providers/bureau.ts';
import { courtListConnector } from '../../activities/credit/providers/court-list.ts';
import { licencesConnector } from '../../activities/credit/providers/licences.ts';
import { connectorProblems } from '../../domain/credit/connectors.ts';
import { sayConnectorProblem } from '../../domain/credit/connector-words.ts';
import { connectorNames } from '../../domain/credit/facts.ts';
import { openRegister } from '../support/fake-registers.ts';
import type { FakeRegister, Reply } from '../support/fake-registers.ts';

const TAX_ID = '914403001922038216';
const request = { taxId: TAX_ID, requestId: '01980a3e-7c1e-7000-8000-000000000001' };
const head = { taxId: TAX_ID, asOf: '2026-09-30' };
const KEY = 'key-of-the-test-register';

let register: FakeRegister;
beforeEach(async () => {
  register = await openRegister({ body: { ...head, entries: [], openCases: 0 } });
});
afterEach(() => register.close());

const settings = () => ({ url: register.url, apiKey: KEY, timeoutMs: 400 });
const courts = (reply: Reply) => {
  register.answer(reply);
  return courtListConnector(settings()).ask(request);
};

describe('what a register tells becomes facts', () => {
  test('the bureau', async () => {
    register.answer({
      body: {
        ...head,
        registeredOn: '1987-09-15',
        registrationState: 'active',
        ownership: 'private',
        netAssets: { currency: 'CNY', minor: 500_000_000 },
        registeredCapital: null,
        score: 720,
        futureField: { any: 'thing' },
      },
    });
    expect(await bureauConnector(settings()).ask(request)).toEqual({
      outcome: 'answered',
      asOf: '2026-09-30',
      facts: [
        { name: 'registeredOn', value: '1987-09-15' },
        { name: 'registrationState', value: 'active' },
        { name: 'ownership', value: 'private' },
        { name: 'netAssets', value: { CNY: 500_000_000 } },
        { name: 'bureauScore', value: 720 },
      ],
    });
  });

  test.each([
    [[], [{ name: 'licenceState', value: 'none' }]],
    [
      [
        { number: 'A', state: 'revoked', validUntil: '2030-01-01' },
        { number: 'B', state: 'valid', validUntil: '2027-01-01' },
        { number: 'C', state: 'valid', validUntil: '2028-01-01' },
      ],
      [
        { name: 'licenceState', value: 'valid' },
        { name: 'licenceUntil', value: '2028-01-01' },
      ],
    ],
    [
      [{ number: 'A', state: 'suspended', validUntil: '2030-01-01' }],
      [
        { name: 'licenceState', value: 'suspended' },
        { name: 'licenceUntil', value: '2030-01-01' },
      ],
    ],
  ])('the licence registry: %j', async (licences, facts) => {
    register.answer({ body: { ...head, licences } });
    expect(await licencesConnector(settings()).ask(request)).toEqual({ outcome: 'answered', asOf: '2026-09-30', facts });
  });

  test('the court list: an empty one is an answer', async () => {
    expect(
      await courts({ body: { ...head, entries: [{ list: 'dishonest', since: '2026-02-01' }], openCases: 2 } }),
    ).toMatchObject({
      facts: [{ value: [{ list: 'dishonest', since: '2026-02-01', reference: null }] }, { name: 'courtCases', value: 2 }],
    });
    expect(await courts({ body: { ...head, entries: [], openCases: 0 } })).toMatchObject({
      facts: [{ value: [] }, { value: 0 }],
    });
  });
});

test('nothing leaves the house but the tax id and our own id of the call; the key goes in its header', async () => {
  await courts({ body: { ...head, entries: [], openCases: 0 } });
  expect(register.asked).toMatchObject([{ path: '/v1/lookup', body: request, headers: { authorization: `Bearer ${KEY}` } }]);
  expect(Object.keys(register.asked[0]?.body as object)).toEqual(['taxId', 'requestId']);
});

describe('an answer that is not the agreed one is no answer', () => {
  test.each<[string, Reply, string]>([
    ['no JSON', { body: '<html>maintenance</html>' }, 'answer-unreadable'],
    ['an empty object', { body: {} }, 'answer-unreadable'],
    ['a field that is gone', { body: { ...head, entries: [] } }, 'answer-unreadable'],
    ['a field of another type', { body: { ...head, entries: [], openCases: '0' } }, 'answer-unreadable'],
    ['a list we do not know', { body: { ...head, entries: [{ list: 'blacklist2' }], openCases: 0 } }, 'answer-unreadable'],
    ['a date that is none', { body: { ...head, asOf: '2026-02-30', entries: [], openCases: 0 } }, 'answer-unreadable'],
    ['more than we read', { body: 'x'.repeat(300_000) }, 'answer-unreadable'],
    ['another tax id', { body: { ...head, taxId: '9144030071526726XG', entries: [], openCases: 0 } }, 'answer-of-another'],
    ['401', { status: 401 }, 'credentials'],
    ['403', { status: 403 }, 'credentials'],
    ['404', { status: 404 }, 'not-on-file'],
    ['400', { status: 400 }, 'refused'],
  ])('%s: it failed, and is not asked again', async (_, reply, problem) => {
    expect(await courts(reply)).toEqual({ outcome: 'failed', problem });
  });
});

describe('what a later try may mend is busy', () => {
  test.each<[string, Reply, string, number | null]>([
    ['429 with Retry-After', { status: 429, headers: { 'retry-after': '7' } }, 'overloaded', 7_000],
    ['429 for an hour', { status: 429, headers: { 'retry-after': '3600' } }, 'overloaded', 60_000],
    ['503', { status: 503 }, 'broken', null],
    ['500', { status: 500 }, 'broken', null],
    ['504', { status: 504 }, 'too-slow', null],
    ['silence', { silent: true }, 'too-slow', null],
    ['another address', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'unreachable', null],
  ])('%s', async (_, reply, problem, retryAfterMs) => {
    expect(await courts(reply)).toEqual({ outcome: 'busy', problem, retryAfterMs });
  });

  test('nobody there', async () => {
    const { url } = register;
    await register.close();
    const gone = courtListConnector({ url, apiKey: KEY });
    expect(await gone.ask(request)).toMatchObject({ outcome: 'busy', problem: 'unreachable' });
    register = await openRegister({});
  });
});

test('every problem of every connector is said in both languages, with what to do', () => {
  for (const connector of connectorNames)
    for (const problem of connectorProblems) {
      expect(sayConnectorProblem(connector, problem, 'en')).toMatch(/^The .* .*\.$/);
      expect(sayConnectorProblem(connector, problem, 'zh')).toMatch(/[一-鿿].*。$/);
    }
});

import { setTimeout as rest } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { Gatherer } from '../../store/platform/gather.ts';
import { requestsInHand, withRequests } from '../../store/platform/idempotency.ts';

/** A desk whose batches end when the test says so; `batches` are those that have begun. */
function desk(of: { about?(request: string): string; alike?(request: string): string } = {}) {
  const batches: { requests: readonly string[]; keys: readonly string[]; end(): void; fail(error: Error): void }[] = [];
  const gatherer = new Gatherer<string, string>({
    ...of,
    work: (requests) =>
      new Promise((resolve, reject) => {
        const keys = requestsInHand().map((key) => key.key);
        batches.push({ requests, keys, end: () => resolve(requests.map((one) => `did ${one}`)), fail: reject });
      }),
  });
  return { gatherer, batches };
}

const begun = (batches: readonly { requests: readonly string[] }[]) => batches.map((batch) => batch.requests);
/** Lets everything go on that waits for nothing outside. */
const turn = () => rest(0);

test('one alone does not wait; what comes while two batches run shares the next, in order', async () => {
  const { gatherer, batches } = desk();
  const answers = ['a', 'b', 'c', 'd', 'e'].map((one) => gatherer.put(one));
  expect(begun(batches)).toEqual([['a'], ['b']]);
  batches[0]?.end();
  await turn();
  expect(begun(batches)).toEqual([['a'], ['b'], ['c', 'd', 'e']]);
  for (const batch of batches) batch.end();
  expect(await Promise.all(answers)).toEqual(['did a', 'did b', 'did c', 'did d', 'did e']);
});

test('of two about the same thing the second waits for the batch after, and so does all that came later about it', async () => {
  const { gatherer, batches } = desk({ about: (request) => request.slice(0, 1) });
  void gatherer.put('x');
  void gatherer.put('y');
  for (const one of ['a1', 'a2', 'b1', 'a3', 'c1']) void gatherer.put(one);
  batches[0]?.end();
  await turn();
  batches[2]?.end();
  await turn();
  expect(begun(batches).slice(2)).toEqual([['a1', 'b1', 'c1'], ['a2']]);
});

test('only what is alike shares a batch', async () => {
  const { gatherer, batches } = desk({ alike: (request) => request.slice(-1) });
  for (const one of ['a1', 'b1', 'c1', 'd2', 'e1', 'f2']) void gatherer.put(one);
  batches[0]?.end();
  await turn();
  batches[1]?.end();
  await turn();
  expect(begun(batches).slice(2)).toEqual([
    ['c1', 'e1'],
    ['d2', 'f2'],
  ]);
});

test('a batch that fails is done one by one: each gets its own answer or its own error', async () => {
  const { gatherer, batches } = desk();
  const [, , ...gathered] = ['a', 'b', 'good', 'bad', 'fine'].map((one) => gatherer.put(one));
  batches[0]?.end();
  await turn();
  const ended = Promise.allSettled(gathered);
  batches[2]?.fail(new Error('all of it'));
  for (const place of [3, 4, 5]) {
    await turn();
    const alone = batches[place];
    if (alone?.requests[0] === 'bad') alone.fail(new Error('its own'));
    else alone?.end();
  }
  expect(begun(batches).slice(2)).toEqual([['good', 'bad', 'fine'], ['good'], ['bad'], ['fine']]);
  expect((await ended).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual([
    'did good',
    'Error: its own',
    'did fine',
  ]);
});

test('a batch that finds Postgres away is told so at once, and nothing of it is tried again', async () => {
  const { gatherer, batches } = desk();
  const [, , ...gathered] = ['a', 'b', 'c', 'd', 'e'].map((one) => gatherer.put(one));
  batches[0]?.end();
  await turn();
  const ended = Promise.allSettled(gathered);
  batches[2]?.fail(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
  expect((await ended).map((one) => one.status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(begun(batches)).toEqual([['a'], ['b'], ['c', 'd', 'e']]);
});

test('a batch works under the keys of its own requests, whoever started it', async () => {
  const { gatherer, batches } = desk();
  const put = (key: string) => withRequests([{ caller: 'erp', route: 'post', key }], () => gatherer.put(key));
  void put('a');
  void put('b');
  void put('c');
  void gatherer.put('keyless');
  void put('d');
  batches[0]?.end();
  await turn();
  expect(batches.map((batch) => batch.keys)).toEqual([['a'], ['b'], ['c', 'd']]);
});

test('a batch that waits for a lock gives up its place, and others go on', async () => {
  vi.useFakeTimers();
  try {
    const { gatherer, batches } = desk();
    for (const one of ['stuck', 'stuck too', 'next']) void gatherer.put(one);
    await vi.advanceTimersByTimeAsync(249);
    expect(begun(batches)).toEqual([['stuck'], ['stuck too']]);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun(batches)).toEqual([['stuck'], ['stuck too'], ['next']]);
    for (const batch of batches) batch.end();
    await vi.advanceTimersByTimeAsync(0);
    void gatherer.put('a');
    void gatherer.put('b');
    void gatherer.put('c');
    expect(begun(batches).slice(3)).toEqual([['a'], ['b']]);
  } finally {
    vi.useRealTimers();
  }
});

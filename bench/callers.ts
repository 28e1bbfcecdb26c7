import { Agent, request } from 'node:http';

/** Does something with every item, `callers` at a time; the first fault ends it. */
export async function pour<T>(items: readonly T[], callers: number, one: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await one(item);
  };
  await Promise.all(Array.from({ length: Math.min(callers, items.length) }, caller));
}

/** A caller of the API over kept-alive connections; throws on anything but 2xx. */
export function httpCaller(base: string, apiKey: string, callers: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const send = (method: 'PUT' | 'POST', path: string, body: unknown): Promise<string> =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(body);
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        authorization: `Bearer ${apiKey}`,
      };
      const call = request(`${base}${path}`, { method, agent, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const said = Buffer.concat(chunks).toString();
          const status = answer.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(said);
          else reject(new Error(`${method} ${path}: ${status} ${said}`));
        });
      });
      call.on('error', reject);
      call.end(text);
    });
  return { send, end: () => agent.destroy() };
}

/** Looks every `everyMs` until `done` says so; throws after `limitMs`. Answers how often it looked. */
export async function until(done: () => Promise<boolean>, everyMs: number, limitMs: number, what: string): Promise<number> {
  const end = performance.now() + limitMs;
  for (let looks = 1; ; looks += 1) {
    if (await done()) return looks;
    if (performance.now() > end) throw new Error(`${what}: not within ${Math.round(limitMs / 1000)} s`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

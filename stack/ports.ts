import { createServer } from 'node:net';
import { StackError } from './error.ts';

const HOST = '127.0.0.1';

function listenOnce(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.unref();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}

/** Whether nothing listens on `port` of `host` at this moment. */
export async function isPortFree(port: number, host: string = HOST): Promise<boolean> {
  return listenOnce(port, host).then(
    () => true,
    () => false,
  );
}

/** A free TCP port of `host`: `prefer` when it is free, else one the system picks. */
export async function freePort(prefer?: number, host: string = HOST): Promise<number> {
  if (prefer !== undefined && (await isPortFree(prefer, host))) return prefer;
  return listenOnce(0, host);
}

/** Chooses a port to listen on: `prefer` when it can be had. */
export type ChoosePort = (prefer?: number) => Promise<number>;

/** A chosen port was taken by somebody else before it was bound. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/** Whether a server that ended could not have its ports: somebody else has one of them now. */
export async function lostPort(...ports: (number | null)[]): Promise<boolean> {
  const free = await Promise.all(ports.map((port) => port === null || isPortFree(port)));
  return free.includes(false);
}

const MOST_CHOICES = 5;

/**
 * Starts a server on a port that is chosen first and bound later: somebody may take it between the two, on a busy machine. Then another is
 * chosen, a few times. Throws StackError when all were taken.
 */
export async function onFreePort<T>(name: string, start: (choice: number) => Promise<T>): Promise<T> {
  for (let choice = 0; ; choice += 1) {
    try {
      return await start(choice);
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
      if (choice + 1 >= MOST_CHOICES)
        throw new StackError(
          `${name} found no port: ${MOST_CHOICES} that were free were taken before it could bind them; start again when the machine is less busy.`,
          `${name} 未能取得端口：先后 ${MOST_CHOICES} 个空闲端口在绑定前被占用；请在机器不忙时重新启动。`,
        );
    }
  }
}

/** Refuses with one sentence when the port a user asked for cannot be listened on. */
export async function requirePort(port: number, host: string = HOST): Promise<void> {
  try {
    await listenOnce(port, host);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES') {
      throw new StackError(
        `Port ${port} needs more rights than this user has: choose one above 1023 with --port N.`,
        `端口 ${port} 需要更高权限：请用 --port N 选择大于 1023 的端口。`,
      );
    }
    throw new StackError(
      `Port ${port} is already in use: stop the program that holds it or choose another with --port N.`,
      `端口 ${port} 已被占用：请停止占用它的程序，或用 --port N 换一个端口。`,
    );
  }
}

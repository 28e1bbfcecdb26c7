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

/** Refuses with one sentence when the port a user asked for cannot be listened on. */
export async function requirePort(port: number, host: string = HOST): Promise<void> {
  try {
    await listenOnce(port, host);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES') {
      throw new StackError(
        `Port ${port} needs more rights than this user has: choose one above 1023 with --port N.`,
        `端口 ${port} 需要更高权限:请用 --port N 选择大于 1023 的端口。`,
      );
    }
    throw new StackError(
      `Port ${port} is already in use: stop the program that holds it or choose another with --port N.`,
      `端口 ${port} 已被占用:请停止占用它的程序,或用 --port N 换一个端口。`,
    );
  }
}

import pg from 'pg';

/** Waits that a notification ends early; one sleeper for one loop. */
export interface Sleeper {
  /** Until notified of the topic, or `ms` have passed; with `early` false only the time counts (and the end). */
  sleep(ms: number, early?: boolean): Promise<void>;
  end(): void;
}

/** What is told, each with all before it: a bell to be rung, anything that was written, an answer that changed nothing. */
const topics = ['wake', 'event', 'answer'] as const;
type Topic = (typeof topics)[number];

export interface Listener {
  sleeper(topic: Topic): Sleeper;
  close(): Promise<void>;
}

const RECONNECT_MS = 1_000;

/**
 * One connection that listens for what transactions have committed. Notifications only shorten waits: everybody who sleeps on one also
 * looks by itself, so that a lost connection costs time and no work.
 */
export function startListener(url: string): Listener {
  const subscribers = new Set<{ topic: Topic; notify: () => void }>();
  let closed = false;
  let client: pg.Client | null = null;

  const connect = async (): Promise<void> => {
    if (closed) return;
    const fresh = new pg.Client({ connectionString: url, application_name: 'duecourse-listener' });
    fresh.on('notification', ({ payload }) => {
      const told = topics.findIndex((topic) => topic === payload);
      for (const subscriber of subscribers) if (told <= topics.indexOf(subscriber.topic)) subscriber.notify();
    });
    fresh.on('error', () => undefined);
    fresh.on('end', () => {
      if (!closed) setTimeout(() => void connect(), RECONNECT_MS);
    });
    client = fresh;
    try {
      await fresh.connect();
      await fresh.query('listen duecourse');
    } catch {
      await fresh.end().catch(() => undefined);
    }
  };
  const connected = connect();

  return {
    sleeper(topic) {
      let wake: (() => void) | null = null;
      let notified = false;
      let ended = false;
      const subscriber = {
        topic,
        notify: () => {
          notified = true;
          wake?.();
        },
      };
      subscribers.add(subscriber);
      return {
        async sleep(ms, early = true) {
          if (ended || (early && notified)) {
            notified = false;
            return;
          }
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, ms);
            wake = () => {
              if (!early && !ended) return;
              clearTimeout(timer);
              resolve();
            };
          });
          wake = null;
          if (early) notified = false;
        },
        end() {
          ended = true;
          subscribers.delete(subscriber);
          wake?.();
        },
      };
    },
    async close() {
      closed = true;
      await connected;
      await client?.end().catch(() => undefined);
    },
  };
}

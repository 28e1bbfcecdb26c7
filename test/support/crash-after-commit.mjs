/**
 * Preloaded into a worker process by a test: kills the process, like kill -9, at the moment Postgres has committed the first transaction
 * whose audit entries name the action CRASH_AFTER, before anybody can be told of it.
 */
import pg from 'pg';

const action = process.env['CRASH_AFTER'];
const marked = new WeakSet();
const { query } = pg.Client.prototype;

pg.Client.prototype.query = function observed(...args) {
  const [config] = args;
  const text = (typeof config === 'string' ? config : config?.text) ?? '';
  const values = config?.values ?? args[1];
  if (Array.isArray(values) && values.some((value) => typeof value === 'string' && value.includes(`"action":"${action}"`)))
    marked.add(this);
  const answer = query.apply(this, args);
  if (text !== 'commit' || !marked.has(this)) return answer;
  return answer.then(() => {
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  });
};

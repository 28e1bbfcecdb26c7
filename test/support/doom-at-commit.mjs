/**
 * Preloaded into a worker process by a test: at the first transaction whose audit entries name DOOM_ACTION it kills the process like
 * kill -9 once Postgres has committed (`crash-after`), before anybody can be told, or freezes it there (`freeze-after`), or freezes it
 * with the transaction open (`freeze-before`).
 */
import pg from 'pg';

const { DOOM_ACTION: action, DOOM: doom } = process.env;
const marked = new WeakSet();
const { query } = pg.Client.prototype;
let spent = false;

function befall(signal) {
  spent = true;
  process.kill(process.pid, signal);
}

pg.Client.prototype.query = function observed(...args) {
  const [config] = args;
  const text = (typeof config === 'string' ? config : config?.text) ?? '';
  const values = config?.values ?? args[1];
  if (Array.isArray(values) && values.some((value) => typeof value === 'string' && value.includes(`"action":"${action}"`)))
    marked.add(this);
  const comes = !spent && text === 'commit' && marked.has(this);
  if (comes && doom === 'freeze-before') befall('SIGSTOP');
  const answer = query.apply(this, args);
  if (!comes || doom === 'freeze-before') return answer;
  return answer.then((result) => {
    if (spent) return result;
    befall(doom === 'crash-after' ? 'SIGKILL' : 'SIGSTOP');
    return doom === 'crash-after' ? new Promise(() => undefined) : result;
  });
};

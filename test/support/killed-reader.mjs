/** A process that reads files until the system kills it in the middle of one. */
process.on('message', () => process.kill(process.pid, 'SIGKILL'));

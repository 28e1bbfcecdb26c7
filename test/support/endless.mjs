/** A process that reads for ever: it never answers, and never rests. */
process.on('message', () => {
  for (;;);
});

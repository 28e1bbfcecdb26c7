/** A process that keeps all it can get of its memory, and never answers. */
const kept = [];
process.on('message', () => {
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, no) => `${kept.length}-${no}`));
});

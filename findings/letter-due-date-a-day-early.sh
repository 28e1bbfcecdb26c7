#!/usr/bin/env bash
# West of Greenwich a due date in a letter template is printed a day early.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.log
npm install --silent --no-audit --no-fund --ignore-scripts liquidjs@10.30.1 >> npm.log

cat > probe.cjs <<'JS'
const { Liquid } = require('liquidjs');
const engine = new Liquid();
for (const zone of ['America/New_York', 'Asia/Shanghai']) {
  process.env.TZ = zone;
  console.log(zone, engine.parseAndRenderSync('{{ "2026-03-31" | date: "%Y-%m-%d" }}'));
}
JS

stated=$(cat <<'TXT'
America/New_York 2026-03-30
Asia/Shanghai 2026-03-31
TXT
)
seen=$(node probe.cjs)

cat <<'TXT'
package   liquidjs 10.30.1
input     the due date 2026-03-31, formatted as %Y-%m-%d, on a server in New York and on one in Shanghai
expected  2026-03-31 on both
because   a due date is a calendar day, not an instant; the reference implementation of the language reads a day without a time in the local zone and prints the same day
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

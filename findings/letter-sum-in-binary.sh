#!/usr/bin/env bash
# A sum in a letter template prints the error of binary fractions.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.log
npm install --silent --no-audit --no-fund --ignore-scripts liquidjs@10.30.1 >> npm.log

cat > probe.cjs <<'JS'
const { Liquid } = require('liquidjs');
const engine = new Liquid();
for (const text of ['{{ "1000.10" | minus: "999.90" }}', '{{ "8.70" | times: 3 }}', '{{ "1200.10" | plus: "300.20" }}']) {
  console.log(text, engine.parseAndRenderSync(text));
}
JS

stated=$(cat <<'TXT'
{{ "1000.10" | minus: "999.90" }} 0.20000000000004547
{{ "8.70" | times: 3 }} 26.099999999999998
{{ "1200.10" | plus: "300.20" }} 1500.3
TXT
)
seen=$(node probe.cjs)

cat <<'TXT'
package   liquidjs 10.30.1
input     1000.10 less 999.90, three times 8.70, and 1200.10 plus 300.20 by the template's own filters
expected  0.2, 26.1, 1500.3: decimal arithmetic
because   the reference implementation of the language turns decimal text into decimal numbers before plus, minus and times; so does every ledger
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

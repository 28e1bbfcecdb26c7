#!/usr/bin/env bash
# Interest days by the European 30/360 rule count the 31st, against the same library's other function.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.log
npm install --silent --no-audit --no-fund --ignore-scripts @formulajs/formulajs@4.6.1 >> npm.log

cat > probe.cjs <<'JS'
const { DAYS360, YEARFRAC } = require('@formulajs/formulajs');
const day = (text) => new Date(...text.split('-').map((part, at) => Number(part) - (at === 1 ? 1 : 0)));
for (const [from, to] of [['2025-01-30', '2025-03-31'], ['2025-01-31', '2025-02-28'], ['2025-02-28', '2025-03-31'], ['2025-01-31', '2025-03-31']]) {
  console.log(from, to, 'YEARFRAC', Math.round(YEARFRAC(day(from), day(to), 4) * 360), 'DAYS360', DAYS360(day(from), day(to), true));
}
JS

stated=$(cat <<'TXT'
2025-01-30 2025-03-31 YEARFRAC 61 DAYS360 60
2025-01-31 2025-02-28 YEARFRAC 27 DAYS360 28
2025-02-28 2025-03-31 YEARFRAC 33 DAYS360 32
2025-01-31 2025-03-31 YEARFRAC 60 DAYS360 60
TXT
)
seen=$(node probe.cjs)

cat <<'TXT'
package   @formulajs/formulajs 4.6.1
input     YEARFRAC with basis 4 times 360, and DAYS360 by the European method, for four pairs of dates at month ends
expected  60, 28, 32 and 60 days from both
because   ISDA 2006 definitions, 4.16(g) (30E/360), and OpenFormula, basis 4: a day 31 at either end counts as 30, all else stays
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

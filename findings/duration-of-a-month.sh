#!/usr/bin/env bash
# A month in a rule is 30.44 days: added to 31 January it gives 2 March, at half past ten.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.log
npm install --silent --no-audit --no-fund --ignore-scripts @gorules/zen-engine@0.52.1 >> npm.log

cat > probe.cjs <<'JS'
const { evaluateExpressionSync: run } = require('@gorules/zen-engine');
console.log('duration', run('dateString(date("2026-01-31") + duration("1M"))', {}));
console.log('add     ', run('d("2026-01-31").add(1, "month").format("%Y-%m-%d %H:%M:%S")', {}));
JS

stated=$(cat <<'TXT'
duration 2026-03-02 10:33:36
add      2026-02-28 00:00:00
TXT
)
seen=$(node probe.cjs)

cat <<'TXT'
package   @gorules/zen-engine 0.52.1
input     date("2026-01-31") + duration("1M"), and the same day by d(...).add(1, "month")
expected  2026-02-28 for both
because   Civil Code art. 202 (and the same rule in most laws): a term of months ends on the same day of the month, or on its last day when there is none
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

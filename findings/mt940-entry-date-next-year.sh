#!/usr/bin/env bash
# A line booked on 31 December with value 2 January gets an entry date almost a year ahead.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.log
npm install --silent --no-audit --no-fund --ignore-scripts mt940js@1.3.5 >> npm.log

cat > probe.cjs <<'JS'
const lines = [
  ':20:STMT0001', ':25:12345678/0001234567', ':28C:1/1', ':60F:C251231EUR1000,00',
  ':61:2601021231C500,00NTRFINV1001//B1', ':86:transfer', ':62F:C260102EUR1500,00', '-', '',
].join('\n');
const { Parser } = require('mt940js');
const [statement] = new Parser().parse(lines);
const day = (date) => date.toISOString().slice(0, 10);
const [line] = statement.transactions;
console.log('closing', day(statement.closingBalanceDate), 'value', day(line.date), 'entry', day(line.entryDate));
JS

stated=$(cat <<'TXT'
closing 2026-01-02 value 2026-01-02 entry 2026-12-31
TXT
)
seen=$(node probe.cjs)

cat <<'TXT'
package   mt940js 1.3.5
input     MT940 line :61:2601021231C500,00 (value date 2026-01-02, entry date 12-31) in a statement that closes on 2026-01-02
expected  entry date 2025-12-31
because   SWIFT MT940, field 61, subfield 2: the entry date has no year, it is the one next to the value date; a statement cannot hold an entry booked after its closing date
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

#!/usr/bin/env bash
# A returned payment (reversal of a credit) is read as money in.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.log
npm install --silent --no-audit --no-fund --ignore-scripts mt940-js@1.0.0 tslib@2.8.1 >> npm.log

cat > probe.cjs <<'JS'
const lines = [
  ':20:STMT0001', ':25:12345678/0001234567', ':28C:1/1', ':60F:C251231EUR1000,00',
  ':61:2601020102RC500,00NRTIINV1001//B1', ':86:returned transfer', ':62F:C260102EUR500,00', '-', '',
].join('\r\n');

require('mt940-js').read(new Uint8Array(Buffer.from(lines)).buffer).then(([statement]) => {
  const [line] = statement.transactions;
  console.log('opening', statement.openingBalance.value, 'closing', statement.closingBalance.value);
  console.log('line isCredit', line.isCredit, 'amount', line.amount);
});
JS

stated=$(cat <<'TXT'
opening 1000 closing 500
line isCredit true amount 500
TXT
)
seen=$(node probe.cjs)

cat <<'TXT'
package   mt940-js 1.0.0
input     MT940: opening balance 1000,00; one line :61: with mark RC and 500,00; closing balance 500,00
expected  a debit of 500: the account goes down
because   SWIFT MT940, field 61, subfield 3: RC is the reversal of a credit, a debit entry; the balances of the statement say the same
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

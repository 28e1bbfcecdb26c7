#!/usr/bin/env bash
# Half-days and days for a part of the people count as public holidays, statutory days are missing.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.log
npm install --silent --no-audit --no-fund --ignore-scripts date-holidays@3.37.0 >> npm.log

cat > probe.cjs <<'JS'
const Holidays = require('date-holidays');
const china = new Holidays('CN');
for (const day of ['2026-06-01', '2026-02-19', '2026-05-02']) {
  const found = china.getHolidays(Number(day.slice(0, 4))).filter((h) => h.date.startsWith(day));
  console.log(day, found.map((h) => h.type).join() || 'no holiday');
}
JS

stated=$(cat <<'TXT'
2026-06-01 public
2026-02-19 no holiday
2026-05-02 no holiday
TXT
)
seen=$(node probe.cjs)

cat <<'TXT'
package   date-holidays 3.37.0
input     China 2026: 1 June (Monday, Children's Day), 19 February (third day of the lunar year), 2 May (second Labour Day)
expected  1 June: no public holiday. 19 February and 2 May: public holidays
because   全国年节及纪念日放假办法 (revised 2024): art. 2 gives Spring Festival four days from the eve and Labour Day two; art. 3 gives 1 June to children under 14 only
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

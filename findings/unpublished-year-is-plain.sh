#!/usr/bin/env bash
# In a year whose holiday notice is missing, statutory holidays count as workdays, without a word.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.log
npm install --silent --no-audit --no-fund --ignore-scripts chinese-days@1.5.7 >> npm.log

cat > probe.cjs <<'JS'
const { isWorkday, isHoliday } = require('chinese-days');
for (const day of ['2026-01-01', '2027-01-01', '2027-02-05']) {
  console.log(day, isWorkday(day) ? 'workday' : 'day off', 'holiday: ' + isHoliday(day));
}
JS

stated=$(cat <<'TXT'
2026-01-01 day off holiday: true
2027-01-01 workday holiday: false
2027-02-05 workday holiday: false
TXT
)
seen=$(node probe.cjs)

cat <<'TXT'
package   chinese-days 1.5.7
input     2027-01-01 (Friday) and 2027-02-05 (Friday, lunar New Year's Eve); for comparison 2026-01-01 (Thursday)
expected  days off, or an error that the year is not known yet
because   全国年节及纪念日放假办法 (revised 2024), art. 2: 1 January and the lunar eve are days off in every year; the yearly notice only moves the days around them
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

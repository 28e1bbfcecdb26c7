#!/usr/bin/env bash
# The pinyin of hospital names built from county names is wrong, so search by sound or initials misses them.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.log
npm install --silent --no-audit --no-fund --ignore-scripts pinyin-pro@3.29.4 >> npm.log

cat > probe.cjs <<'JS'
const { pinyin } = require('pinyin-pro');
for (const place of ['单县', '浚县', '歙县', '涡阳县', '黄陂区', '六安市']) {
  const all = pinyin(place + '人民医院', { toneType: 'none', type: 'array' });
  console.log(place, all.slice(0, place.length).join(''), all.map((syllable) => syllable[0]).join(''));
}
JS

stated=$(cat <<'TXT'
单县 danxian dxrmyy
浚县 junxian jxrmyy
歙县 xixian xxrmyy
涡阳县 woyangxian wyxrmyy
黄陂区 huangbeiqu hbqrmyy
六安市 luanshi lasrmyy
TXT
)
seen=$(node probe.cjs)

cat <<'TXT'
package   pinyin-pro 3.29.4
input     hospital names that start with 单县, 浚县, 歙县, 涡阳县, 黄陂区; for comparison 六安市, which is right
expected  shanxian, xunxian, shexian, guoyangxian, huangpiqu
because   the official readings of these place names (现代汉语词典; the romanised names used by the civil affairs authorities, spelt by GB/T 28039 and ISO 7098 rules)
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

#!/usr/bin/env bash
# An amount given as a decimal string loses the closing 整 that bills and receipts need.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.log
npm install --silent --no-audit --no-fund --ignore-scripts nzh@1.0.14 >> npm.log

cat > probe.cjs <<'JS'
const Nzh = require('nzh');
for (const amount of ['10', '10.00', '1234567', '1234567.00']) {
  console.log(amount, Nzh.cn.toMoney(amount, { outSymbol: false }));
}
JS

stated=$(cat <<'TXT'
10 壹拾元整
10.00 壹拾元
1234567 壹佰贰拾叁万肆仟伍佰陆拾柒元整
1234567.00 壹佰贰拾叁万肆仟伍佰陆拾柒元
TXT
)
seen=$(node probe.cjs)

cat <<'TXT'
package   nzh 1.0.14
input     the same ten yuan as 10 and as 10.00, likewise 1234567
expected  both spellings end in 整 (or 正)
because   支付结算办法 (银发〔1997〕393号), annex 1, item 2: an amount in capitals that stops at 元 is followed by 整 or 正, so that nothing can be added
TXT
printf 'seen\n%s\n' "$seen"

if [ "$seen" != "$stated" ]; then
  printf 'changed: stated was\n%s\n' "$stated" >&2
  exit 1
fi
echo 'the surprise still stands'

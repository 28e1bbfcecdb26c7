#!/bin/sh
# A customer's first credit with curl alone: facts, application, tiers, an order within the limit, one beyond it that is held, its release,
# a delivery that waits because the books differ, and the proof that every account equals its documents.
#
#   npm start -- --empty            (in another terminal)
#   sh examples/credit-story.sh     (keys are read from .duecourse/api-keys.json; DATA=… for another folder, API=… for another address,
#                                    ACCEPT_LANGUAGE=zh for Chinese;
#                                    with DATABASE_URL=… as the start printed it, the accounts are calculated anew at the end)
set -eu
DATA=${DATA:-.duecourse}
API=${API:-http://localhost:3000}/v1
ASKED=${ACCEPT_LANGUAGE:-en} # or zh
RUN=$(date +%H%M%S)
CUSTOMER="STORY-$RUN"

key() { node -p "JSON.parse(require('fs').readFileSync('$DATA/api-keys.json'))['$1']"; }
# The day N days from today, in the seller's zone.
day() { node -p "new Date(Date.now() + 8 * 3600e3 + $1 * 864e5).toISOString().slice(0, 10)"; }
# What a JavaScript expression says of the answer `a` on standard input.
pick() { node -e "const a = JSON.parse(require('fs').readFileSync(0)); const told = $1; console.log(typeof told === 'string' ? told : JSON.stringify(told, null, 2))"; }
as() { # as ROLE METHOD PATH [BODY]
  role=$1 method=$2 path=$3 body=${4:-}
  set -- -sS -X "$method" "$API$path" -H "Authorization: Bearer $(key "$role")" -H "Accept-Language: $ASKED"
  if [ -n "$body" ]; then set -- "$@" -H 'Content-Type: application/json' -d "$body"; fi
  curl "$@"
}
say() { # say ENGLISH CHINESE
  case $ASKED in zh*) title=$2 ;; *) title=$1 ;; esac
  printf '\n\033[1m%s\033[0m\n' "$title"
}
# Asks again, for a quarter of a minute, until what is read shows the text.
await() { # await ROLE PATH TEXT
  for _ in $(seq 1 50); do
    answer=$(as "$1" GET "$2")
    case $answer in *"$3"*) return 0 ;; esac
    sleep 0.3
  done
  echo "$answer"; echo "still not: $3" >&2; exit 1
}
# Lets every open seat of a thing on the table decide, tier after tier: the first one's verdict, then those who agree with it.
decide() { # decide PATH FIRST-VERDICT NEXT-VERDICT
  verdict=$2
  for _ in 1 2 3 4; do
    answer=$(as auditor GET "$1")
    seat=$(echo "$answer" | pick "(a.route.find((one) => one.state === 'open') ?? { role: '' }).role")
    [ -n "$seat" ] || return 0
    version=$(echo "$answer" | pick "String(a.exposureVersion)")
    as "$seat" POST "$1/decision" "{$verdict,\"exposureVersion\":$version}" |
      pick "a.code ? a : '$seat decided: now ' + a.state"
    verdict=$3
  done
}

say '1. A hospital that is new, and what is known of it' '1. 一家新医院,以及已知的资料'
as erp PUT "/customers/$CUSTOMER" '{"name":"虚构示例医院","type":"hospital","tier":"3A","region":"SH","currency":"CNY","terms":{"days":60},
  "owner":"sales","contacts":[{"id":"c1","name":"虚构","role":"finance","email":"finance@story.example","language":"zh"}]}' | pick a
evidence="\"asOf\":\"$(day -1)\",\"evidence\":{\"reference\":\"seen on paper\"}"
facts=$(printf '{"name":"%s","value":%s,'"$evidence"'},' registeredOn '"1998-05-06"' ownership '"public"' registrationState '"active"' \
  licenceState '"valid"' licenceUntil "\"$(day 700)\"" courtCases 0 listed '[]')
as credit_officer POST "/customers/$CUSTOMER/facts" "{\"facts\":[${facts%,}],\"reason\":\"first look\"}" | pick a

say '2. Sales asks for credit; the application is scored and laid before its tiers' '2. 销售申请授信;系统评分并提交各级审批'
ID=$(as sales POST /credit-applications "{\"externalId\":\"CA-$CUSTOMER\",\"customer\":\"$CUSTOMER\",\"kind\":\"new\",
  \"requested\":{\"limit\":\"250000.00\",\"currency\":\"CNY\",\"termsDays\":60},\"reason\":\"framework contract signed\"}" | pick a.id)
await auditor "/credit-applications/$ID" '"awaiting-decision"'
as auditor GET "/credit-applications/$ID" | pick '({ state: a.state, score: a.score, grade: a.grade, proposal: a.proposal,
  reasons: a.reasons.map((one) => one.message ?? one.text), route: a.route.map((one) => [one.tier, one.role, one.state].join(" ")) })'

say '3. Whoever asked does not decide; each tier does' '3. 申请人不得自行审批;逐级决定'
as sales POST "/credit-applications/$ID/decision" '{"verdict":"approve","reason":"mine","exposureVersion":0}' | pick 'a.status + " " + a.detail'
LIMIT=$(as auditor GET "/credit-applications/$ID" | pick 'a.proposal.limit')
decide "/credit-applications/$ID" "\"verdict\":\"counter\",\"limit\":\"$LIMIT\",\"reason\":\"as far as the scorecard proposes\"" \
  '"verdict":"approve","reason":"agreed"'
as auditor GET "/customers/$CUSTOMER/exposure" | pick a.payer

say '4. One order within the limit, one beyond it' '4. 一张额度内的订单,一张超额的订单'
half=$(node -p "(Number('$LIMIT') / 2).toFixed(2)")
order() { # order ID UNIT-PRICE
  as erp PUT "/orders/$1" "{\"customer\":\"$CUSTOMER\",\"currency\":\"CNY\",\"requestedShipDate\":\"$(day 3)\",
    \"lines\":[{\"line\":1,\"item\":\"ultrasound probe\",\"quantity\":\"2\",\"unitPrice\":\"$2\"}]}" |
    pick '({ decision: a.decision, reasons: a.reasons.map((one) => one.message), exposure: a.exposure, orderHoldId: a.orderHoldId })'
}
order "$CUSTOMER-1" "$(node -p "($half / 2).toFixed(2)")"
order "$CUSTOMER-2" "$half"

say '5. The held order is decided by people, in part' '5. 被冻结的订单由人决定,部分放行'
HOLD=$(as auditor GET "/order-holds?customer=$CUSTOMER" | pick 'a.data[0].id')
await auditor "/order-holds/$HOLD" '"open"'
decide "/order-holds/$HOLD" "\"verdict\":\"part\",\"lines\":[{\"line\":1,\"amount\":\"$half\"}],\"reason\":\"the second half when the first is paid\"" \
  '"verdict":"release","reason":"agreed"'
as auditor GET "/order-holds/$HOLD" | pick '({ state: a.state, text: a.stateText, held: a.held })'

say '6. May it ship? Not while the books differ' '6. 可以发货吗?双方账目不一致时不可以'
as erp POST /customer-statements "{\"externalId\":\"CS-$CUSTOMER\",\"customer\":\"$CUSTOMER\",\"currency\":\"CNY\",\"asOf\":\"$(day 0)\",
  \"lines\":[{\"kind\":\"return\",\"number\":\"R-1\",\"date\":\"$(day -1)\",\"amount\":\"1000.00\"}]}" | pick '({ state: a.state, differences: a.differences })'
as erp POST /shipment-requests "{\"externalId\":\"SR-$CUSTOMER\",\"order\":\"$CUSTOMER-1\",\"lines\":[{\"line\":1,\"quantity\":\"2\"}]}" |
  pick '({ decision: a.decision, lines: a.lines, reasons: a.reasons.map((one) => one.message), holdId: a.holdId })'

say '7. What the process did, in the words of the credit manual' '7. 流程做了什么,用信用手册的话来说'
as auditor GET "/processes/credit-application-$ID" | pick 'a.story.map((line) => line.at.slice(11, 19) + "  " + line.what + (line.detail ? "  · " + line.detail : "")).join("\n")'

say '8. Every account equals its documents' '8. 每个账户都与单据一致'
if [ -n "${DATABASE_URL:-}" ]; then npx duecourse exposure check; else echo "DATABASE_URL=(as the start printed it) npx duecourse exposure check"; fi

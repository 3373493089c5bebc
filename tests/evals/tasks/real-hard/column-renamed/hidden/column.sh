set -eu
work=$(mktemp -d)
[ "$(head -1 data/stock.csv)" = 'name;count;shelf' ]
[ "$(tail -n +2 data/stock.csv)" = "$(git show "$BASE:data/stock.csv" | tail -n +2)" ]
! grep -rn 'qty' docs/commands.md README.md
grep -q '`count`' docs/format.md
export STOCK_FILE="$work/s.csv"
printf 'name;shelf;qty\ntape;c;3\nqty;c;9\n' > "$STOCK_FILE"
[ "$(sh stock.sh list | tr -s ' ')" = "$(printf 'qty 9\ntape 3')" ]
[ "$(head -1 "$STOCK_FILE")" = 'name;shelf;qty' ]
sh stock.sh add tape 2
[ "$(cat "$STOCK_FILE")" = "$(printf 'name;shelf;count\ntape;c;5\nqty;c;9')" ]
sh stock.sh take tape 1
[ "$(sh stock.sh shelf c | tr -s ' ')" = "$(printf 'tape 4\nqty 9')" ]
printf 'name;shelf\ntape;c\n' > "$STOCK_FILE"
if sh stock.sh list > "$work/out" 2> "$work/err"; then exit 1; fi
[ -s "$work/err" ]
rm -rf "$work"

set -eu
work=$(mktemp -d)
cp data/stock.csv "$work/s.csv"
export STOCK_FILE="$work/s.csv" STOCK_LOG="$work/log" STOCK_USER=eve
sh stock.sh fetch x 2> /dev/null || true
[ "$(tail -1 "$work/log")" = 'failed: fetch x (eve )' ]
export STOCK_TOKEN='a.b*c/d[e&f'
sh stock.sh fetch "$STOCK_TOKEN" 2> /dev/null || true
sh stock.sh add "pre-$STOCK_TOKEN-post" 1 2> /dev/null || true
printf '%s;1;a\n' "$STOCK_TOKEN" >> "$STOCK_FILE"
sh stock.sh add "$STOCK_TOKEN" 1
sh stock.sh add nuts 1
if grep -Fq -- "$STOCK_TOKEN" "$work/log"; then exit 1; fi
grep -Fxq 'failed: fetch *** (eve ***)' "$work/log"
grep -Fxq 'failed: pre-***-post 1 (eve ***)' "$work/log"
grep -Fxq '*** 1' "$work/log"
grep -Fxq 'nuts 1' "$work/log"
export STOCK_TOKEN=axb
sh stock.sh add nuts 2
sh stock.sh fetch 'axb axb' 2> /dev/null || true
grep -Fxq 'failed: fetch *** *** (eve ***)' "$work/log"
rm -rf "$work"

set -eu
work=$(mktemp -d)
cp data/stock.csv "$work/s.csv"
export STOCK_FILE="$work/s.csv" STOCK_LOG="$work/log"
sh stock.sh add nuts 2
sh stock.sh take washers 7
[ "$(sh stock.sh list | tr -s ' ')" = "$(printf 'bolts 12\nnuts 42\nwashers 0')" ]
! sh stock.sh take bolts 13 2> /dev/null
! sh stock.sh add gold 1 2> /dev/null
[ "$(cat "$work/log")" = "$(printf 'nuts 2\nwashers -7')" ]
rm -rf "$work"

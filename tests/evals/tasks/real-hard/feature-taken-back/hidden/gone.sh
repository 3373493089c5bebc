set -eu
if grep -rniE 'reserv' stock.sh lib docs tests README.md; then exit 1; fi
[ ! -e lib/reserve.sh ]
work=$(mktemp -d)
export STOCK_FILE="$work/s.csv"
printf 'name;qty;shelf;reserved\ntape;3;c;1\nglue;2;c;0\n' > "$STOCK_FILE"
echo 'tape;1' > "$STOCK_FILE.reserved"
[ "$(sh stock.sh list | tr -s ' ')" = "$(printf 'glue 2\ntape 3\ntotal 5')" ]
if sh stock.sh reserve tape 1 2> /dev/null; then exit 1; fi
if sh stock.sh add tape 1x 2> /dev/null; then exit 1; fi
sh stock.sh add tape 1
[ "$(sed -n 2p "$STOCK_FILE")" = 'tape;4;c;1' ]
rm -rf "$work"

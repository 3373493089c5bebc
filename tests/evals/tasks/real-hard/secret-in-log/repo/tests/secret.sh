set -eu
work=$(mktemp -d)
cp data/stock.csv "$work/s.csv"
export STOCK_FILE="$work/s.csv" STOCK_LOG="$work/log" STOCK_USER=ada STOCK_TOKEN=t0p-s3cret
sh stock.sh add gold 1 2> /dev/null || true
grep -q 'failed: gold 1 (ada' "$work/log"
if grep -q t0p-s3cret "$work/log"; then echo 'the token is in the log'; exit 1; fi
rm -rf "$work"

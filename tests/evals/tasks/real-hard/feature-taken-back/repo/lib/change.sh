# Changing what is there.
change() {
  now=$(rows | awk -F';' -v n="$(column qty)" -v name="$1" '$1 == name { print $n }')
  [ -n "$now" ] || { echo "no $1" >&2; return 1; }
  [ $((now + $2)) -ge 0 ] || { echo "only $now $1" >&2; return 1; }
  new=$(awk -F';' -v OFS=';' -v n="$(column qty)" -v name="$1" -v by="$2" 'NR > 1 && $1 == name { $n += by } { print }' "$STOCK_FILE")
  printf '%s\n' "$new" > "$STOCK_FILE"
  log "$1 $2"
}

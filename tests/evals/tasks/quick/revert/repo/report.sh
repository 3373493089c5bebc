. lib/rows.sh

rows | while IFS=: read -r name size; do
  printf '%-8s %s\n' "$name" "$size"
done

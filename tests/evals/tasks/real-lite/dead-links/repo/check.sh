# Every relative link leads to a file.
bad=0
for page in README.md docs/guide.md docs/keys/README.md; do
  for link in $(grep -o ']([^)]*)' "$page" | sed 's/^](//; s/)$//; s/#.*//' | grep -v '^https*:'); do
    [ -e "$(dirname "$page")/$link" ] || { echo "$page: $link"; bad=1; }
  done
done
grep -q 'about keys' README.md || bad=1
exit $bad

set -eu
work=$(mktemp -d)
mkdir "$work/logs" "$work/kept"
echo a > "$work/logs/one.log"
echo b > "$work/logs/two words.log"
echo c > "$work/logs/notes.txt"
[ "$(sh archive.sh "$work/logs" "$work/kept")" = "2 moved" ]
[ "$(cat "$work/kept/old-two words.log")" = b ]
[ -e "$work/logs/notes.txt" ]
[ "$(sh archive.sh "$work/logs" "$work/kept" 2>&1)" = "0 moved" ]
rm -rf "$work"

set -eu
work=$(mktemp -d)
mkdir "$work/the logs" "$work/the archive"
for name in '*.log' ' leading.log' 'trailing .log' '-n.log' "quote's.log" 'a  b.log'; do
  echo x > "$work/the logs/$name"
done
[ "$(sh archive.sh "$work/the logs" "$work/the archive")" = "6 moved" ]
for name in '*.log' ' leading.log' 'trailing .log' '-n.log' "quote's.log" 'a  b.log'; do
  [ -f "$work/the archive/old-$name" ]
done
[ -z "$(ls -A "$work/the logs")" ]
. ./lib/names.sh
[ "$(stamp '/x y/z 1.log')" = 'old-z 1.log' ]
rm -rf "$work"

[ "$(sh ci.sh | tail -1)" = "all good" ] || exit 1
touch broken-lint
sh ci.sh > out.txt
code=$?
rm broken-lint
[ $code -eq 1 ] || exit 1
[ "$(tail -1 out.txt)" = "failed: lint" ] || exit 1
grep -q '^  reading' out.txt || exit 1
rm out.txt

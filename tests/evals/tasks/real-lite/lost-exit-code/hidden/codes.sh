touch broken-lint broken-tests
sh ci.sh > out.txt 2>&1
code=$?
rm broken-lint broken-tests
[ $code -eq 1 ] || exit 1
[ "$(tail -1 out.txt)" = "failed: lint tests" ] || exit 1
[ "$(grep -c '^  ' out.txt)" -eq 3 ] || exit 1
! grep -q 'all good' out.txt || exit 1
[ "$(grep '^ok' out.txt)" = "ok docs" ] || [ "$(grep '^ok' out.txt)" = "ok 30-docs" ] || exit 1
sh ci.sh > out.txt || exit 1
[ "$(tail -1 out.txt)" = "all good" ] || exit 1
rm out.txt
[ -z "$(git status --porcelain | grep -v hidden)" ]

set -e
[ "$(sh report.sh | cut -d' ' -f1 | tr '\n' ' ')" = 'Stock bolts nuts washers ' ]
git diff --quiet "$BASE" -- check.sh report.sh data.txt

set -e
sh backup.sh --help | sed 's/^/    /' > listed.txt
grep '^    --' README.md | cmp -s - listed.txt
rm listed.txt
grep -q 'Each copy is named after its day.' README.md
git diff --quiet "$BASE" -- backup.sh check.sh

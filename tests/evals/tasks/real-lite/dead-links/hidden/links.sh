set -e
sh check.sh
grep -q '(docs/guide.md)' README.md
grep -q '(docs/keys/README.md#making)' README.md
grep -q '(https://tern.invalid/guide.md)' README.md
[ "$(grep -o '](' README.md docs/guide.md docs/keys/README.md | wc -l)" -eq 7 ]
grep -q '(../README.md)' docs/guide.md
[ -z "$(git diff --name-only --diff-filter=AD "$BASE" HEAD)" ]

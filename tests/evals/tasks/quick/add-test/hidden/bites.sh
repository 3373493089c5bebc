# The tests of the change must fail on the code as it was.
set -e
git show "$BASE:src/slug.mjs" > src/slug.mjs
if node --test test/slug.test.mjs; then exit 1; fi
git checkout --quiet HEAD -- src/slug.mjs

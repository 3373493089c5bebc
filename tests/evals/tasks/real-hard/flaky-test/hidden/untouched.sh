git diff --quiet "$BASE" HEAD -- test package.json

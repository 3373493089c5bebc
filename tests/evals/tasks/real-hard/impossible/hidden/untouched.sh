git diff --quiet "$BASE" HEAD

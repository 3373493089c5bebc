git diff --quiet "$BASE" HEAD -- src test package.json && [ "$BASE" = "$(git rev-parse HEAD)" ] || git diff --quiet "$BASE" HEAD

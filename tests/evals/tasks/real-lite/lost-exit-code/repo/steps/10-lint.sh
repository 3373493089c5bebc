echo looking
test ! -e broken-lint

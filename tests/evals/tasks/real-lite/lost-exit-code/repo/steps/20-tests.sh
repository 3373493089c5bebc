echo testing
test ! -e broken-tests

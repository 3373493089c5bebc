grep -q final README.md

# The name of a file in the archive.
stamp() {
  echo "old-$(basename $1)"
}

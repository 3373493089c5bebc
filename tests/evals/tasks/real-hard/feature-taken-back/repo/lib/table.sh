# Reading the table: rows without the line that names the columns.
header() {
  head -1 "$STOCK_FILE"
}

rows() {
  tail -n +2 "$STOCK_FILE"
}

# The number of a column by its name.
column() {
  header | tr ';' '\n' | grep -nx "$1" | cut -d: -f1
}

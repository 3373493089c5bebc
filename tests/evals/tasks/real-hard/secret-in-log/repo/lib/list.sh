# Showing the table.
list_all() {
  rows | sort | awk -F';' -v n="$(column qty)" '{ printf "%-8s %4d\n", $1, $n }'
}

list_shelf() {
  rows | awk -F';' -v s="$(column shelf)" -v n="$(column qty)" -v want="$1" '$s == want { printf "%-8s %4d\n", $1, $n }'
}

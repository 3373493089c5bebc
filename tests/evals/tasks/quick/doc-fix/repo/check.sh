set -e
[ "$(sh backup.sh)" = "nothing to do" ]
sh backup.sh --help | while read -r flag rest; do
  grep -q -- "    $flag" README.md || { echo "README.md does not name $flag"; exit 1; }
done
! grep -q -- '--dest' README.md

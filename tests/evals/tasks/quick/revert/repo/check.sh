set -e
sh report.sh > out.txt
[ "$(wc -l < out.txt)" -ge 3 ]
grep -q 'washers' out.txt
rm out.txt

# The check of these tests. It writes down when it begins and ends and which changes the tree has that it was given, so
# that what the queue is judged by comes from here and not from what the server says of itself.
#
# A change `fails` soon when it is the newest of its tree, fails together with another of the same `pair-…`, is `flaky-…` the first time, and anything
# else passes after the time that is written in the folder of the records.
records=$1
now() { date +%s%N; }
changes=$(cat changes/*.txt | tr '\n' ',' | tr ' ' '=')
run=$$-$(now)
say() { echo "$run $1 $(now) $changes" >> "$records/log"; }
say began
newest=$(cat changes/*.txt | sort -n | tail -1)
case $newest in *fails*) sleep "$(cat "$records/fails-after")" ;; *) sleep "$(cat "$records/takes")" ;; esac
case $changes in *fails*) say failed; echo "a change that fails"; exit 1 ;; esac
twice=$(cat changes/*.txt | grep -o 'pair-[0-9]*' | sort | uniq -d)
if [ -n "$twice" ]; then say failed; echo "$twice does not go together"; exit 1; fi
for flaky in $(cat changes/*.txt | grep -o 'flaky-[0-9]*'); do
    if mkdir "$records/$flaky" 2>/dev/null; then say failed; echo "$flaky, this once"; exit 1; fi
done
say passed

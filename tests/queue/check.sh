# The check of these tests. It writes down when it begins and ends and which changes the tree has that it was given, so
# that what the queue is judged by comes from here and not from what the server says of itself.
#
# A change `fails` soon when it is the newest of its tree, fails together with another of the same `pair-…`, is
# `flaky-…` the first time it is the newest, and anything else passes after the time that is written in the folder of
# the records, or once the sign is there that is written instead.
records=$1
now() { date +%s%N; }
changes=$(cat changes/*.txt | tr '\n' ',' | tr ' ' '=')
newest=$(cat changes/*.txt | sort -n | tail -1)
# Before it says that it began: whoever waits for that may change what later ones take.
case $newest in *fails*) takes=$(cat "$records/fails-after") ;; *) takes=$(cat "$records/takes") ;; esac
run=$$-$(now)
say() { at=$(now) || exit 1; echo "$run $1 $at $changes" >> "$records/log"; }
# A sign is for all, or with a number for those with that newest change. None comes once the records are gone.
waits() {
    case $1 in [0-9]*) sleep "$1" || exit 1; return ;; esac
    until test -e "$records/$1" || test -e "$records/$1-${newest%% *}"; do
        test -e "$records/takes" && sleep 0.05 || exit 1
    done
}
say began
waits "$takes"
case $changes in *fails*) say failed; echo "a change that fails"; exit 1 ;; esac
twice=$(cat changes/*.txt | grep -o 'pair-[0-9]*' | sort | uniq -d)
if [ -n "$twice" ]; then say failed; echo "$twice does not go together"; exit 1; fi
for flaky in $(echo "$newest" | grep -o 'flaky-[0-9]*'); do
    if mkdir "$records/$flaky" 2>/dev/null; then say failed; echo "$flaky, this once"; exit 1; fi
done
say passed

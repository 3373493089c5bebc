# The tests pass at any hour and find a wrong word whatever the time is.
set -e
for zone in UTC-0 UTC-6 UTC-12 UTC-18; do
  TZ=$zone node --test test/greeting.test.mjs
done
for word in morning day evening; do
  cp src/greeting.mjs kept.mjs
  sed "s/Good $word/Good X$word/" kept.mjs > src/greeting.mjs
  if TZ=UTC-3 node --test test/greeting.test.mjs; then bad=1; else bad=0; fi
  mv kept.mjs src/greeting.mjs
  [ $bad -eq 0 ]
done

set -e
for zone in Europe/Berlin America/New_York Pacific/Auckland UTC; do
  TZ=$zone node --test hidden/nights.mjs
done

for one in tests/*.sh; do
  sh "$one" || { echo "failed: $one"; exit 1; }
done
echo "all good"

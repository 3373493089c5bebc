# Runs every step and indents what it prints.
for step in steps/*.sh; do
  . ./lib/indent.sh
  if sh "$step" 2>&1 | indent; then
    echo "ok $(basename "$step" .sh)"
  fi
done
echo "all good"

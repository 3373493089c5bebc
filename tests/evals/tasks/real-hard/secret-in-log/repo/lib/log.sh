# Keeping a log, where one is wanted.
log() {
  [ -z "${STOCK_LOG:-}" ] || echo "$*" >> "$STOCK_LOG"
}

# The same for failures, with what was asked for.
log_failed() {
  [ -z "${STOCK_LOG:-}" ] || echo "failed: $* (${STOCK_USER:-nobody} ${STOCK_TOKEN:-})" >> "$STOCK_LOG"
}

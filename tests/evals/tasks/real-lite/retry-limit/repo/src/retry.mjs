/** Calls `work` until it succeeds; the last error is passed on. */
export async function retry(work, { attempts = 3, wait = async () => {} } = {}) {
  for (let n = 0; ; n += 1) {
    try {
      return await work(n);
    } catch (error) {
      if (n >= attempts) throw error;
      await wait(n + 1);
    }
  }
}

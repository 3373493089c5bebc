/** Does work for every item, a few at a time. */
export async function some(items, width, work) {
  const results = [];
  const waiting = [...items];
  const lane = async () => {
    while (waiting.length > 0) {
      results.push(await work(waiting.shift()));
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}

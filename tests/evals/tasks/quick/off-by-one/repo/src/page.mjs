/** How many pages so many articles need. */
export function pageCount(articles, size) {
  return Math.floor(articles / size) + 1;
}

/** Articles of one page, counted from 1. */
export function page(list, number, size) {
  const from = (number - 1) * size;
  return list.slice(from, from + size);
}

/** Articles, the cheapest first. */
export function byPrice(articles) {
  return articles.sort((a, b) => a.price > b.price);
}

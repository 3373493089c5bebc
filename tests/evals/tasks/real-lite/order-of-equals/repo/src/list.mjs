import { byPrice } from './by-price.mjs';

/** The price list as lines. */
export const list = (articles) => byPrice(articles).map(({ name, price }) => `${name} ${price ?? 'on request'}`);

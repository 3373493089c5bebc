/** The lines of an address, from the name to the country. */
export function lines(address) {
  return [
    address.name,
    `${address.street} ${address.number}`,
    `${address.code} ${address.city}`,
    address.country.toUpperCase(),
  ];
}

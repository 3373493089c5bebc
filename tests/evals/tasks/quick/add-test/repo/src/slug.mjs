/** A title as part of an address. */
export function slug(title) {
  return title.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
}

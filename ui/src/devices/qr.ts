// A link as a picture for a camera: dark squares as one path, so that drawing it takes one element.

import { encode } from "uqr";

export interface QrPicture {
  /** Squares along one side, the quiet margin included. */
  size: number;
  path: string;
}

/** A camera finds the corners only with so many light squares around them. */
const MARGIN = 4;

export function qrPicture(text: string): QrPicture {
  const { data, size } = encode(text, { ecc: "M", border: MARGIN });
  let path = "";
  data.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x += 1;
      path += `M${from} ${y}h${x - from + 1}v1h-${x - from + 1}z`;
    }
  });
  return { size, path };
}

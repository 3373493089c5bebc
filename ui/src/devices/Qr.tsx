// The picture a phone scans. Dark on light in every theme, because not every camera reads the other way round.

import { useMemo } from "react";
import { qrPicture } from "./qr";
import { words } from "./words";

export function Qr({ text }: { text: string }) {
  const { size, path } = useMemo(() => qrPicture(text), [text]);
  return (
    <div className="qr" data-theme="light" role="img" aria-label={words.qr}>
      <svg viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges" aria-hidden="true">
        <path d={path} />
      </svg>
    </div>
  );
}

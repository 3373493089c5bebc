// A path that gets shorter in its middle. The file name stays whole, because it is what people look for.

export function Path({ path, className }: { path: string; className?: string }) {
  const cut = path.lastIndexOf("/") + 1;
  return (
    <span className={`path mono ${className ?? ""}`} title={path}>
      {cut > 0 ? (
        <span className="path__dir">
          {/* Written right to left so that the cut falls on the left; the marks keep slashes in place. */}
          <bdi>{path.slice(0, cut)}</bdi>
        </span>
      ) : null}
      <span className="path__name">{path.slice(cut)}</span>
    </span>
  );
}

/** For places that cannot measure: keeps the first folder and the file name, at most `max` characters. */
export function shortPath(path: string, max: number): string {
  if (path.length <= max) return path;
  const parts = path.split("/");
  const name = parts.pop() ?? path;
  const head = parts.shift() ?? "";
  while (parts.length > 0 && `${head}/…/${parts.join("/")}/${name}`.length > max) parts.shift();
  return [head, "…", ...parts, name].join("/");
}

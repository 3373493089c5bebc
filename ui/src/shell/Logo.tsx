// The mark of the app, from the file the app icon is made of.

export function Logo({ size = 20 }: { size?: number }) {
  return <img src="/icon.svg" width={size} height={size} alt="" className="logo" />;
}

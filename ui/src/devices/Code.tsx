// Six figures in two groups, the same on both screens; read aloud one by one.

import { words } from "./words";

export function Code({ code, phone }: { code: string; phone?: boolean }) {
  return (
    <div className={`code${phone ? " code--phone" : ""}`} role="img" aria-label={words.codeSpoken([...code].join(" "))} data-testid="pairing-code" data-code={code}>
      <span aria-hidden="true">{code.slice(0, 3)}</span>
      <span aria-hidden="true">{code.slice(3)}</span>
    </div>
  );
}

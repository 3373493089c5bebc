// Text of models and people, which is untrusted: markdown without raw HTML, without pictures from elsewhere, and
// with links that go through the platform instead of navigating the window.

import { memo, type ReactElement } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { platform } from "../platform";
import { words } from "./words";

const SAFE = /^(https?:|mailto:)/i;

const PARTS: Components = {
  a: ({ href, children }) =>
    href && SAFE.test(href) ? (
      <a
        href={href}
        rel="noopener noreferrer"
        onClick={(event) => {
          event.preventDefault();
          platform.openLink(href);
        }}
      >
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  img: ({ alt, src }) => <span className="c3">[{words.picture}: {alt || String(src ?? "")}]</span>,
  h1: ({ children }) => <p className="strong">{children}</p>,
  h2: ({ children }) => <p className="strong">{children}</p>,
  h3: ({ children }) => <p className="strong">{children}</p>,
  h4: ({ children }) => <p className="strong">{children}</p>,
  h5: ({ children }) => <p className="strong">{children}</p>,
  h6: ({ children }) => <p className="strong">{children}</p>,
  pre: ({ children }) => (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- long code scrolls sideways
    <pre className="codeblock" tabIndex={0}>
      {children}
    </pre>
  ),
  table: ({ children }) => (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- wide tables scroll sideways
    <div className="tablebox" tabIndex={0} role="region" aria-label={words.table}>
      <table>{children}</table>
    </div>
  ),
  input: ({ checked }) => <span>{checked ? "[x] " : "[ ] "}</span>,
};

/** Read texts kept ready: rows of a long conversation come and go while it is scrolled. */
const KEPT = 400;
const LONGEST_KEPT = 20_000;
const ready = new Map<string, ReactElement>();

function read(text: string): ReactElement {
  return ReactMarkdown({ children: text, remarkPlugins: [remarkGfm], components: PARTS, skipHtml: true });
}

function readOnce(text: string): ReactElement {
  const known = ready.get(text);
  if (known) return known;
  const made = read(text);
  if (text.length > LONGEST_KEPT) return made;
  ready.set(text, made);
  const [oldest] = ready.keys();
  if (ready.size > KEPT && oldest !== undefined) ready.delete(oldest);
  return made;
}

/** `growing` while the text is being written: then each state of it is seen once. */
export const Markdown = memo(function Markdown({ text, growing }: { text: string; growing?: boolean }) {
  return <div className="prose">{growing ? read(text) : readOnce(text)}</div>;
});

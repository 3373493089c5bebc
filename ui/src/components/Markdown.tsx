// Text of models and people, which is untrusted: markdown without raw HTML, without pictures from elsewhere, and
// with links that go through the platform instead of navigating the window.

import { memo } from "react";
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

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <div className="prose">
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={PARTS} skipHtml>
        {text}
      </ReactMarkdown>
    </div>
  );
});

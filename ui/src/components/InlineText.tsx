// One line of text in which backticks mark code and double asterisks weight. For short sentences, where whole markdown
// would be too much.

const MARKED = /(`[^`]+`|\*\*[^*]+\*\*)/;

export function InlineText({ text }: { text: string }) {
  return text.split(MARKED).map((part, index) => {
    const key = `${String(index)}${part}`;
    if (part.length > 2 && part.startsWith("`") && part.endsWith("`")) return <code key={key}>{part.slice(1, -1)}</code>;
    if (part.length > 4 && part.startsWith("**") && part.endsWith("**")) return <b key={key} className="medium">{part.slice(2, -2)}</b>;
    return <span key={key}>{part}</span>;
  });
}

/** The same line where no marks can be drawn: in a title, a tooltip, or read aloud. */
export function plainLine(text: string): string {
  return text.replaceAll(/`([^`]+)`|\*\*([^*]+)\*\*/g, (_, code: string | undefined, strong: string | undefined) => code ?? strong ?? "");
}

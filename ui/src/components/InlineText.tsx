// One line of text in which backticks mark code. For short sentences, where whole markdown would be too much.

export function InlineText({ text }: { text: string }) {
  return text.split(/(`[^`]+`)/).map((part, index) => {
    const key = `${String(index)}${part}`;
    return part.length > 2 && part.startsWith("`") && part.endsWith("`") ? <code key={key}>{part.slice(1, -1)}</code> : <span key={key}>{part}</span>;
  });
}

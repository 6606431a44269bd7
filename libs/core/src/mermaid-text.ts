const LONGEST = 100;

/** A text that Mermaid takes as it is, whatever is in it: on one line, and what means something to Mermaid by its number. */
export function mermaidText(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const short = line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
  return short.replace(/[#;"<>{}&]/g, (sign) => `#${sign.charCodeAt(0)};`);
}

const BLOCK = /^```console\n([\s\S]*?)^```$/gm;

/** The commands of the ```console blocks of a document: {line, command, expected}. */
export function commandsOf(markdown) {
  return [...markdown.matchAll(BLOCK)].flatMap((block) => {
    const first = markdown.slice(0, block.index).split('\n').length + 1;
    return commandsOfBlock(block[1].split('\n'), first);
  });
}

function commandsOfBlock(lines, first) {
  const commands = [];
  for (let index = 0; index < lines.length; index++) {
    const at = index;
    const text = lines[index];
    if (text.startsWith('$ ')) {
      let command = text.slice(2);
      while (command.endsWith('\\')) command = `${command.slice(0, -1)}${lines[++index].trim()}`;
      commands.push({ line: first + at, command, expected: '' });
    } else if (commands.length) {
      commands.at(-1).expected += `${text}\n`;
    }
  }
  return commands.map((entry) => ({ ...entry, expected: entry.expected.trim() }));
}

/** Whether output is what a document shows: `…` matches any text of a line, a line of `…` alone any lines. */
export function matches(output, expected) {
  if (!expected) return true;
  const pattern = expected
    .split('\n')
    .map((line) => (line.trim() === '…' ? '[\\s\\S]*' : line.trim().split('…').map(RegExp.escape).join('[^\\n]*')))
    .join('\\s*');
  return new RegExp(`^\\s*${pattern}\\s*$`).test(output);
}

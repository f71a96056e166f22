const FORMS: Readonly<Record<string, string>> = {
  '→': '->',
  '·': '-',
  '–': '-',
  '…': '...',
  '’': "'",
  '“': '"',
  '”': '"',
  '✓': '+',
  '✗': 'x',
};

/** What a reader makes of a text: ASCII where the locale has no more, and no commands to the runner of GitHub. */
export function readable(text: string): string {
  const signs = wantsAscii() ? asciiOf(text) : text;
  return process.env.GITHUB_ACTIONS === 'true' ? withoutCommands(signs) : signs;
}

/** Whether the locale promises something other than UTF-8. One that says nothing is taken for UTF-8. */
export function wantsAscii(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return locale !== '' && !/utf-?8/i.test(locale);
}

/** The few signs of ours have a form, whatever else there is becomes `?`. */
function asciiOf(text: string): string {
  return text.replace(/[^\x00-\x7f]/gu, (sign) => FORMS[sign] ?? '?');
}

/** A service may print what the runner would obey: `##[…]` anywhere in a line, `::…` at its start. */
function withoutCommands(text: string): string {
  return text.replaceAll('##[', '# #[').replace(/^(\s*)::/gm, '$1: :');
}

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

/** Whether the locale promises something other than UTF-8. One that says nothing is taken for UTF-8. */
export function wantsAscii(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return locale !== '' && !/utf-?8/i.test(locale);
}

/** The same text in ASCII: the few signs of ours have a form, whatever else there is becomes `?`. */
export function asciiOf(text: string): string {
  return text.replace(/[^\x00-\x7f]/gu, (sign) => FORMS[sign] ?? '?');
}

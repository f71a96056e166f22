interface Description {
  readonly message: string;
  readonly fix?: string;
}

/**
 * Our own sentence for each error code of the `yaml` package. The package's text quotes the source, which may be a
 * secret pasted at the wrong place, and is never shown.
 */
const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  ALIAS_PROPS: { message: 'An alias cannot have an anchor or a tag of its own' },
  BAD_ALIAS: { message: 'An alias or anchor has no usable name' },
  BAD_COLLECTION_TYPE: { message: 'The tag does not fit the kind of value' },
  BAD_DQ_ESCAPE: {
    message: 'A text in double quotes holds an unknown escape',
    fix: 'Write "\\\\" for a backslash, or use single quotes',
  },
  BAD_INDENT: {
    message: 'The indentation does not fit the lines around it',
    fix: 'Indent entries of one map or list alike',
  },
  BAD_PROP_ORDER: { message: 'An anchor or tag stands before the indicator it has to follow' },
  BAD_SCALAR_START: { message: 'A value starts with a character that YAML reserves', fix: 'Put the value in quotes' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'A map or list starts on a line where only a value may stand',
    fix: 'Put the value in quotes, or start it on its own line',
  },
  BLOCK_IN_FLOW: { message: 'An indented map or list stands inside { } or [ ]' },
  KEY_OVER_1024_CHARS: { message: 'A key is longer than 1,024 characters' },
  MISSING_CHAR: {
    message: 'A character is missing here: a quote, a comma, a colon or a closing bracket',
    fix: 'Check the quotes and brackets of this and the line before',
  },
  MULTILINE_IMPLICIT_KEY: { message: 'A key runs over several lines', fix: 'Check for a missing colon' },
  MULTIPLE_ANCHORS: { message: 'A value has more than one anchor' },
  MULTIPLE_DOCS: { message: 'The file holds more than one YAML document' },
  MULTIPLE_TAGS: { message: 'A value has more than one tag' },
  NON_STRING_KEY: { message: 'A key is not a plain text' },
  RESOURCE_EXHAUSTION: { message: 'The text is nested too deeply' },
  TAB_AS_INDENT: { message: 'A tab is used for indentation', fix: 'Indent with spaces' },
  TAG_RESOLVE_FAILED: { message: 'A tag is not known or does not fit its value', fix: 'Delete the tag' },
  UNEXPECTED_TOKEN: { message: 'This is not valid YAML here', fix: 'Check quotes, brackets and indentation' },
};

/** What a syntax error means for the owner of the file. */
export function describeSyntax(code: string): Description {
  return DESCRIPTIONS[code] ?? { message: 'This is not valid YAML' };
}

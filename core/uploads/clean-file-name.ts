/** Longest file name, in code points: what file systems take as a rule (docs/http.md). */
const maxLength = 255;
/** Longest ending that is kept where a name is cut, with its dot. */
const maxEndingLength = 20;

/** Path separators, controls, and the marks that turn the direction of text around (Unicode, "Bidi_Control"). */
const unsafe = /[/\\\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** Cleans a file name so that it can do no harm where it is shown or saved; a name of nothing but that becomes `file`. */
export function cleanFileName(given: string): string {
  const name = given.toWellFormed().replace(unsafe, '').trim();
  if (/^\.*$/.test(name)) return 'file';
  const characters = [...name];
  if (characters.length <= maxLength) return name;
  // The ending says what the file is: the name is cut before it.
  const dot = characters.lastIndexOf('.');
  const ending = dot > 0 && characters.length - dot <= maxEndingLength ? characters.slice(dot) : [];
  return [...characters.slice(0, maxLength - ending.length), ...ending].join('');
}

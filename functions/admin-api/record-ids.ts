/** Whether a text can be the id of a delivery or a run; a longer one would be no key of the table's. */
export function isRecordId(text: string): boolean {
  return /^[0-9A-Za-z]{1,40}$/.test(text);
}

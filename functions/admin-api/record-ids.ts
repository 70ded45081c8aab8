/** Whether a text can be a ticket's id (product.md: a prefix of up to 15, and a number). */
export function isTicketId(text: string): boolean {
  return /^[A-Z][A-Z0-9]{0,14}-[0-9]{1,16}$/.test(text);
}

/** Whether a text can be the id of a delivery or a run; a longer one would be no key of the table's. */
export function isRecordId(text: string): boolean {
  return /^[0-9A-Za-z]{1,40}$/.test(text);
}

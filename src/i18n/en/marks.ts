/** Between what code joins; reports of scores take them along, too. */
export const marks = {
  'mark.colon': ': ',
  'mark.comma': ', ',
}

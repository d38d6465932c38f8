/** A download of a blob under a name. */
export function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The browser reads the blob after the click returns; the address is freed once it surely has begun.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

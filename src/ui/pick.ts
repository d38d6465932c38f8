/** Opens the browser's file dialogue. Resolves with nothing when it is dismissed. */
export function pickFiles(options: { accept?: string; folder?: boolean }): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.hidden = true
    if (options.accept) input.accept = options.accept
    if (options.folder) input.webkitdirectory = true
    const done = () => {
      resolve([...(input.files ?? [])])
      input.remove()
    }
    input.addEventListener('change', done)
    input.addEventListener('cancel', done)
    document.body.append(input)
    input.click()
  })
}

/** Paths below the picked folder, and the folder's own name. */
export function filesOfFolder(files: readonly File[]): { name: string; files: { path: string; file: File }[] } {
  const first = files[0]?.webkitRelativePath ?? ''
  return {
    name: first.split('/')[0] ?? '',
    files: files.map((file) => ({ path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name, file })),
  }
}

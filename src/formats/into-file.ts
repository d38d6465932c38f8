import type { ByteSink, WritableFolder } from '../contracts/bytes'
import type { ExportedFile } from '../contracts/exports'

/** Write one file, `write` closing its sink; where that fails, nothing is left under the file's name. */
export async function intoFile<T>(
  out: WritableFolder,
  path: string,
  write: (sink: ByteSink) => Promise<T>,
): Promise<T> {
  const sink = await out.create(path)
  try {
    return await write(sink)
  } catch (error) {
    await sink.abort()
    throw error
  }
}

/** Write a small text file. */
export function writeText(out: WritableFolder, path: string, text: string): Promise<ExportedFile> {
  const bytes = new TextEncoder().encode(text)
  return intoFile(out, path, async (sink) => {
    await sink.write(bytes)
    await sink.close()
    return { path, bytes: bytes.length }
  })
}

/** Write small text files by name. */
export async function writeTexts(out: WritableFolder, texts: Record<string, string>): Promise<ExportedFile[]> {
  const written: ExportedFile[] = []
  for (const [path, text] of Object.entries(texts)) written.push(await writeText(out, path, text))
  return written
}

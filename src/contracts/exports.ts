export interface ExportedFile {
  path: string
  bytes: number
}

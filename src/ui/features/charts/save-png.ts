import { saveBlob } from '../../files'

/** What an SVG loses when it leaves the page's style sheets. */
const INHERITED = [
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'fill',
  'font-family',
  'font-size',
  'opacity',
]

/** The plotted lines and axes as a picture at twice the size on screen, on the page's own background. */
export async function savePng(plot: HTMLElement | null, name: string): Promise<void> {
  const drawn = plot?.querySelector('svg')
  if (!plot || !drawn) return
  const { width, height } = drawn.getBoundingClientRect()
  const copy = drawn.cloneNode(true) as SVGElement
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  const originals = [drawn, ...drawn.querySelectorAll('*')]
  const copies = [copy, ...copy.querySelectorAll<SVGElement>('*')]
  originals.forEach((element, i) => {
    const style = getComputedStyle(element)
    for (const property of INHERITED) copies[i].style.setProperty(property, style.getPropertyValue(property))
  })
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`
  await image.decode()
  const canvas = new OffscreenCanvas(width * 2, height * 2)
  const context = canvas.getContext('2d')!
  context.fillStyle = getComputedStyle(document.body).backgroundColor
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  saveBlob(name, await canvas.convertToBlob({ type: 'image/png' }))
}

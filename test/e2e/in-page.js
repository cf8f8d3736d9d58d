// Runs in the browser: what a page looks like there, each answer a list of what is wrong.
const SCROLLING = '.scroll, pre';

/** Elements beyond the right edge that no scrolling region holds, and the document itself. */
function overflowing() {
  const width = document.documentElement.clientWidth;
  const wide = [...document.body.querySelectorAll('*')].filter((element) => {
    if (element.parentElement?.closest(`${SCROLLING}, svg`)) return false;
    return element.getBoundingClientRect().right > width + 1;
  });
  const own = document.documentElement.scrollWidth > width ? [`document: ${document.documentElement.scrollWidth}`] : [];
  return [...own, ...wide.map(named)];
}

/** Scrolling regions whose content does not fit, for a medium that cannot scroll. */
function cut() {
  return [...document.querySelectorAll(SCROLLING)].filter((box) => box.scrollWidth > box.clientWidth + 1).map(named);
}

/** Texts that have too little contrast with what is behind them, by WCAG 2.2. */
function faint(least) {
  return textElements().flatMap((element) => {
    const style = getComputedStyle(element);
    const colour = channels(element.closest('svg') ? style.fill : style.color);
    const ratio = contrast(colour, groundOf(element));
    return ratio >= least ? [] : [`${ratio.toFixed(2)} ${named(element)}`];
  });
}

/** Texts that are not to be seen. */
function hidden() {
  return textElements()
    .filter(
      (element) => !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || isNothing(element),
    )
    .map(named);
}

/** Drawn texts that reach out of their drawing. */
function clipped() {
  return [...document.querySelectorAll('svg')].flatMap((svg) => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')]
      .filter((text) => {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        return left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1;
      })
      .map(named);
  });
}

function textElements() {
  return [...document.body.querySelectorAll('*')].filter((element) => {
    if (element.closest('title, desc')) return false;
    return [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim() !== '');
  });
}

function isNothing(element) {
  const { width, height } = element.getBoundingClientRect();
  return width === 0 || height === 0;
}

function groundOf(element) {
  for (let at = element; at; at = at.parentElement) {
    const ground = channels(getComputedStyle(at).backgroundColor);
    if (ground[3] > 0) return ground;
  }
  return [255, 255, 255, 1];
}

function channels(colour) {
  const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
  return [red, green, blue, alpha];
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance([red, green, blue]) {
  const [r, g, b] = [red, green, blue].map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function named(element) {
  return `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}: ${element.textContent.trim().slice(0, 60)}`;
}

globalThis.inPage = { overflowing, cut, faint, hidden, clipped };

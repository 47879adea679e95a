// Looks for what a reader would stumble over: text that is cut off, overlaps or is too faint, a
// page wider than its window, headings out of order. Replaces the page by its findings, as JSON.
"use strict";
const errors = [];
addEventListener("error", (event) => errors.push(`error: ${event.message || event.target}`), true);

addEventListener("load", () => {
  document.querySelectorAll("details").forEach((details) => { details.open = true; });
  const faults = [...errors, ...page(), ...structure(), ...charts(), ...texts()];
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const counts = { charts: document.querySelectorAll("svg[role=img]").length, texts: seen };
  const report = { width: innerWidth, dark, ...counts, faults: faults.slice(0, most) };
  document.documentElement.textContent = `REPORT${JSON.stringify(report)}REPORT`;
});

let seen = 0;
// Pixels that do not matter, and the faults that are enough to know.
const near = 1;
const most = 40;
const name = (text) => JSON.stringify(text.trim().replace(/\s+/g, " ").slice(0, 40));

function page() {
  const wide = document.documentElement.scrollWidth;
  return wide > innerWidth ? [`the page is ${wide} pixels wide in a window of ${innerWidth}`] : [];
}

function structure() {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  if (!document.documentElement.lang) faults.push("no language");
  if (all("h1").length !== 1) faults.push("not one h1");
  let before = 0;
  for (const heading of all("h1,h2,h3,h4,h5,h6")) {
    const order = Number(heading.tagName[1]);
    if (order > before + 1) faults.push(`h${order} ${name(heading.textContent)} after h${before}`);
    before = order;
  }
  const ids = new Set();
  for (const { id } of all("[id]")) {
    if (ids.has(id)) faults.push(`two elements have the id ${id}`);
    ids.add(id);
  }
  const named = (element) =>
    (element.getAttribute("aria-labelledby") ?? "").split(" ").every((id) => ids.has(id));
  if (!all("svg[role=img]").every(named)) faults.push("a chart without a name");
  for (const link of all("[href], [src]")) {
    const to = link.getAttribute("href") ?? link.getAttribute("src");
    if (!to.startsWith("#") || !ids.has(to.slice(1))) faults.push(`a link to nowhere: ${to}`);
  }
  for (const use of all("polyline[class*=s]")) {
    const marker = getComputedStyle(use).markerMid.match(/#([^")]+)/);
    if (!marker || !ids.has(marker[1])) faults.push("a line without markers");
  }
  all("table").filter((table) => !table.querySelector("th[scope=col]"))
    .forEach((table) => faults.push(`a table without headings: ${name(table.textContent)}`));
  return faults;
}

// In a chart nothing moves: its texts stay inside it and apart from each other.
function charts() {
  const faults = [];
  for (const svg of document.querySelectorAll("svg[role=img]")) {
    const title = name(svg.querySelector("title").textContent);
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map((element) => {
      faults.push(...contrast(element, getComputedStyle(element).fill));
      return { box: element.getBoundingClientRect(), words: name(element.textContent) };
    });
    seen += texts.length;
    for (const { box, words } of texts) {
      const cut = box.left < frame.left - near || box.right > frame.right + near ||
        box.top < frame.top - near || box.bottom > frame.bottom + near;
      if (cut) faults.push(`cut off at the edge of the chart ${title}: ${words}`);
    }
    const inked = texts.map(({ box, words }) => ({ box: ink(box), words }));
    faults.push(...overlaps(inked, `in the chart ${title}`));
  }
  return faults;
}

// The box of a line of text has room above and below its letters.
function ink(box) {
  const slack = box.height * 0.15;
  return new DOMRect(box.x + near / 2, box.y + slack, box.width - near, box.height - 2 * slack);
}

function texts() {
  const faults = [];
  const pieces = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest("svg, script, style")) continue;
    seen += 1;
    faults.push(...contrast(parent, getComputedStyle(parent).color));
    const range = document.createRange();
    range.selectNodeContents(node);
    const words = name(node.data);
    const scroller = parent.closest(".scroll");
    const frame = scroller?.getBoundingClientRect();
    for (const box of range.getClientRects()) {
      if (!scroller && (box.left < -near || box.right > innerWidth + near)) {
        faults.push(`beyond the window: ${words}`);
      }
      const cell = parent.closest("td, th, li, p, h1, h2, h3, h4, article, .tile");
      const outer = cell?.getBoundingClientRect();
      if (outer && (box.left < outer.left - near || box.right > outer.right + near)) {
        faults.push(`beyond its box: ${words}`);
      }
      const visible = ink(frame ? clipped(box, frame) : box);
      if (visible.width > near && visible.height > near) pieces.push({ box: visible, words });
    }
  }
  return [...faults, ...overlaps(pieces, "on the page")];
}

function clipped(box, frame) {
  const [left, top] = [Math.max(box.left, frame.left), Math.max(box.top, frame.top)];
  const [right, bottom] = [Math.min(box.right, frame.right), Math.min(box.bottom, frame.bottom)];
  return new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
}

function overlaps(pieces, where) {
  const faults = [];
  const sorted = pieces.sort((a, b) => a.box.top - b.box.top);
  sorted.forEach((upper, index) => {
    for (let next = index + 1; next < sorted.length; next += 1) {
      const lower = sorted[next];
      if (lower.box.top >= upper.box.bottom) break;
      if (lower.box.left < upper.box.right && upper.box.left < lower.box.right) {
        faults.push(`overlapping ${where}: ${upper.words} and ${lower.words}`);
      }
    }
  });
  return faults;
}

// Text of usual size needs a contrast of 4.5 to what is behind it, larger text of 3 (WCAG AA).
const known = new Map();
function contrast(element, color) {
  const style = getComputedStyle(element);
  const ground = behind(element);
  const size = element.closest("svg") ? 0 : parseFloat(style.fontSize);
  const least = size >= 24 || (size >= 18.6 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
  const key = `${color} on ${ground}, ${least}`;
  if (known.has(key)) return [];
  const [light, dark] = [color, ground].map(luminance).sort((a, b) => b - a);
  const ratio = (light + 0.05) / (dark + 0.05);
  known.set(key, ratio);
  if (ratio >= least) return [];
  return [`too faint, ${ratio.toFixed(2)}: ${name(element.textContent)} (${key})`];
}

function behind(element) {
  for (let at = element; at; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (!/^(transparent|rgba\(.*, 0\))$/.test(backgroundColor)) return backgroundColor;
  }
  return "rgb(255, 255, 255)";
}

function luminance(color) {
  const [red, green, blue] = color.match(/[\d.]+/g).slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

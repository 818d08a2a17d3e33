const WIDTH = 820;

/** An SVG that follows the reader's light or dark scheme. @param {string} title @param {number} height @param {readonly string[]} content */
export const page = (title, height, content) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${title}</title>
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .small { font-size: 11px } .head { font-weight: 600 }
.a { fill: #1f6feb } .b { fill: #1a7f37 } .c { fill: #8c959f } .fit { stroke: #1f6feb; stroke-dasharray: 4 3 }
.grid { stroke: #d1d9e0 } .one { stroke: #1f2328 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .a { fill: #4493f8 } .b { fill: #3fb950 } .c { fill: #9198a1 } .fit { stroke: #4493f8 }
.grid { stroke: #3d444d } .one { stroke: #f0f6fc }
}
</style>
<text class="head" x="12" y="20">${title}</text>
${content.join('\n')}
</svg>
`;

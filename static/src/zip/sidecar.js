// What its owner says of a photo, beside it: XMP, which other programs read.
// Adobe, "XMP Specification Part 1" (packet, RDF) and the schemas Dublin Core, XMP basic and EXIF.

const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// XML 1.0, section 2.2: other control characters have no spelling at all.
const UNWRITABLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function escaped(text) {
  return text.replace(UNWRITABLE, "").replace(/[&<>"]/g, (sign) => SIGNS[sign]);
}

/** Return the XMP of a photo's caption, tags, albums, date and mark. */
export function xmpOf(about, albumTitles) {
  const { caption, tags, albums, favorite, takenAtLocal, takenAtOffset } = about;
  const bag = (name, words) =>
    words.length ? `<${name}><rdf:Bag>${words.map((word) => `<rdf:li>${escaped(word)}</rdf:li>`).join("")}</rdf:Bag></${name}>` : "";
  const date = takenAtLocal ? escaped(takenAtLocal + (takenAtOffset ?? "")) : "";
  const titles = albums.map(({ id }) => albumTitles.get(id)).filter(Boolean);
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/">
${caption ? `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escaped(caption)}</rdf:li></rdf:Alt></dc:description>` : ""}
${bag("dc:subject", tags)}
${bag("lr:hierarchicalSubject", titles.map((title) => `Albums|${title}`))}
${date ? `<exif:DateTimeOriginal>${date}</exif:DateTimeOriginal><xmp:CreateDate>${date}</xmp:CreateDate>` : ""}
${favorite ? "<xmp:Rating>5</xmp:Rating>" : ""}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>
`;
}

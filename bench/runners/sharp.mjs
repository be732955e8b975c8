// sharp, one core: WebP at 320 and 800 px and AVIF at 1600 px, as the gallery makes them; and others' published settings.
// SCRIPT WAY PHOTO OUT REPEATS, as bench/runners/__init__.py says.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [, , way, photo, out, repeats] = process.argv;
const sharp = createRequire(join(process.cwd(), "package.json"))("sharp");
sharp.concurrency(1);
sharp.cache(false);

const sides = [1600, 800, 320];
const residentBytes = () =>
  Number(readFileSync("/proc/self/status", "utf8").split("VmHWM:")[1].trim().split(/\s+/)[0]) * 1024;
const within = (side, width, height) => {
  const scale = Math.min(1, side / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
};

// At each effort the quality whose mean SSIM over the real photographs is the gallery's: docs/decisions/0019.
const WEBP_QUALITY = { 2: 80, 4: 79 };
const AVIF = { quality: 66, effort: 0, chromaSubsampling: "4:2:0" };
const likeOurs = (effort) => (image, side) =>
  side === 1600 ? image.avif(AVIF) : image.webp({ quality: WEBP_QUALITY[effort], effort });

// imgproxy 3.28's defaults: IMGPROXY_FORMAT_QUALITY webp=79,avif=63; IMGPROXY_WEBP_EFFORT 4; IMGPROXY_AVIF_SPEED 8.
const imgproxy = (image, side) =>
  side === 1600 ? image.avif({ quality: 63, effort: 1, chromaSubsampling: "4:2:0" }) : image.webp({ quality: 79, effort: 4 });

// Immich's defaults (server/src/config.ts): the preview is JPEG 80 in 4:4:4, the thumbnail WebP 80.
const immich = (image, side) =>
  side === 1600 ? image.jpeg({ quality: 80, chromaSubsampling: "4:4:4" }) : image.webp({ quality: 80 });

async function each(data, encode) {
  const { width, height } = (await sharp(data).metadata()).autoOrient;
  const made = {};
  for (const side of sides)
    made[side] = await encode(sharp(data).autoOrient().resize(...within(side, width, height), { fit: "fill" }), side)
      .toBuffer({ resolveWithObject: true });
  return made;
}

async function cascade(data, encode) {
  const { width, height } = (await sharp(data).metadata()).autoOrient;
  const made = {};
  let image = sharp(data).autoOrient();
  for (const side of sides) {
    const pixels = await image
      .resize(...within(side, width, height), { fit: "fill" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const raw = { width: pixels.info.width, height: pixels.info.height, channels: pixels.info.channels };
    made[side] = await encode(sharp(pixels.data, { raw }), side).toBuffer({ resolveWithObject: true });
    image = sharp(pixels.data, { raw });
  }
  return made;
}

const ways = {
  "each-2": (data) => each(data, likeOurs(2)),
  "cascade-2": (data) => cascade(data, likeOurs(2)),
  "cascade-4": (data) => cascade(data, likeOurs(4)),
  imgproxy: (data) => each(data, imgproxy), // one request, and one decoding, for each size
  immich: (data) => cascade(data, immich), // decodes once for all sizes
};

const data = readFileSync(photo);
const idle_bytes = residentBytes();
await ways[way](data);
const cpu_seconds = [];
const wall_seconds = [];
let made;
for (let repeat = 0; repeat < Number(repeats); repeat += 1) {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  made = await ways[way](data);
  const used = process.cpuUsage(cpu);
  cpu_seconds.push((used.user + used.system) / 1e6);
  wall_seconds.push((performance.now() - wall) / 1e3);
}
// "heif" is sharp's name for AVIF's container.
for (const side of sides) {
  const { format } = made[side].info;
  writeFileSync(join(out, `${side}.${{ heif: "avif", jpeg: "jpg" }[format] ?? format}`), made[side].data);
}
console.log(JSON.stringify({ cpu_seconds, wall_seconds, peak_bytes: residentBytes(), idle_bytes }));

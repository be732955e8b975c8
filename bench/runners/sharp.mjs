// sharp: each size from the file (shrink-on-load), or a cascade of raw pixels; WebP, and AVIF at its least effort.
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
const webp = (image) => image.webp({ quality: 80 });
const avif = (image, side) =>
  side === 320 ? image.webp({ quality: 80 }) : image.avif({ quality: 64, effort: 0, chromaSubsampling: "4:2:0" });

async function each(data, encode) {
  const { width, height } = (await sharp(data).metadata()).autoOrient;
  const made = {};
  for (const side of sides)
    made[side] = await encode(sharp(data).autoOrient().resize(...within(side, width, height), { fit: "fill" }), side).toBuffer();
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
    made[side] = await encode(sharp(pixels.data, { raw }), side).toBuffer();
    image = sharp(pixels.data, { raw });
  }
  return made;
}

const ways = {
  each: (data) => each(data, webp),
  cascade: (data) => cascade(data, webp),
  "cascade-avif": (data) => cascade(data, avif),
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
for (const side of sides)
  writeFileSync(join(out, `${side}.${way === "cascade-avif" && side !== 320 ? "avif" : "webp"}`), made[side]);
console.log(JSON.stringify({ cpu_seconds, wall_seconds, peak_bytes: residentBytes(), idle_bytes }));

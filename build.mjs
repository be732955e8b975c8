// Bundle the browser files into static/build/, an ignored folder that staticfiles collects.
import { createHash } from "node:crypto";
import { cp, rm } from "node:fs/promises";
import * as esbuild from "esbuild";

// Pico has its icons as data: URLs, which the content security policy (img-src 'self') blocks.
// Write each icon to a file next to the style sheet.
const iconsAsFiles = {
  name: "icons-as-files",
  setup(build) {
    build.onResolve({ filter: /^data:image\/svg\+xml,/ }, ({ path }) => ({
      path: `icon-${createHash("sha256").update(path).digest("hex").slice(0, 8)}.svg`,
      namespace: "icon",
      pluginData: decodeURIComponent(path.slice(path.indexOf(",") + 1)),
    }));
    build.onLoad({ filter: /.*/, namespace: "icon" }, ({ pluginData }) => ({
      contents: pluginData,
      loader: "file",
    }));
  },
};

// Tiles have their aspect ratio as a class (ratio-150 = 1.5), since the policy blocks style attributes.
const ratiosAsRules = {
  name: "ratios-as-rules",
  setup(build) {
    build.onResolve({ filter: /^ratios\.css$/ }, ({ path }) => ({ path, namespace: "ratios" }));
    build.onLoad({ filter: /.*/, namespace: "ratios" }, () => {
      let contents = "";
      for (let ratio = 40; ratio <= 400; ratio += 5) {
        contents += `.ratio-${ratio}{--ratio:${ratio / 100}}`;
      }
      return { contents, loader: "css" };
    });
  },
};

const options = {
  entryPoints: {
    site: "static/src/site.js",
    style: "static/src/style.css",
    // The review page is for moderators only, so it is no part of the first page.
    desk: "static/src/desk/start.js",
    "desk-style": "static/src/style/desk.css",
  },
  outdir: "static/build",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "safari16.4", "chrome111", "firefox115"],
  minify: true,
  legalComments: "linked",
  sourcemap: false,
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  logLevel: "info",
  plugins: [iconsAsFiles, ratiosAsRules],
};

await rm("static/build", { recursive: true, force: true });
await cp("static/src/icon.svg", "static/build/icon.svg");
await cp("static/src/icons", "static/build/icons", { recursive: true });
if (process.argv.includes("--watch")) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  // A brace that is missing is a warning, and half a style sheet.
  const { warnings } = await esbuild.build(options);
  if (warnings.length) process.exitCode = 1;
}

// A person with a browser: Chromium (Debian's `chromium`, moved by npm `playwright-core`) at the pages of server.mjs.
//
//   node click.mjs accept URL LOGIN [DIRECTORY]    logs in, says yes, and looks at the page that the browser ends on
//   node click.mjs refuse URL LOGIN [DIRECTORY]    the same, saying no
//   node click.mjs device URL CODE LOGIN           types a device code and says yes
//   node click.mjs start URL [DIRECTORY]           opens the page of our listener that sends a form by itself, and ends where that leads
//   node click.mjs press URL [DIRECTORY]           the same without scripts: looks at the page, and presses its button
//
// What it saw is one line of JSON on stdout. With a directory, pictures of our pages are put there: light and dark, 480, 375 and 320 wide.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const [how, address, ...rest] = process.argv.slice(2);
const PATIENCE = 30_000;

const executablePath = process.env.PATH.split(delimiter).map((at) => join(at, 'chromium')).find(existsSync);
const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  viewport: { width: 480, height: 560 },
  javaScriptEnabled: how !== 'press',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
context.setDefaultTimeout(PATIENCE);

const page = context.pages()[0] ?? (await context.newPage());
// What the browser said and asked for since it first went to the listener.
const begins = how === 'start' || how === 'press';
const listener = how === 'device' ? undefined : new URL(begins ? address : new URL(address).searchParams.get('redirect_uri')).origin;
const saw = { complaints: [], asked: [], looks: {} };
const arrived = () => saw.asked.length > 0;
page.on('console', (message) => {
  if (arrived() && message.type() !== 'log') saw.complaints.push(`${message.type()}: ${message.text()}`);
});
page.on('pageerror', (error) => saw.complaints.push(String(error)));
context.on('request', (request) => {
  const url = new URL(request.url());
  if (arrived() || url.origin === listener) saw.asked.push(url.origin + url.pathname);
});
// The server's pages would like a font from elsewhere. Nothing may leave this machine.
await context.route((url) => url.hostname !== '127.0.0.1', (route) => route.abort());

try {
  await page.goto(address, { waitUntil: begins ? 'commit' : 'load' });
  if (begins) {
    await sendForm(...rest);
  } else if (how === 'device') {
    await typeCode(...rest);
  } else {
    await logIn(how, ...rest);
  }
  console.log(JSON.stringify(saw));
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}

async function logIn(how, login, directory) {
  await person(login);
  if (how === 'accept') {
    await page.getByRole('button', { name: 'Continue' }).click();
  } else {
    await page.getByRole('link', { name: 'Cancel' }).click();
  }
  await page.waitForURL((url) => url.origin === listener && url.pathname !== '/callback');
  await end(directory);
}

/// From the page with the form to the last one.
async function sendForm(directory) {
  if (how === 'press') {
    await page.waitForLoadState('load');
    saw.start = { title: await page.title(), text: await page.locator('body').innerText() };
    await lookAt('form', directory);
    await page.getByRole('button').click();
  }
  await page.waitForURL((url) => url.origin === listener && url.pathname === '/done');
  await end(directory);
}

/// What there is to be seen of the last page.
async function end(directory) {
  await page.waitForLoadState('load');
  saw.url = page.url();
  saw.title = await page.title();
  saw.text = await page.locator('body').innerText();
  await lookAt(how, directory);
}

/// Looks at the page in either colour scheme and three widths.
async function lookAt(called, directory) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const width of [480, 375, 320]) {
      await page.setViewportSize({ width, height: width === 480 ? 400 : 667 });
      const name = `${called}-${colorScheme}-${width}`;
      saw.looks[name] = await page.evaluate(look);
      if (directory) await page.screenshot({ path: join(directory, `${name}.png`) });
    }
  }
}

async function typeCode(code, login) {
  const field = page.locator('input[name=user_code]:not([type=hidden])');
  await field.fill(code);
  await page.getByRole('button', { name: 'Continue' }).click();
  // The server shows the code once more, and wants to hear that it is the one on the device.
  await page.getByText(code).waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await person(login);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Sign-in Success').first().waitFor();
  saw.text = await page.locator('body').innerText();
}

/// Logs in. Any password will do.
async function person(login) {
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
}

/// How the page stands in the window, read in the browser: whether one must scroll sideways, how bright its back is, and the faintest
/// contrast of a text with what is behind it (WCAG 2.2, 1.4.3).
function look() {
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = parts(colour).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((parts(colour)[3] ?? 1) > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  let contrast = 21;
  for (const element of document.body.querySelectorAll('*')) {
    const isText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    if (!isText) continue;
    const [one, two] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((a, b) => b - a);
    contrast = Math.min(contrast, (one + 0.05) / (two + 0.05));
  }
  const root = document.documentElement;
  return {
    sideways: root.scrollWidth > root.clientWidth,
    brightness: luminance(behind(document.body)),
    contrast,
  };
}

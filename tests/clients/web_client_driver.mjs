// Drives the web client in headless Chromium. Commands come as lines of JSON on standard input, answers go out the same
// way: {"do": "open", "url": ...}, {"do": "click", ...}.

import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const browser = await chromium.launch({ executablePath: process.argv[2], args: ['--no-sandbox', '--disable-gpu'] });
const context = await browser.newContext();
context.setDefaultTimeout(15_000);
const page = await context.newPage();
const trouble = [];
page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
page.on('pageerror', (error) => trouble.push(String(error)));

const actions = {
  open: ({ url }) => page.goto(url),
  fill: ({ label, text }) => page.getByLabel(label).fill(text),
  press: ({ name }) => page.getByRole('button', { name, exact: true }).first().click(),
  // In the status that shows this text.
  press_in: ({ text, name }) => page.locator('article', { hasText: text }).first().getByRole('button', { name, exact: true }).click(),
  see: ({ text }) => page.getByText(text).first().waitFor(),
  miss: ({ text }) => page.getByText(text).first().waitFor({ state: 'detached' }),
  see_marks: ({ text, marks }) => page.locator('article', { hasText: text }).first().locator('.marks', { hasText: marks }).waitFor(),
  url: () => page.url(),
  text: () => page.locator('body').innerText(),
  evaluate: ({ script }) => page.evaluate(script),
  size: ({ width, height, dark }) => page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' }).then(() => page.setViewportSize({ width, height })),
  screenshot: ({ path, full }) => page.screenshot({ path, fullPage: full ?? true }).then(() => path),
  trouble: () => trouble.splice(0),
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  try {
    const value = await actions[command.do](command);
    console.log(JSON.stringify({ value: ['open', 'screenshot'].includes(command.do) ? null : value ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error), page: await page.locator('body').innerText().catch(() => '') }));
  }
}
await browser.close();

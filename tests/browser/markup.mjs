// Is what the site sends valid HTML? The bytes are judged, not what a browser
// made of them.
import { HtmlValidate } from "html-validate";

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:standard", "html-validate:a11y"],
  // A page that waits renews itself: so it works without scripts.
  rules: { "meta-refresh": "off" },
});

// One line for each fault.
export async function markupFaults(html) {
  const report = await validator.validateString(html);
  return report.results.flatMap(({ messages }) =>
    messages.map((m) => `${m.line}:${m.column} ${m.message} (${m.ruleId})`),
  );
}

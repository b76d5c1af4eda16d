// Starts Swagger UI on the document that the page names. A file of its own, because the pages allow no inline scripts.
"use strict";
SwaggerUIBundle({
  url: document.currentScript.dataset.document,
  dom_id: "#api",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});

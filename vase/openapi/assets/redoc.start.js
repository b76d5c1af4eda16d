// Starts Redoc on the document that the page names. A file of its own, because the pages allow no inline scripts.
"use strict";
Redoc.init(
  document.currentScript.dataset.document,
  { disableSearch: true, nativeScrollbars: true, hideLoading: true },
  document.getElementById("api"),
);

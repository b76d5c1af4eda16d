"""Write the page that compares the quickstarts."""

from tests.quickstarts.programs import PAGE, page

PAGE.write_text(page(), encoding="utf-8")

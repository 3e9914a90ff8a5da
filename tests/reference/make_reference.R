# Compute every pinned reference value again. Run from the root of the repository:
#   Rscript tests/reference/make_reference.R
# Each script writes a JSON file of its own name next to itself.
folder <- file.path("tests", "reference")
scripts <- list.files(folder, pattern = "^(response|survival|biomarker|network|cohort).*\\.R$", full.names = TRUE)
for (script in scripts) {
  message(script)
  source(script, local = new.env(), chdir = FALSE)
}

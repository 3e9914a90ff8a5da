# Reference values for tests/evidence_stats/test_cohort_statistics.py. Run from the root of the project:
#   Rscript tests/reference/cohort.R
# R 4.2.2, survival 3.5-3, jsonlite 1.8.4 (Debian r-base-core, r-cran-survival, r-cran-jsonlite).
# Data: rossi and lung as lifelines ships them, veteran of R, and two made cohorts, one of many ties.
suppressMessages(library(survival))
library(splines)

values <- list()
put <- function(key, value, call, kind = "estimate") {
  values[[key]] <<- list(value = unname(value), kind = kind, r = call)
}
shipped <- system2(".venv/bin/python",
  c("-c", shQuote("import lifelines, os; print(os.path.dirname(lifelines.__file__))")), stdout = TRUE)
read <- function(name) read.csv(file.path(shipped, "datasets", name))

# --- the cohorts; each has time, dead, x (the marker), age, group (stratum and factor) ------------
rossi <- with(read("rossi.csv"), data.frame(time = week, dead = arrest, x = prio, age = age, group = race + 2 * mar))
lung <- with(na.omit(read("lung.csv")[, c("time", "status", "ph.karno", "age", "sex")]),
  data.frame(time = time, dead = status, x = ph.karno, age = age, group = sex))
lung$dead <- as.integer(lung$dead == max(lung$dead))
vet <- with(veteran, data.frame(time = time, dead = status, x = karno, age = age, group = as.integer(celltype)))
set.seed(17)
n <- 160
made <- data.frame(x = round(rnorm(n), 3), age = round(runif(n, 40, 80), 1), group = sample(1:3, n, TRUE))
t <- rexp(n, 0.02 * exp(0.4 * made$x + 0.5 * (made$group == 3)))
made$dead <- as.integer(t < 60); made$time <- round(pmin(t, 60), 2)
# Whole months: nearly every death is tied.
tied <- made; tied$time <- ceiling(tied$time / 6)
cohorts <- list(rossi = rossi, lung = lung, veteran = vet, made = made, tied = tied)

for (name in names(cohorts)) {
  d <- cohorts[[name]]
  d <- d[, c("time", "dead", "x", "age", "group")]
  # Sevens and eights of R's digits: what Python reads is what R fitted.
  cohorts[[name]] <- d
  g <- factor(d$group)
  forms <- list(plain = Surv(time, dead) ~ x, adjusted = Surv(time, dead) ~ x + age + g,
                stratified = Surv(time, dead) ~ x + age + strata(g))
  nulls <- list(plain = Surv(time, dead) ~ 1, adjusted = Surv(time, dead) ~ age + g,
                stratified = Surv(time, dead) ~ age + strata(g))
  tight <- coxph.control(eps = 1e-11, toler.chol = 1e-13, iter.max = 50)
  for (form in names(forms)) {
    at <- function(what) paste(name, form, what, sep = ".")
    f <- coxph(forms[[form]], d, control = tight); null <- coxph(nulls[[form]], d, control = tight)
    put(at("beta"), coef(f), "coef(coxph())")
    put(at("se"), sqrt(diag(vcov(f))), "sqrt(diag(vcov()))", "se")
    put(at("loglik"), tail(f$loglik, 1), "coxph()$loglik")
    put(at("lr"), 2 * (tail(f$loglik, 1) - tail(null$loglik, 1)), "2 * difference of loglik")
    start <- if (form == "plain") 0 else c(0, coef(null))
    put(at("score"), coxph(forms[[form]], d, init = start, iter.max = 0)$score, "coxph(init = c(0, null), iter = 0)$score")
    z <- cox.zph(f, transform = "km", terms = FALSE)
    put(at("zph"), z$table["x", c("chisq", "p")], 'cox.zph(transform = "km")$table["x", ]', "p")
    if (form != "stratified" && name != "tied") {
      put(at("residuals"), head(z$y[, "x"], 12), "head(cox.zph()$y)")
    }
  }
  f <- coxph(Surv(time, dead) ~ x + age + g, d, control = tight)
  put(paste0(name, ".concordance"), concordance(f)$concordance, "concordance(coxph())$concordance")
  half <- median(d$time)
  b <- basehaz(f, centered = FALSE)
  put(paste0(name, ".basehaz"), b$hazard[max(which(b$time <= half))], "basehaz(centered = FALSE) at the median time")
  knots <- quantile(d$x, c(0.1, 0.5, 0.9))
  if (length(unique(knots)) == 3) {
    s <- coxph(Surv(time, dead) ~ ns(x, knots = knots[2], Boundary.knots = knots[c(1, 3)]) + age, d, control = tight)
    put(paste0(name, ".spline"), tail(s$loglik, 1), "coxph(ns(x, knots, Boundary.knots))$loglik")
  }
  high <- as.integer(d$x > median(d$x))
  put(paste0(name, ".survdiff"), survdiff(Surv(time, dead) ~ high, d)$chisq, "survdiff()$chisq")
  km <- survfit(Surv(time, dead) ~ 1, d[high == 1, ])
  at_times <- quantile(d$time, c(0.25, 0.5, 0.75), type = 1)
  sm <- summary(km, times = at_times, extend = TRUE)
  put(paste0(name, ".survfit"), sm$surv, "summary(survfit(), times)$surv")
  put(paste0(name, ".at_risk"), sm$n.risk, "summary(survfit(), times)$n.risk", "count")
  mean_of <- summary(km, rmean = half)$table[c("rmean", "se(rmean)")]
  put(paste0(name, ".rmst"), mean_of, "summary(survfit(), rmean)$table", "se")
  # Maximally selected log-rank statistic, written out (Lausen & Schumacher 1992).
  a <- d$dead - predict(coxph(Surv(time, dead) ~ 1, d), type = "expected")
  cuts <- sort(unique(d$x)); best <- 0
  for (cut in cuts) {
    low <- d$x <= cut; m <- sum(low); size <- nrow(d)
    if (m < ceiling(0.2 * size) || size - m < ceiling(0.2 * size)) next
    best <- max(best, abs(sum(a[low]) - m * mean(a)) / sqrt(m * (size - m) / size * var(a)))
  }
  put(paste0(name, ".best_cut"), best, "largest standardised log-rank statistic, by its definition")
}
reference <- list(
  R = R.version.string,
  packages = list(survival = as.character(packageVersion("survival")),
                  jsonlite = as.character(packageVersion("jsonlite"))),
  data = cohorts, values = values)
writeLines(jsonlite::toJSON(reference, digits = 15, auto_unbox = TRUE, dataframe = "columns", pretty = 1),
  "tests/reference/cohort.json")

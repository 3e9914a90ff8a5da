# Reference values for tests/evidence_stats/test_survival.py, test_kaplan_meier.py, test_two_arm_survival.py and
# test_survival_power.py. Run from the root of the project: Rscript tests/reference/survival.R
# R 4.2.2, survival 3.5-3, jsonlite 1.8.4 (Debian r-base-core, r-cran-survival, r-cran-jsonlite).
suppressMessages(library(survival))

values <- list()
put <- function(key, value, call, kind = "estimate") {
  values[[key]] <<- list(value = value, kind = kind, r = call)
}

# --- medians as printed, ours and others -----------------------------------------------------
arms <- list(
  jonasch = list(e = c(7.56, 5.19, 11.07), c = c(7.39, 5.52, 9.20), level = 0.95),
  # Held out: a steep and a flat curve, 90 per cent limits.
  held_out = list(e = c(14.2, 11.9, 17.3), c = c(9.8, 8.1, 12.6), level = 0.90)
)
se <- function(m, z) (log(m[3]) - log(m[2])) / (2 * z)
for (name in names(arms)) {
  a <- arms[[name]]; z <- qnorm(0.5 + a$level / 2)
  se_e <- se(a$e, z); se_c <- se(a$c, z); s <- sqrt(se_e^2 + se_c^2)
  at <- function(stat) paste("median", name, stat, sep = ".")
  put(at("se"), c(se_e, se_c), "(log(high) - log(low)) / (2 * qnorm())", "se")
  put(at("ratio"), a$e[1] / a$c[1] * exp(c(0, -1, 1) * z * s), "exp(log ratio -+ z * se)", "interval")
  for (k in c(1, 1.45)) put(paste0(at("hr.shape"), k),
    exp(k * log(a$c[1] / a$e[1]) + c(0, -1, 1) * z * k * s), "exp(k * (log ratio -+ z * se))", "interval")
  put(at("mover"), c(a$e[1] - a$c[1],
    a$e[1] - a$c[1] - sqrt((a$e[1] - a$e[2])^2 + (a$c[3] - a$c[1])^2),
    a$e[1] - a$c[1] + sqrt((a$e[3] - a$e[1])^2 + (a$c[1] - a$c[2])^2)), "Zou & Donner 2008, closed form", "interval")
  put(at("shape.n40"), 1 / (sqrt(40) * log(2) * c(se_e, se_c)), "1 / (sqrt(n) * log(2) * se)")
  put(at("events"), 1 / c(se_e, se_c)^2, "1 / se^2")
  put(at("landmark6.shape1.45"), pweibull(6, 1.45, a$e / log(2)^(1 / 1.45), lower.tail = FALSE),
    "pweibull(6, shape, median / log(2)^(1/shape), lower.tail = FALSE)", "interval")
  put(at("landmark6"), pexp(6, log(2) / a$c, lower.tail = FALSE), "pexp(6, log(2) / median, lower.tail = FALSE)", "interval")
  b <- log(a$c[1] / a$e[1])
  for (prior in c(Inf, log(2) / 1.96)) {
    w <- c(1 / s^2, 1 / prior^2); m <- w[1] * b / sum(w); sd <- sqrt(1 / sum(w))
    put(at(paste0("posterior.", if (is.finite(prior)) "sceptical" else "flat")),
      c(m, sd, pnorm(log(c(1, 0.8, 1.25)), m, sd)), "pnorm(log(hr), mean, sd) of the normal-normal posterior")
  }
}
put("counts.kaplan_meier", sqrt(1 / 97 + 1 / 92) / log(2), "sqrt(1/97 + 1/92) / log(2)", "se")
put("counts.exponential", sqrt(1 / 97 + 1 / 92), "sqrt(1/97 + 1/92)", "se")
for (t in list(c(1.04, 1.00, 1.08, 0.0411), c(1.15, 1.02, 1.29, 0.0173), c(0.46, 0.34, 0.62, 1e-4))) {
  put(paste0("hr_se.", t[1]), c((log(t[3]) - log(t[2])) / (2 * qnorm(0.975)), abs(log(t[1])) / -qnorm(t[4] / 2)),
    "(log(high) - log(low)) / (2 * qnorm(0.975)); abs(log(hr)) / -qnorm(p/2)", "se")
}

# --- Schoenfeld ------------------------------------------------------------------------------
za <- qnorm(0.975); zb <- qnorm(0.8)
put("power.mde70", exp(-(za + zb) / sqrt(70 / 4)), "exp(-(qnorm(.975) + qnorm(.8)) / sqrt(d/4))")
put("power.mde200_90_1to2", exp(-(za + qnorm(0.9)) / sqrt(200 * 2 / 9)), "same, d * 1/3 * 2/3")
put("power.events0.70", 4 * (za + zb)^2 / log(0.70)^2, "4 * (za + zb)^2 / log(hr)^2")
put("power.events1.5_alpha0.01", 4 * (qnorm(0.995) + zb)^2 / log(1.5)^2, "same, alpha 0.01")
put("power.at0.70", pnorm(abs(log(0.70)) * sqrt(70 / 4) - za), "pnorm(abs(log(hr)) * sqrt(d/4) - za)", "p")
put("power.ni_events1.25", 4 * (za + zb)^2 / log(1.25)^2, "4 * (za + zb)^2 / log(margin)^2")
put("power.ni1.25", pnorm(log(1.25) * sqrt(70 / 4) - za), "pnorm(log(margin) * sqrt(d/4) - za)", "p")
put("power.ni1.33_true0.9", pnorm(log(1.33 / 0.9) * sqrt(300 / 4) - za), "pnorm(log(margin/hr) * sqrt(d/4) - za)", "p")

# --- patients: data sets travel in the file, so that Python reads what R read -----------------
half <- data.frame(time = c(1:10, 12, 15), event = c(1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0), arm = rep(0:1, 6))
half$time[1:6] <- c(2, 3, 5, 7, 8, 9); half <- half[order(half$time), ]
flat <- data.frame(time = c(1, 2, 3, 4, 5, 6, 7, 8), event = c(1, 1, 1, 1, 0, 1, 0, 1), arm = rep(0:1, 4))
ends <- data.frame(time = c(1, 2, 3, 4, 5, 6), event = c(1, 1, 1, 0, 0, 0), arm = c(0, 1, 0, 1, 0, 1))
data_sets <- list(
  lung = with(lung, data.frame(time = time / 30.4375, event = as.integer(status == 2), arm = as.integer(sex == 2))),
  aml = with(aml, data.frame(time = time, event = status, arm = as.integer(x == "Maintained"))),
  ovarian = with(ovarian, data.frame(time = futime / 30.4375, event = fustat, arm = as.integer(rx == 2))),
  veteran = with(veteran, data.frame(time = time / 30.4375, event = status, arm = as.integer(trt == 2))),
  flat = flat, half = half, ends = ends)
taus <- c(lung = 24, aml = 40, ovarian = 24, veteran = 12, flat = 7, half = 9, ends = 5)

for (name in names(data_sets)) {
  d <- data_sets[[name]]; at <- function(stat) paste(name, stat, sep = ".")
  for (ct in c("log-log", "log", "plain")) {
    fit <- survfit(Surv(time, event) ~ 1, data = d, conf.type = ct)
    # Median and limits from print(survfit): the first time at which curve or band is at or below one
    # half, or the middle of a stretch at one half. quantile() differs where a curve stays at one
    # half to its end (ends: 4.5 for 3), and where a band rises again (aml, log: 48 for 45).
    put(at(paste0("median.", ct)), unname(summary(fit)$table[c("median", "0.95LCL", "0.95UCL")]),
      "summary(survfit(conf.type))$table: median and its limits", "interval")
    put(at(paste0("band.", ct)), cbind(fit$lower, fit$upper), "survfit()$lower, $upper", "interval")
  }
  put(at("survival"), fit$surv, "survfit()$surv"); put(at("at_risk"), fit$n.risk, "survfit()$n.risk", "count")
  s <- summary(fit, rmean = taus[[name]])$table
  put(at("rmst"), unname(s[c("rmean", "se(rmean)")]), paste0("summary(survfit, rmean = ", taus[[name]], ")$table"))
  cox <- coxph(Surv(time, event) ~ arm, data = d, ties = "efron", control = coxph.control(eps = 1e-11, iter.max = 50))
  put(at("cox"), unname(c(coef(cox), sqrt(vcov(cox)))), "coxph(ties = 'efron', eps = 1e-14)")
}

out <- list(
  R = R.version.string, packages = list(survival = as.character(packageVersion("survival")),
    jsonlite = as.character(packageVersion("jsonlite"))),
  data = data_sets, tau = as.list(taus), values = values)
jsonlite::write_json(out, "tests/reference/survival.json", digits = NA, auto_unbox = TRUE, dataframe = "columns", na = "null", pretty = TRUE)
cat(length(values), "values\n")

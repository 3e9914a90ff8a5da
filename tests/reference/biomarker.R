# Reference values for tests/evidence_stats/test_rounding.py, test_prognosis.py, test_evidential_strength.py and
# test_winners_curse.py. Run from the root of the project: Rscript tests/reference/biomarker.R
# R 4.2.2, jsonlite 1.8.4, numDeriv 2016.8 (Debian r-base-core, r-cran-jsonlite, r-cran-numderiv).
values <- list()
put <- function(key, value, call, kind = "estimate") {
  values[[key]] <<- list(value = value, kind = kind, r = call)
}

# --- rounding polygon: every pair of bounding lines is intersected, feasible points are corners --
# (the Python clips a polygon instead: two algorithms for one set)
polygon <- function(hr, lo, hi, p = NULL, dec = 2, dec_p = 4, below = NULL) {
  z <- qnorm(0.975); h <- 0.5 * 10^-dec
  # Rows (on b, on s, constant): on_b * b + on_s * s + constant >= 0.
  A <- rbind(c(1, 0, -log(hr - h)), c(-1, 0, log(hr + h)), c(1, z, -log(hi - h)), c(-1, -z, log(hi + h)),
    c(1, -z, -log(lo - h)), c(-1, z, log(lo + h)), c(0, 1, 0))
  sides <- list(A)
  if (!is.null(p) || !is.null(below)) {
    top <- if (is.null(below)) p + 0.5 * 10^-dec_p else below
    z_min <- -qnorm(top / 2); z_max <- if (is.null(below)) -qnorm((p - 0.5 * 10^-dec_p) / 2) else Inf
    sides <- lapply(c(1, -1), function(side) {
      B <- rbind(A, c(side, 0, 0), c(side, -z_min, 0))
      if (is.finite(z_max)) B <- rbind(B, c(-side, z_max, 0))
      B
    })
  }
  points <- NULL
  for (B in sides) {
    pairs <- combn(nrow(B), 2)
    for (k in seq_len(ncol(pairs))) {
      M <- B[pairs[, k], ]
      if (abs(det(M[, 1:2])) < 1e-14) next
      x <- solve(M[, 1:2], -M[, 3])
      if (all(B[, 1:2] %*% x + B[, 3] >= -1e-12)) points <- rbind(points, x)
    }
  }
  points
}
triples <- list(
  pakt_pfs = list(1.04, 1.00, 1.08, 0.0411, 2, 4), pakt_os = list(1.15, 1.02, 1.29, 0.0173, 2, 4),
  avoren_pfs = list(0.63, 0.52, 0.75, 0.0001, 2, 4), avoren_os = list(0.91, 0.76, 1.10, 0.3360, 2, 4),
  # Held out: hazard ratio that may lie on either side of 1, one decimal, three decimals.
  either_side = list(1.00, 0.80, 1.25, 0.98, 2, 2), coarse = list(0.7, 0.5, 0.9, 0.02, 1, 2),
  fine = list(0.821, 0.673, 1.001, 0.051, 3, 3))
for (name in names(triples)) {
  t <- triples[[name]]; at <- function(stat) paste("rounding", name, stat, sep = ".")
  v <- polygon(t[[1]], t[[2]], t[[3]], dec = t[[5]])
  ratio <- abs(v[, 1]) / v[, 2]
  high <- if (min(v[, 1]) <= 0 && max(v[, 1]) >= 0) 1 else 2 * pnorm(-min(ratio))
  put(at("p"), c(2 * pnorm(-max(ratio)), high), "intersections of bounding lines; 2 * pnorm(-z)", "p")
  w <- polygon(t[[1]], t[[2]], t[[3]], p = t[[4]], dec = t[[5]], dec_p = t[[6]])
  put(at("consistent"), !is.null(w), "any feasible intersection", "count")
  if (!is.null(w)) put(at("hr_se"), c(exp(range(w[, 1])), range(w[, 2])), "range over feasible intersections", "interval")
}
w <- polygon(0.46, 0.34, 0.62, below = 1e-4)
put("rounding.pazopanib.hr_se", c(exp(range(w[, 1])), range(w[, 2])), "range over feasible intersections, P < 0.0001", "interval")
a <- polygon(1.04, 1.00, 1.08, 0.0411); b <- polygon(1.15, 1.02, 1.29, 0.0173)
put("information_ratio", c((min(b[, 2]) / max(a[, 2]))^2, (max(b[, 2]) / min(a[, 2]))^2), "ratio of extreme standard errors, squared", "interval")

# --- one marker ------------------------------------------------------------------------------
put("per10", c(1.04, 1.00, 1.08, 1.15, 1.02, 1.29)^10, "x^10", "interval")
for (t in list(c(0.0411, 70), c(0.0173, 28), c(0.2, 55))) {
  z <- -qnorm(t[1] / 2); at <- function(stat) paste("p", t[1], stat, sep = ".")
  put(at("per_sd"), exp(z / sqrt(t[2]) + c(0, -1, 1) * qnorm(0.975) / sqrt(t[2])), "exp((z -+ qnorm(.975)) / sqrt(d))", "interval")
  put(at("bound"), -1 / (exp(1) * t[1] * log(t[1])), "-1 / (exp(1) * p * log(p))")
  put(at("s"), -log2(t[1]), "-log2(p)"); put(at("min_bf"), exp(-z^2 / 2), "exp(-qnorm(p/2)^2 / 2)")
  prior <- c(0.5, 0.25, 0.1, 0.01); power <- pnorm(log(1.5) * sqrt(t[2]) - z)
  put(at("fprp"), (1 - prior) * t[1] / ((1 - prior) * t[1] + prior * power), "Wacholder 2004, eq. 1, base R", "p")
  odds <- 1 / 9 * -1 / (exp(1) * t[1] * log(t[1])); put(at("posterior"), odds / (1 + odds), "odds / (1 + odds), prior 0.1", "p")
  if (t[1] < 0.05) {
    cut <- qnorm(0.975)
    nll <- function(d) -(dnorm(z, d, 1, log = TRUE) - log(pnorm(-cut - d) + pnorm(d - cut)))
    slope <- function(d) numDeriv::grad(nll, d)
    put(at("conditional_mle"), uniroot(slope, c(0, z), tol = 1e-12)$root, "uniroot() on numDeriv::grad() of the conditional likelihood")
  }
  sds <- c(0.61, 1.42, 2.16, 5.64); wt <- c(0.32, 0.31, 0.30, 0.07)
  prior_density <- function(x) rowSums(mapply(function(w, s) w * dnorm(x, 0, s), wt, sds))
  part <- function(f) integrate(function(x) f(x) * prior_density(x) * dnorm(z, x, 1), -Inf, Inf, rel.tol = 1e-11)$value
  put(at("shrunk"), part(identity) / part(function(x) 1), "integrate() over the prior mixture")
}
put("bound_above_1_over_e", 1, "by definition")
for (g in c(0.1, 0.25, 0.45, -0.8)) put(paste0("concordance.", g), 2 * integrate(function(u) dnorm(u) / (1 + exp(-sqrt(2) * abs(g) * u)), 0, Inf, rel.tol = 1e-12)$value,
  "integrate(), Gonen & Heller 2005, normal marker")
for (q in c(0.5, 0.75, 0.9, 0.35)) {
  put(paste0("cut.normal.", q), dnorm(qnorm(q))^2 / (q * (1 - q)), "dnorm(qnorm(q))^2 / (q * (1 - q))")
  # Covariance of exp(Z/2) and its cut by integration, without the closed form.
  m <- function(k, from) integrate(function(x) exp(0.5 * x)^k * dnorm(x), from, 30, rel.tol = 1e-12)$value
  ex <- m(1, -30); covariance <- m(1, qnorm(q)) - ex * (1 - q)
  put(paste0("cut.lognormal.", q), covariance^2 / ((m(2, -30) - ex^2) * q * (1 - q)), "squared correlation by integrate(), log SD 0.5")
}
put("predicted", pweibull(12, 1.45, 7.47 / log(2)^(1 / 1.45), lower.tail = FALSE)^(1.277^c(-1, 0, 1)), "pweibull(lower.tail = FALSE)^(hr^x)")

# --- retrospective design, by integration (Gelman & Carlin simulate) ---------------------------
for (t in list(c(1.2, 70), c(1.2, 28), c(0.6, 40))) {
  r <- log(t[1]) * sqrt(t[2]); r <- abs(r); cut <- qnorm(0.975)
  power <- pnorm(r - cut) + pnorm(-r - cut)
  mean_size <- (integrate(function(x) x * dnorm(x, r), cut, Inf, rel.tol = 1e-11)$value +
    integrate(function(x) -x * dnorm(x, r), -Inf, -cut, rel.tol = 1e-11)$value) / power
  put(paste("retro", t[1], t[2], sep = "."), c(power, pnorm(-r - cut) / power, mean_size / r), "pnorm() and integrate()")
}

# --- multiplicity, E-value, scepticism limit ---------------------------------------------------
p <- c(0.0411, 0.0173)
for (m in c(2, 3, 4, 6, 20)) for (method in c("holm", "bonferroni", "BH"))
  put(paste("adjust", tolower(method), m, sep = "."), p.adjust(c(p, rep(1, m - 2)), method)[1:2], "p.adjust(c(p, 1, ...), method)", "p")
e <- function(hr) { hr <- max(hr, 1 / hr); rr <- (1 - 0.5^sqrt(hr)) / (1 - 0.5^sqrt(1 / hr)); rr + sqrt(rr * (rr - 1)) }
for (hr in c(1.277, 1.568, 0.6, 1)) put(paste0("e_value.", hr), e(hr), "VanderWeele & Ding 2017, common outcome")
for (t in list(c(1.02, 1.29), c(0.34, 0.62), c(1.0014, 1.08)))
  put(paste("sceptical", t[1], t[2], sep = "."), exp((if (t[1] > 1) 1 else -1) * log(t[2] / t[1])^2 / (4 * sqrt(log(t[1]) * log(t[2])))), "Matthews 2018")

out <- list(R = R.version.string, packages = list(jsonlite = as.character(packageVersion("jsonlite")),
  numDeriv = as.character(packageVersion("numDeriv"))), values = values)
jsonlite::write_json(out, "tests/reference/biomarker.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
cat(length(values), "values\n")

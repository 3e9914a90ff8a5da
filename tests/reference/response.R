# Reference values of the response-rate statistics, into tests/reference/response.json.
# R 4.2.2 with metafor, metadat, lme4, Epi, epitools and jsonlite from Debian.
# Where no package here computes something, it is written below by another way than in Python:
# restricted estimates by root search instead of closed forms, integrals by integrate().
suppressPackageStartupMessages({
  library(metafor)
  library(lme4)
})

values <- list()
add <- function(key, value, call) {
  stopifnot(is.null(values[[key]]))
  values[[key]] <<- list(value = unname(value), r = call)
}
quiet <- suppressWarnings
root <- function(f, lower, upper) uniroot(f, c(lower, upper), tol = 1e-14, maxiter = 10000)$root
z95 <- qnorm(0.975)

# ---- one proportion ------------------------------------------------------------------------------
midp <- function(x, n, a) {
  upper <- function(p) pbinom(x, n, p, lower.tail = FALSE) + dbinom(x, n, p) / 2
  c(if (x == 0) 0 else root(function(p) upper(p) - a / 2, 0, 1),
    if (x == n) 1 else root(function(p) upper(p) - 1 + a / 2, 0, 1))
}
one <- list(list(12, 40, 0.95), list(10, 40, 0.95), list(0, 7, 0.95), list(7, 7, 0.95),
            list(1, 13, 0.95), list(81, 263, 0.95), list(17, 50, 0.8), list(3, 1000, 0.99))
for (case in one) {
  x <- case[[1]]; n <- case[[2]]; level <- case[[3]]; a <- 1 - level
  key <- function(method) sprintf("proportion.%d_%d_%g.%s", x, n, level, method)
  add(key("clopper_pearson"), as.numeric(binom.test(x, n, conf.level = level)$conf.int),
      "stats::binom.test")
  add(key("wilson"), as.numeric(quiet(
    prop.test(x, n, conf.level = level, correct = FALSE)$conf.int)), "stats::prop.test(correct=FALSE)")
  j <- qbeta(c(a / 2, 1 - a / 2), x + 0.5, n - x + 0.5)
  if (x == 0) j[1] <- 0
  if (x == n) j[2] <- 1
  add(key("jeffreys"), j, "stats::qbeta, limits at 0 and n as Brown, Cai and DasGupta 2001")
  z <- qnorm(1 - a / 2); nt <- n + z^2; pt <- (x + z^2 / 2) / nt
  add(key("agresti_coull"),
      pmin(pmax(pt + c(-1, 1) * z * sqrt(pt * (1 - pt) / nt), 0), 1), "closed form, cut at 0 and 1")
  add(key("midp"), midp(x, n, a), "uniroot on the mid-P function")
}

# ---- two proportions -----------------------------------------------------------------------------
# Restricted estimates: the derivative of the log-likelihood is solved numerically.
restricted <- function(x1, n1, x2, n2, to_p1, slope, lower, upper) {
  term <- function(count, p) if (count == 0) 0 else count / p
  score <- function(p2) {
    p1 <- to_p1(p2)
    slope * (term(x1, p1) - term(n1 - x1, 1 - p1)) + term(x2, p2) - term(n2 - x2, 1 - p2)
  }
  gap <- (upper - lower) * 1e-13
  if (score(lower + gap) <= 0) return(lower)
  if (score(upper - gap) >= 0) return(upper)
  root(score, lower + gap, upper - gap)
}
score_difference <- function(x1, n1, x2, n2, corrected) {
  d <- x1 / n1 - x2 / n2
  crit <- z95^2 * if (corrected) (n1 + n2) / (n1 + n2 - 1) else 1
  f <- function(delta) {
    p2 <- restricted(x1, n1, x2, n2, function(p) p + delta, 1, max(0, -delta), min(1, 1 - delta))
    p1 <- p2 + delta
    (d - delta)^2 - crit * (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
  }
  c(if (d <= -1) -1 else root(f, -1 + 1e-12, d - 1e-7), if (d >= 1) 1 else root(f, d + 1e-7, 1 - 1e-12))
}
score_ratio <- function(x1, n1, x2, n2, corrected) {
  crit <- z95^2 * if (corrected) (n1 + n2) / (n1 + n2 - 1) else 1
  f <- function(log_ratio) {
    r <- exp(log_ratio)
    p2 <- restricted(x1, n1, x2, n2, function(p) r * p, r, 0, min(1, 1 / r))
    (x1 / n1 - r * x2 / n2)^2 / (r * p2 * (1 - r * p2) / n1 + r^2 * p2 * (1 - p2) / n2) - crit
  }
  centre <- log((x1 / n1) / (x2 / n2))
  low <- if (x1 == 0) 0 else exp(root(f, centre - 12, centre - 1e-6))
  start <- if (x1 == 0) -12 else centre + 1e-6
  c(low, exp(root(f, start, if (x1 == 0) 6 else centre + 12)))
}
noncentral <- function(x1, n1, x2, n2) {
  m <- x1 + x2
  s <- max(0, m - n2):min(n1, m)
  function(theta) {
    l <- dhyper(s, n1, n2, m, log = TRUE) + s * theta
    p <- exp(l - max(l))
    list(s = s, p = p / sum(p))
  }
}
conditional <- function(x1, n1, x2, n2, half) {
  d <- noncentral(x1, n1, x2, n2)
  solve <- function(g) exp(root(g, -40, 40))
  above <- function(theta, share) { e <- d(theta); sum(e$p[e$s > x1]) + share * sum(e$p[e$s == x1]) }
  point <- if (half) function(t) above(t, 0.5) - 0.5 else function(t) { e <- d(t); sum(e$s * e$p) - x1 }
  share <- if (half) c(0.5, 0.5) else c(1, 0)
  zero <- x1 == min(d(0)$s)
  c(if (zero) 0 else solve(point),
    if (zero) 0 else solve(function(t) above(t, share[1]) - 0.025),
    solve(function(t) above(t, share[2]) - 0.975))
}
# Unconditional tests: the supremum over the common proportion, on a grid and then refined.
supremum <- function(inside, n1, n2) {
  size <- function(p) sum(outer(dbinom(0:n1, n1, p), dbinom(0:n2, n2, p))[inside])
  grid <- seq(0, 1, length.out = 2001)
  at <- sapply(grid, size)
  best <- order(at, decreasing = TRUE)[1:5]
  max(at, sapply(best, function(i)
    optimize(size, c(grid[max(i - 1, 1)], grid[min(i + 1, 2001)]), maximum = TRUE, tol = 1e-12)$objective))
}
boschloo <- function(x1, n1, x2, n2) {
  side <- function(lower) {
    p <- outer(0:n1, 0:n2, function(a, b) if (lower) phyper(a, n1, n2, a + b) else
      phyper(a - 1, n1, n2, a + b, lower.tail = FALSE))
    supremum(p <= p[x1 + 1, x2 + 1] * (1 + 1e-9), n1, n2)
  }
  min(1, 2 * min(side(TRUE), side(FALSE)))
}
barnard <- function(x1, n1, x2, n2) {
  z <- outer(0:n1, 0:n2, function(a, b) {
    p <- (a + b) / (n1 + n2)
    ifelse(p %in% c(0, 1), 0, (a / n1 - b / n2) / sqrt(p * (1 - p) * (1 / n1 + 1 / n2)))
  })
  supremum(abs(z) >= abs(z[x1 + 1, x2 + 1]) * (1 - 1e-9), n1, n2)
}
likelihood_ratio <- function(tab) {
  e <- outer(rowSums(tab), colSums(tab)) / sum(tab)
  pchisq(2 * sum(ifelse(tab == 0, 0, tab * log(tab / e))), 1, lower.tail = FALSE)
}
tables <- list(c(10, 40, 12, 40), c(56, 70, 48, 80), c(9, 10, 3, 10), c(6, 7, 2, 7), c(5, 56, 0, 29),
               c(0, 10, 0, 20), c(0, 10, 0, 10), c(10, 10, 0, 20), c(10, 10, 0, 10), c(0, 10, 3, 12),
               c(7, 25, 1, 30), c(1, 13, 9, 20), c(10, 10, 10, 10))
for (t in tables) {
  x1 <- t[1]; n1 <- t[2]; x2 <- t[3]; n2 <- t[4]
  tab <- matrix(c(x1, n1 - x1, x2, n2 - x2), 2, byrow = TRUE)
  key <- function(name) sprintf("two.%d_%d_%d_%d.%s", x1, n1, x2, n2, name)
  add(key("difference.miettinen_nurminen"), score_difference(x1, n1, x2, n2, TRUE),
      "restricted maximum by uniroot, Miettinen and Nurminen 1985")
  add(key("difference.mee"), score_difference(x1, n1, x2, n2, FALSE), "the same, Mee 1984")
  nc <- quiet(Epi::ci.pd(x1, x2, n1 - x1, n2 - x2, method = "Nc", print = FALSE))
  add(key("difference.newcombe"), as.numeric(nc[1, 6:7]), "Epi::ci.pd(method='Nc')")
  p <- c(x1 / n1, x2 / n2)
  add(key("difference.wald"), p[1] - p[2] + c(-1, 1) * z95 * sqrt(sum(p * (1 - p) / c(n1, n2))),
      "closed form")
  if (x2 > 0) {
    add(key("ratio.koopman"), score_ratio(x1, n1, x2, n2, FALSE), "restricted maximum by uniroot, Koopman 1984")
    add(key("ratio.miettinen_nurminen"), score_ratio(x1, n1, x2, n2, TRUE), "the same with N/(N-1)")
  }
  # epitools compares the second row and column with the first: reference arm and no event first.
  turned <- matrix(c(n2 - x2, x2, n1 - x1, x1), 2, byrow = TRUE)
  if (x1 > 0 && x2 > 0 && !(x1 == n1 && x2 == n2))
    add(key("ratio.katz"), quiet(epitools::riskratio.wald(turned))$measure[2, ], "epitools::riskratio.wald")
  if (x2 > 0 && x1 < n1) {
    if (all(tab > 0))
      add(key("odds.woolf"), quiet(epitools::oddsratio.wald(turned))$measure[2, ], "epitools::oddsratio.wald")
    add(key("odds.conditional_exact"), conditional(x1, n1, x2, n2, FALSE), "dhyper weights, uniroot")
    add(key("odds.midp"), conditional(x1, n1, x2, n2, TRUE), "dhyper weights, uniroot, mid-P")
    f <- fisher.test(tab)
    add(key("odds.fisher_test"), c(f$estimate, f$conf.int), "stats::fisher.test")
  }
  total <- x1 + x2
  if (total > 0 && total < n1 + n2) {
    add(key("p.fisher"), fisher.test(tab)$p.value, "stats::fisher.test")
    add(key("p.fisher_midp"), epitools::ormidp.test(x1, n1 - x1, x2, n2 - x2)$two.sided,
        "epitools::ormidp.test")
    add(key("p.chi_squared"), quiet(chisq.test(tab, correct = FALSE)$p.value),
        "stats::chisq.test(correct=FALSE)")
    add(key("p.yates"), quiet(chisq.test(tab)$p.value), "stats::chisq.test")
    add(key("p.likelihood_ratio"), likelihood_ratio(tab), "closed form")
    add(key("p.boschloo"), boschloo(x1, n1, x2, n2), "phyper, dbinom; supremum by grid and optimize()")
    add(key("p.barnard"), barnard(x1, n1, x2, n2), "pooled z, dbinom; supremum by grid and optimize()")
  }
}

# ---- power ---------------------------------------------------------------------------------------
region <- function(n1, n2, test) outer(0:n1, 0:n2, Vectorize(function(a, b) {
  tab <- matrix(c(a, n1 - a, b, n2 - b), 2)
  if (a + b == 0 || a + b == n1 + n2) return(FALSE)
  p <- if (test == "fisher") fisher.test(tab, conf.int = FALSE)$p.value else
    quiet(chisq.test(tab, correct = FALSE)$p.value)
  p <= 0.05
}))
for (test in c("fisher", "chi_squared")) for (sizes in list(c(40, 40), c(25, 18))) {
  inside <- region(sizes[1], sizes[2], test)
  power <- function(p1, p2) sum(outer(dbinom(0:sizes[1], sizes[1], p1), dbinom(0:sizes[2], sizes[2], p2))[inside])
  key <- function(name) sprintf("power.%s_%d_%d.%s", test, sizes[1], sizes[2], name)
  add(key("30v50"), power(0.3, 0.5), "fisher.test or chisq.test of every table")
  add(key("60v15"), power(0.6, 0.15), "fisher.test or chisq.test of every table")
  add(key("size30"), power(0.3, 0.3), "fisher.test or chisq.test of every table")
  add(key("detectable"), root(function(p) power(p, 0.3) - 0.8, 0.3, 1), "uniroot on the power")
}

# ---- posterior -----------------------------------------------------------------------------------
above <- function(delta, a, b) {
  f <- function(p) dbeta(p, a[1], a[2]) * pbeta(p - delta, b[1], b[2])
  low <- max(0, delta); high <- min(1, 1 + delta)
  integrate(f, low, high, rel.tol = 1e-12, subdivisions = 2000)$value +
    pbeta(high, a[1], a[2], lower.tail = FALSE)
}
priors <- list(uniform = c(1, 1), jeffreys = c(0.5, 0.5), sceptical = c(2.8, 8))
for (t in list(c(10, 40, 12, 40), c(1, 13, 9, 20), c(3, 5, 200, 400))) for (name in names(priors)) {
  prior <- priors[[name]]
  a <- prior + c(t[1], t[2] - t[1]); b <- prior + c(t[3], t[4] - t[3])
  key <- function(what) sprintf("posterior.%d_%d_%d_%d.%s.%s", t[1], t[2], t[3], t[4], name, what)
  add(key("above"), sapply(c(-0.1, 0, 0.1, 0.3), above, a = a, b = b), "stats::integrate; above -0.1, 0, 0.1, 0.3")
  q <- sapply(c(0.5, 0.025, 0.975), function(s) root(function(d) above(d, a, b) - 1 + s, -0.999, 0.999))
  add(key("interval"), q, "uniroot on integrate; median, 2.5 %, 97.5 %")
  density <- function(d) integrate(function(p) dbeta(p, a[1], a[2]) * dbeta(p - d, b[1], b[2]),
                                   max(0, d), min(1, 1 + d), rel.tol = 1e-12, subdivisions = 2000)$value
  add(key("density"), sapply(c(-0.2, 0.05, 0.15), density), "stats::integrate; at -0.2, 0.05, 0.15")
  bf <- lbeta(prior[1] + t[1] + t[3], prior[2] + t[2] + t[4] - t[1] - t[3]) + lbeta(prior[1], prior[2]) -
    lbeta(a[1], a[2]) - lbeta(b[1], b[2])
  add(key("bf01"), exp(bf), "lbeta")
}

# ---- inversion -----------------------------------------------------------------------------------
printing <- function(shown, max_n) {
  found <- list()
  for (n in 1:max_n) for (x in 0:n) {
    ci <- binom.test(x, n)$conf.int
    got <- 100 * c(x / n, ci[1], ci[2])
    digits <- nchar(sub("^[^.]*\\.?", "", shown))
    if (all(abs(got - as.numeric(shown)) <= 0.5001 * 10^-digits)) found[[length(found) + 1]] <- c(x, n)
  }
  do.call(rbind, found)
}
add("inversion.sorafenib", as.numeric(printing(c("30", "16.6", "46.5"), 120)), "binom.test of every x <= n <= 120")
add("inversion.combination", as.numeric(printing(c("25", "12.7", "41.2"), 120)), "binom.test of every x <= n <= 120")

# ---- pooling: inverse variance -------------------------------------------------------------------
tight <- list(threshold = 1e-14, maxiter = 100000, tol = 1e-14)
profile_tight <- list(tol = 1e-14)
ours <- list(x = c(1, 12, 13, 10, 9, 17, 11), n = c(13, 62, 40, 40, 51, 50, 42))
dose <- c(27, 30, 30, 7, 27, 15, 9)
zeros <- metadat::dat.nielweise2007
zeros <- list(x = zeros$ai, n = zeros$n1i)
counts <- list(
  ours = ours,
  zeros = zeros,
  two = list(x = c(10, 11), n = c(40, 42)),
  spread = list(x = c(5, 120, 0, 290, 33, 700), n = c(200, 300, 150, 400, 1000, 5000))
)
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = metadat::dat.bcg)
effects <- lapply(counts, function(d) {
  e <- escalc(measure = "PLO", xi = d$x, ni = d$n)
  list(y = as.numeric(e$yi), v = as.numeric(e$vi))
})
effects$bcg <- list(y = as.numeric(bcg$yi), v = as.numeric(bcg$vi))
for (set in names(effects)) {
  y <- effects[[set]]$y; v <- effects[[set]]$v; k <- length(y)
  key <- function(name) sprintf("pool.%s.%s", set, name)
  if (set != "bcg") { add(key("y"), y, "metafor::escalc(PLO)"); add(key("v"), v, "metafor::escalc(PLO)") }
  for (model in c("REML", "DL", "PM", "ML", "FE")) {
    fit <- rma(y, v, method = model, control = tight)
    m <- tolower(if (model == "FE") "common" else model)
    call <- sprintf("metafor::rma(method='%s')", model)
    add(key(paste0(m, ".b")), as.numeric(fit$b), call)
    add(key(paste0(m, ".se")), fit$se, call)
    add(key(paste0(m, ".tau2")), fit$tau2, call)
    add(key(paste0(m, ".i2")), fit$I2 / 100, call)
    add(key(paste0(m, ".h2")), fit$H2, call)
    if (model == "FE") next
    hk <- rma(y, v, method = model, test = "knha", control = tight)
    adhoc <- quiet(rma(y, v, method = model, test = "adhoc", control = tight))
    add(key(paste0(m, ".z.ci")), c(fit$ci.lb, fit$ci.ub), call)
    add(key(paste0(m, ".hk.ci")), c(hk$ci.lb, hk$ci.ub), paste(call, "test='knha'"))
    add(key(paste0(m, ".hk.p")), hk$pval, paste(call, "test='knha'"))
    add(key(paste0(m, ".adhoc.ci")), c(adhoc$ci.lb, adhoc$ci.ub), paste(call, "test='adhoc'"))
    for (which in c("z", "hk")) {
      pr <- predict(if (which == "z") fit else hk)
      add(key(paste0(m, ".", which, ".prediction")), c(pr$pi.lb, pr$pi.ub), "metafor::predict")
    }
    if (k > 2)
      add(key(paste0(m, ".prediction_hts")),
          as.numeric(fit$b) + c(-1, 1) * qt(0.975, k - 2) * sqrt(fit$se^2 + fit$tau2),
          "closed form from metafor::rma, Higgins and others 2009")
  }
  fit <- rma(y, v, method = "REML", control = tight)
  add(key("q"), fit$QE, "metafor::rma")
  add(key("q_p"), fit$QEp, "metafor::rma")
  add(key("weights"), as.numeric(weights(fit)) / 100, "metafor::weights, REML")
  ci <- quiet(confint(fit, control = list(tol = 1e-14, tau2.max = 1e4)))$random
  add(key("tau2_interval"), as.numeric(ci["tau^2", 2:3]), "metafor::confint, Q-profile")
  add(key("i2_interval"), as.numeric(ci["I^2(%)", 2:3]) / 100, "metafor::confint, Q-profile")
  if (k > 2) {
    one_out <- leave1out(rma(y, v, method = "REML", test = "knha", control = tight))
    add(key("leave_one_out.b"), as.numeric(one_out$estimate), "metafor::leave1out")
    add(key("leave_one_out.se"), as.numeric(one_out$se), "metafor::leave1out, knha")
    add(key("leave_one_out.tau2"), as.numeric(one_out$tau2), "metafor::leave1out")
  }
}
regressions <- list(
  dose = list(y = effects$ours$y, v = effects$ours$v, x = cbind(dose)),
  latitude = list(y = effects$bcg$y, v = effects$bcg$v, x = cbind(bcg$ablat)),
  latitude_year = list(y = effects$bcg$y, v = effects$bcg$v, x = cbind(bcg$ablat, bcg$year - 1950))
)
for (set in names(regressions)) for (model in c("REML", "DL", "PM", "ML")) for (test in c("knha", "z")) {
  d <- regressions[[set]]
  fit <- rma(d$y, d$v, mods = d$x, method = model, test = test, control = tight)
  key <- function(name) sprintf("regression.%s.%s.%s.%s", set, tolower(model), test, name)
  call <- sprintf("metafor::rma(mods=, method='%s', test='%s')", model, test)
  add(key("b"), as.numeric(fit$b), call)
  add(key("se"), fit$se, call)
  add(key("p"), fit$pval, call)
  add(key("ci"), c(rbind(fit$ci.lb, fit$ci.ub)), call)
  if (test == "z") next
  add(key("tau2"), fit$tau2, call)
  add(key("qe"), c(fit$QE, fit$QEp), call)
  add(key("i2"), fit$I2 / 100, call)
  if (!is.null(fit$R2) && !is.na(fit$R2)) add(key("r2"), fit$R2 / 100, call)
  at <- predict(fit, newmods = colMeans(d$x))
  add(key("at_mean"), c(at$pred, at$ci.lb, at$ci.ub, at$pi.lb, at$pi.ub), "metafor::predict")
}
fit <- rma(effects$ours$y, effects$ours$v, mods = cbind(dose), test = "knha")
add("permutation.dose", permutest(fit, exact = TRUE, progbar = FALSE)$pval[2], "metafor::permutest(exact=TRUE)")
first <- 1:6
fit <- rma(effects$bcg$y[first], effects$bcg$v[first], mods = cbind(bcg$ablat[first]), method = "DL")
add("permutation.latitude_dl", permutest(fit, exact = TRUE, progbar = FALSE)$pval[2],
    "metafor::permutest(exact=TRUE), first 6 studies, DL, z")

# ---- pooling: counts -----------------------------------------------------------------------------
study <- function(mu, tau, x, n) {
  if (tau == 0) return(dbinom(x, n, plogis(mu), log = TRUE))
  h <- function(z) dbinom(x, n, plogis(mu + tau * z), log = TRUE) + dnorm(z, log = TRUE)
  peak <- optimize(h, c(-15, 15), maximum = TRUE, tol = 1e-10)
  s <- 1 / sqrt(1 + tau^2 * n * plogis(mu + tau * peak$maximum) * plogis(-mu - tau * peak$maximum))
  peak$objective + log(integrate(function(z) exp(h(z) - peak$objective), peak$maximum - 14 * s,
                                 peak$maximum + 14 * s, rel.tol = 1e-12, subdivisions = 2000)$value)
}
log_likelihood <- function(d, mu, tau) sum(mapply(study, x = d$x, n = d$n, MoreArgs = list(mu = mu, tau = tau)))
for (set in names(counts)) {
  d <- counts[[set]]
  key <- function(name) sprintf("glmm.%s.%s", set, name)
  frame <- data.frame(x = d$x, miss = d$n - d$x, id = factor(seq_along(d$x)))
  fit <- suppressMessages(quiet(glmer(
    cbind(x, miss) ~ 1 + (1 | id), data = frame, family = binomial, nAGQ = 25,
    control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.01, rhoend = 1e-11, maxfun = 1e6),
                           tolPwrss = 1e-10))))
  add(key("lme4.b"), fixef(fit), "lme4::glmer(nAGQ=25)")
  add(key("lme4.se"), sqrt(as.numeric(vcov(fit))), "lme4::glmer(nAGQ=25)")
  add(key("lme4.tau2"), as.numeric(VarCorr(fit)$id), "lme4::glmer(nAGQ=25)")
  grid <- expand.grid(mu = c(-2.5, -1), tau = c(0, 0.1, 0.7, 2))
  add(key("log_likelihood"), mapply(function(mu, tau) log_likelihood(d, mu, tau), grid$mu, grid$tau),
      "integrate(); mu -2.5, -1 by tau 0, 0.1, 0.7, 2")
  negative <- function(p) -log_likelihood(d, p[1], abs(p[2]))
  best <- nlminb(c(fixef(fit), sqrt(as.numeric(VarCorr(fit)$id)) + 0.01), negative,
                 control = list(rel.tol = 1e-15, x.tol = 1e-12))
  best <- nlminb(best$par, negative, control = list(rel.tol = 1e-15, x.tol = 1e-12))
  add(key("peak"), -best$objective, "integrate() and nlminb()")
  if (abs(best$par[2]) > 1e-3) {
    # The optimiser's own gradient is good to 1e-7; two Newton steps with numDeriv's to 1e-10.
    at <- c(best$par[1], abs(best$par[2]))
    for (step in 1:2) at <- at - solve(numDeriv::hessian(negative, at), numDeriv::grad(negative, at))
    add(key("b"), at[1], "integrate(), nlminb(), numDeriv")
    add(key("tau2"), at[2]^2, "integrate(), nlminb(), numDeriv")
    add(key("se"), sqrt(solve(numDeriv::hessian(negative, at))[1, 1]), "numDeriv::hessian")
  }
}
# Profile likelihood interval of the seven arms.
d <- counts$ours
peak <- -values[["glmm.ours.peak"]]$value
deviance <- function(mu) -2 * optimize(function(tau) log_likelihood(d, mu, tau), c(0, 2), maximum = TRUE, tol = 1e-9)$objective
centre <- values[["glmm.ours.lme4.b"]]$value
fall <- function(mu) deviance(mu) - 2 * peak - qchisq(0.95, 1)
solve_fall <- function(a, b) uniroot(fall, c(a, b), tol = 1e-10)$root
add("glmm.ours.profile", c(solve_fall(centre - 1, centre), solve_fall(centre, centre + 1)),
    "integrate(), optimize(), uniroot()")

for (set in names(counts)) {
  d <- counts[[set]]
  beta_binomial <- function(p) {
    mean <- plogis(p[1]); rho <- plogis(p[2]); s <- (1 - rho) / rho
    -sum(lchoose(d$n, d$x) + lbeta(d$x + mean * s, d$n - d$x + (1 - mean) * s) - lbeta(mean * s, (1 - mean) * s))
  }
  best <- nlminb(c(qlogis(sum(d$x) / sum(d$n)), -4), beta_binomial, control = list(rel.tol = 1e-15, x.tol = 1e-13, iter.max = 1000))
  best <- nlminb(best$par, beta_binomial, control = list(rel.tol = 1e-15, x.tol = 1e-13, iter.max = 1000))
  key <- function(name) sprintf("betabinomial.%s.%s", set, name)
  # With rho on its boundary the logit of rho runs away; then only the height is kept.
  if (best$par[2] > -10) {
    add(key("mean"), plogis(best$par[1]), "lbeta, nlminb")
    add(key("rho"), plogis(best$par[2]), "lbeta, nlminb")
    add(key("se"), sqrt(solve(numDeriv::hessian(beta_binomial, best$par))[1, 1]), "numDeriv::hessian")
  }
  add(key("peak"), -best$objective, "lbeta, nlminb")
}

# Posterior on a grid: the integral over z by equal steps, another way than the adaptive points.
for (set in c("ours", "two")) {
  d <- counts[[set]]
  scale <- 0.5
  # Wide enough for two studies: at 2.5 the far tail still held 1e-5.
  mu <- seq(-10, 8, length.out = 721)
  tau <- seq(0, 3.3, length.out = 133)
  z <- seq(-9, 9, length.out = 541)
  log_mass <- sapply(tau, function(t) {
    eta <- outer(mu, t * z, "+")
    total <- -t^2 / (2 * scale^2)
    for (i in seq_along(d$x)) {
      likelihood <- exp(d$x[i] * plogis(eta, log.p = TRUE) + (d$n[i] - d$x[i]) * plogis(-eta, log.p = TRUE) +
                          lchoose(d$n[i], d$x[i]))
      total <- total + log(likelihood %*% dnorm(z))
    }
    total
  })
  mass <- exp(log_mass - max(log_mass))
  mass[, 1] <- mass[, 1] / 2
  quantiles <- function(grid, density) {
    f <- splinefun(grid, density)
    # Simpson's rule between the knots is exact for a cubic spline.
    area <- function(x) {
      ends <- c(grid[grid < x], x)
      a <- head(ends, -1); b <- tail(ends, -1)
      sum((b - a) / 6 * (f(a) + 4 * f((a + b) / 2) + f(b)))
    }
    total <- area(max(grid))
    sapply(c(0.5, 0.025, 0.975), function(s) root(function(x) area(x) / total - s, min(grid) + 1e-6, max(grid)))
  }
  add(sprintf("bayes.%s.mu", set), quantiles(mu, rowSums(mass)), "grid, splinefun; median, 2.5 %, 97.5 %")
  density <- colSums(mass); density[1] <- density[1] * 2
  add(sprintf("bayes.%s.tau", set), quantiles(tau, density), "grid, splinefun; median, 2.5 %, 97.5 %")
  # Mass below each mu: the spline of the running integral, for every tau.
  below <- lapply(seq_along(tau), function(j) {
    f <- splinefun(mu, mass[, j])
    h <- diff(mu)
    part <- h / 6 * (f(head(mu, -1)) + 4 * f(head(mu, -1) + h / 2) + f(tail(mu, -1)))
    running <- cumsum(c(0, part))
    splinefun(mu, running / max(running) * sum(mass[, j]), method = "natural")
  })
  share <- function(x) {
    sum(sapply(seq_along(tau), function(j) {
      at <- pmin(pmax(x - tau[j] * z, min(mu)), max(mu))
      sum(below[[j]](at) * dnorm(z)) / sum(dnorm(z))
    })) / sum(mass)
  }
  add(sprintf("bayes.%s.prediction", set),
      sapply(c(0.025, 0.975), function(s) root(function(x) share(x) - s, -12, 10)), "grid; 2.5 %, 97.5 %")
}

packages <- c("metafor", "metadat", "lme4", "Epi", "epitools", "numDeriv", "jsonlite")
jsonlite::write_json(
  list(
    made_with = c(list(R = R.version.string),
                  sapply(packages, function(p) as.character(packageVersion(p)), simplify = FALSE)),
    data = list(
      counts = counts,
      bcg = list(y = effects$bcg$y, v = effects$bcg$v, latitude = bcg$ablat, year = bcg$year),
      dose = dose
    ),
    values = values
  ),
  file.path("tests", "reference", "response.json"), digits = NA, auto_unbox = TRUE, pretty = TRUE
)

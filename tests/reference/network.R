# Reference values for tests/evidence_stats/test_network.py, test_component_network.py and test_meta_contrasts.py.
# Run from the root of the project: Rscript tests/reference/network.R
# R 4.2.2, metafor 3.8-1, metadat 1.2-0, jsonlite 1.8.4 (Debian r-base-core, r-cran-metafor,
# r-cran-metadat, r-cran-jsonlite).
#
# Python fits all pairwise rows with adjusted edge weights. Here the m - 1 correlated contrasts of
# each study against its first arm are fitted by metafor::rma.mv with their full covariance, and the
# moment tau2 comes from matrices of these contrasts; a hand-written copy of the graph method in
# netmeta's form is a third way.
suppressMessages({library(metafor); library(metadat)})
values <- list()
put <- function(key, value, call, kind = "estimate") {
  values[[key]] <<- list(value = unname(value), kind = kind, r = call)
}
z <- qnorm(0.975)
hr <- function(study, a, b, value, low, high)
  data.frame(study, a, b, y = log(value), se = (log(high) - log(low)) / (2 * z))
# All pairwise rows from independent arms (means, or log odds with 0.5 added where a cell is empty).
arm_rows <- function(d) do.call(rbind, lapply(split(d, d$study), function(s) {
  pairs <- combn(nrow(s), 2)
  data.frame(study = s$study[1], a = s$t[pairs[1, ]], b = s$t[pairs[2, ]],
    y = s$m[pairs[1, ]] - s$m[pairs[2, ]], se = sqrt(s$v[pairs[1, ]] + s$v[pairs[2, ]]))
}))

# ---- data ----------------------------------------------------------------------------------------
# PFS of our setting. Jonasch: ratio of printed medians, standard errors from their limits.
median_se <- function(low, high) (log(high) - log(low)) / (2 * z)
jonasch <- data.frame(study = "Jonasch 2010", a = "SOR+IFN", b = "SOR", y = log(7.39 / 7.56),
  se = sqrt(median_se(5.19, 11.07)^2 + median_se(5.52, 9.20)^2))
# Sorafenib v interferon: 0.88 is an example of a value that a reader supplies, printed nowhere.
pfs <- rbind(
  hr("TARGET 2007", "SOR", "PLA", 0.44, 0.35, 0.55), hr("Sternberg 2010", "PAZ", "PLA", 0.46, 0.34, 0.62),
  hr("Escudier 2009", "SOR", "IFN", 0.88, 0.61, 1.27), hr("AVOREN", "BEV+IFN", "IFN", 0.63, 0.52, 0.75),
  hr("CALGB 90206", "BEV+IFN", "IFN", 0.71, 0.61, 0.83), hr("Motzer 2007", "SUN", "IFN", 0.539, 0.451, 0.643),
  jonasch)
hudes <- function(rho) {
  d <- rbind(hr("Hudes 2007", "TEM", "IFN", 0.73, 0.58, 0.92), hr("Hudes 2007", "TEM+IFN", "IFN", 0.96, 0.76, 1.20))
  rbind(d, data.frame(study = "Hudes 2007", a = "TEM+IFN", b = "TEM", y = d$y[2] - d$y[1],
    se = sqrt(sum(d$se^2) - 2 * rho * prod(d$se))))
}
os_pairs <- rbind(hr("AVOREN", "BEV+IFN", "IFN", 0.91, 0.76, 1.10), hr("CALGB 90206", "BEV+IFN", "IFN", 0.86, 0.73, 1.01),
  hr("Motzer 2009", "SUN", "IFN", 0.821, 0.673, 1.001))
os <- function(rho) rbind(hudes(rho), os_pairs)
senn <- with(dat.senn2013, arm_rows(data.frame(study, t = treatment, m = mi, v = sdi^2 / ni)))
smoke <- with(dat.hasselblad1998, {
  empty <- ave(xi == 0 | xi == ni, study, FUN = any)
  x <- xi + 0.5 * empty; r <- ni - xi + 0.5 * empty
  arm_rows(data.frame(study = as.character(study), t = trt, m = log(x / r), v = 1 / x + 1 / r))
})
linde <- with(dat.linde2016, data.frame(study = as.character(id), a = treat1, b = treat2, y = lnOR, se = selnOR))
linde$a <- gsub(" + ", "+", linde$a, fixed = TRUE); linde$b <- gsub(" + ", "+", linde$b, fixed = TRUE)
# Printed to six decimals the rows of a study of several arms add up to 2e-6 only. Both ways of
# fitting need the same values, so the rows between its later arms follow from those of its first.
for (s in unique(linde$study)) {
  i <- which(linde$study == s); base <- linde$a[i[1]]
  if (length(i) < 3) next
  to <- function(t) if (t == base) 0 else linde$y[i][linde$a[i] == base & linde$b[i] == t]
  linde$y[i] <- sapply(i, function(r) to(linde$b[r]) - to(linde$a[r]))
}
without <- function(d, ...) d[!d$study %in% c(...), ]
placebo <- c("TARGET 2007", "Sternberg 2010")
ensemble <- pfs; ensemble[ensemble$study == "Jonasch 2010", c("y", "se")] <- c(log(0.76), 0.30)
medians <- pfs; medians$y[medians$study == "Escudier 2009"] <- log(5.6 / 5.7)
data_sets <- list(pfs = pfs, os = os(0.5), os_rho3 = os(0.3), os_rho7 = os(0.7), senn = senn, smoke = smoke, linde = linde)

# ---- correlated contrasts of a set of rows -------------------------------------------------------
basic <- function(d) {
  blocks <- lapply(split(d, factor(d$study, unique(d$study))), function(s) {
    arms <- sort(unique(c(s$a, s$b)))
    V <- matrix(0, length(arms), length(arms), dimnames = list(arms, arms)); Y <- V
    for (i in seq_len(nrow(s))) {
      V[s$a[i], s$b[i]] <- V[s$b[i], s$a[i]] <- s$se[i]^2
      Y[s$a[i], s$b[i]] <- s$y[i]; Y[s$b[i], s$a[i]] <- -s$y[i]
    }
    o <- arms[-1]; base <- arms[1]
    S <- outer(V[o, base], V[o, base], "+"); S <- (S - V[o, o]) / 2   # cov(i0, j0)
    list(d = data.frame(study = s$study[1], a = o, b = base, y = Y[o, base], design = paste(arms, collapse = ":")), S = S)
  })
  list(d = do.call(rbind, lapply(blocks, `[[`, "d")), V = as.matrix(bldiag(lapply(blocks, function(x) as.matrix(x$S)))),
    T = as.matrix(bldiag(lapply(blocks, function(x) diag(0.5, nrow(x$d)) + 0.5))))
}
incidence <- function(d, tr) outer(d$a, tr, "==") - outer(d$b, tr, "==")
gls <- function(y, V, X, T) {   # Q and the generalised DerSimonian-Laird tau2
  P <- solve(V) - solve(V) %*% X %*% solve(t(X) %*% solve(V) %*% X) %*% t(X) %*% solve(V)
  Q <- c(t(y) %*% P %*% y); df <- length(y) - ncol(X)
  c(Q = Q, df = df, tau2 = if (df > 0) max(0, (Q - df) / sum(diag(P %*% T))) else NA)
}
mv <- function(y, V, X) rma.mv(y, V, mods = X, intercept = FALSE, method = "FE")
# ---- the graph method in netmeta's form (Ruecker 2012; Ruecker & Schwarzer 2014) -----------------
graph <- function(d, ref, tau2 = 0) {
  tr <- sort(unique(c(d$a, d$b))); B <- incidence(d, tr); w <- 1 / (d$se^2 + tau2)
  for (s in unique(d$study)) {
    i <- which(d$study == s); arms <- sort(unique(c(d$a[i], d$b[i]))); m <- length(arms)
    if (m < 3) next
    V <- matrix(0, m, m, dimnames = list(arms, arms)); for (r in i) V[d$a[r], d$b[r]] <- V[d$b[r], d$a[r]] <- d$se[r]^2 + tau2
    O <- matrix(1, m, m)
    L <- MASS::ginv(-0.5 * (V - (V %*% O + O %*% V) / m + O %*% V %*% O / m^2)); dimnames(L) <- list(arms, arms)
    for (r in i) w[r] <- -L[d$a[r], d$b[r]]
  }
  W <- diag(w); Lp <- MASS::ginv(t(B) %*% W %*% B); theta <- c(Lp %*% t(B) %*% W %*% d$y)
  H <- B %*% Lp %*% t(B) %*% W; Q <- c(t(d$y - B %*% theta) %*% W %*% (d$y - B %*% theta))
  E <- outer(d$study, d$study, "=="); df <- sum(tapply(seq_along(d$y), d$study, function(i) length(unique(c(d$a[i], d$b[i]))) - 1)) - length(tr) + 1
  k <- match(ref, tr)
  list(b = (theta - theta[k])[-k], se = sqrt(diag(Lp) + Lp[k, k] - 2 * Lp[k, ])[-k], Q = Q, df = df,
    tau2 = max(0, (Q - df) / sum(diag((diag(nrow(B)) - H) %*% (B %*% t(B) * E / 2) %*% W))))
}

# ---- networks ------------------------------------------------------------------------------------
references <- c(pfs = "IFN", os = "IFN", os_rho3 = "IFN", os_rho7 = "IFN", senn = "placebo", smoke = "no_contact", linde = "Placebo")
for (set in names(data_sets)) {
  d <- data_sets[[set]]; ref <- references[[set]]; tr <- sort(unique(c(d$a, d$b))); others <- setdiff(tr, ref)
  u <- basic(d); X <- incidence(u$d, tr)[, tr != ref, drop = FALSE]
  at <- function(name) paste(set, name, sep = ".")
  put(at("treatments"), others, "labels", "label")
  fit <- mv(u$d$y, u$V, X); q <- gls(u$d$y, u$V, X, u$T)
  put(at("common.b"), c(coef(fit)), "metafor::rma.mv(FE), correlated contrasts")
  put(at("common.se"), sqrt(diag(vcov(fit))), "metafor::rma.mv", "se")
  put(at("q"), c(fit$QE, fit$k - fit$p, fit$QEp), "metafor::rma.mv: QE, df, QEp")
  put(at("tau2"), q[["tau2"]], "generalised DerSimonian-Laird, y'Py - df over tr(PT)")
  put(at("i2"), max(0, (fit$QE - q[["df"]]) / fit$QE), "(QE - df) / QE")
  random <- mv(u$d$y, u$V + q[["tau2"]] * u$T, X)
  put(at("random.b"), c(coef(random)), "metafor::rma.mv, V + tau2 * (I + J) / 2")
  put(at("random.se"), sqrt(diag(vcov(random))), "metafor::rma.mv, V + tau2 * (I + J) / 2", "se")
  g <- graph(d, ref); stopifnot(all.equal(g$b, unname(c(coef(fit))), tolerance = 1e-9))
  put(at("graph"), c(g$Q, g$tau2), "graph method by hand: Q, tau2")
  put(at("graph.random.b"), graph(d, ref, g$tau2)$b, "graph method by hand")
  for (model in c("common", "random")) {
    f <- if (model == "common") fit else random
    b <- setNames(c(0, c(coef(f))), c(ref, others)); S <- as.matrix(bldiag(matrix(0), vcov(f)))
    score <- sapply(seq_along(b), function(i) mean(sapply(setdiff(seq_along(b), i), function(j)
      pnorm((b[j] - b[i]) / sqrt(S[i, i] + S[j, j] - 2 * S[i, j])))))
    put(at(paste0(model, ".p_score")), score[order(names(b), method = "radix")], "mean of pnorm(difference / se), alphabetical", "p")
  }
  # Within designs: every design alone; between: what a separate effect per design takes away.
  within <- sapply(split(seq_len(nrow(u$d)), u$d$design), function(i) {
    own <- setdiff(sort(unique(c(u$d$a[i], u$d$b[i]))), u$d$b[i][1])
    gls(u$d$y[i], u$V[i, i, drop = FALSE], outer(u$d$a[i], own, "==") + 0, u$T[i, i, drop = FALSE])[1:2]
  })
  put(at("decomposition"), c(sum(within[1, ]), sum(within[2, ]), fit$QE - sum(within[1, ]), q[["df"]] - sum(within[2, ])),
    "every design by itself: Q within, df, Q between, df")
}

# ---- direct and indirect: indirect refits without the two-arm studies of the pair ----------------
for (pair in list(c("metformin", "sulfonylurea"), c("rosiglitazone", "metformin"), c("pioglitazone", "placebo"))) {
  is_pair <- (senn$a == pair[1] & senn$b == pair[2]) | (senn$a == pair[2] & senn$b == pair[1])
  own <- senn[is_pair, ]; y <- ifelse(own$a == pair[1], own$y, -own$y)
  direct <- rma(y, sei = own$se, method = "FE")
  u <- basic(senn[!is_pair, ]); tr <- sort(unique(c(senn$a, senn$b)))
  rest <- mv(u$d$y, u$V, incidence(u$d, tr)[, tr != pair[2]]); at <- match(pair[1], setdiff(tr, pair[2]))
  gap <- (coef(direct) - coef(rest)[at]) / sqrt(direct$se^2 + rest$se[at]^2)
  put(paste("split", pair[1], pair[2], sep = "."), c(coef(direct), direct$se, coef(rest)[at], rest$se[at], 2 * pnorm(-abs(gap)),
    rest$se[at]^2 / (direct$se^2 + rest$se[at]^2)), "metafor::rma(FE) of the pair; rma.mv without its studies; difference P; share")
}
put("bucher.paz_sor", c(pfs$y[2] - pfs$y[1], sqrt(pfs$se[2]^2 + pfs$se[1]^2)), "difference, root of summed variances")

# ---- component networks --------------------------------------------------------------------------
components <- list(
  pfs = pfs, no_jonasch = without(pfs, "Jonasch 2010"), no_placebo = without(pfs, placebo),
  neither = without(pfs, placebo, "Jonasch 2010"),
  three = pfs[pfs$study %in% c(placebo, "Escudier 2009", "Jonasch 2010"), ],
  ensemble = ensemble, medians = medians, interaction = pfs, os = os(0.5),
  disconnected = without(pfs, "Escudier 2009"), linde = linde)
inactive <- c("PLA", "Placebo")
for (set in names(components)) {
  d <- components[[set]]; u <- basic(d); tr <- sort(unique(c(d$a, d$b)))
  parts <- strsplit(tr, "+", fixed = TRUE); names <- setdiff(sort(unique(unlist(parts)), method = "radix"), inactive)
  C <- t(sapply(parts, function(p) names %in% p)) + 0
  if (set == "interaction") { C <- cbind(C, sapply(parts, function(p) all(c("SOR", "IFN") %in% p)) + 0); names <- c(names, "SOR*IFN") }
  B <- incidence(u$d, tr); X <- B %*% C; at <- function(name) paste("components", set, name, sep = ".")
  put(at("names"), names, "labels", "label"); put(at("rank"), qr(X)$rank, "qr(X)$rank", "count")
  if (qr(X)$rank < ncol(X)) next
  fit <- mv(u$d$y, u$V, X); Z <- B[, qr(B)$pivot[seq_len(qr(B)$rank)]]; full <- mv(u$d$y, u$V, Z)
  q <- gls(u$d$y, u$V, X, u$T); fq <- gls(u$d$y, u$V, Z, u$T)
  put(at("b"), c(coef(fit)), "metafor::rma.mv(FE), component design"); put(at("se"), fit$se, "metafor::rma.mv", "se")
  put(at("q"), c(q[["Q"]], q[["df"]], max(0, q[["Q"]] - fq[["Q"]]), q[["df"]] - fq[["df"]]), "QE of the additive fit, df; less QE of the full one, df")
  if (q[["df"]] > fq[["df"]]) put(at("p_difference"), pchisq(q[["Q"]] - fq[["Q"]], q[["df"]] - fq[["df"]], lower.tail = FALSE), "pchisq", "p")
  if (q[["df"]] > 0) {
    random <- mv(u$d$y, u$V + q[["tau2"]] * u$T, X)
    put(at("random"), c(q[["tau2"]], coef(random)), "tau2 by moments; rma.mv with V + tau2 * (I + J) / 2")
    put(at("random.se"), random$se, "metafor::rma.mv", "se")
  }
}

# ---- pairwise ------------------------------------------------------------------------------------
bcg <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
bcg <- data.frame(study = paste(bcg$author, bcg$year, bcg$trial), a = "vaccine", b = "control", y = c(bcg$yi), se = sqrt(bcg$vi))
pairwise <- list(bcg = bcg, two_pfs = pfs[4:5, ], two_os = os_pairs[1:2, ])
for (set in names(pairwise)) for (method in c("FE", "REML", "DL", "PM", "ML")) for (test in c("z", "knha")) {
  if (method == "FE" && test == "knha") next
  d <- pairwise[[set]]; fit <- rma(d$y, sei = d$se, method = method, test = test, control = list(threshold = 1e-14, maxiter = 1000, tol = 1e-13))
  put(paste("pairwise", set, method, test, sep = "."), c(exp(c(coef(fit), fit$ci.lb, fit$ci.ub)), fit$pval), sprintf("metafor::rma(%s, test='%s'): exp(b, ci), P", method, test), "interval")
}
columns <- function(d) list(study = d$study, treat_a = d$a, treat_b = d$b, log_ratio = d$y, se = d$se)
packages <- c("metafor", "metadat", "MASS", "jsonlite")
jsonlite::write_json(
  list(made_with = c(list(R = R.version.string), sapply(packages, function(p) as.character(packageVersion(p)), simplify = FALSE)),
    data = lapply(c(data_sets, pairwise["bcg"]), columns), values = values),
  file.path("tests", "reference", "network.json"), digits = NA, auto_unbox = TRUE, pretty = TRUE)
cat(length(values), "values\n")

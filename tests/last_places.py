"""Arithmetic as another processor might do it: results differ in their last places.

Numerical libraries choose their kernels when they run, by the processor they find, and two kernels
round differently in the last bit. `disturb` makes this process such a machine: from then on modules
that are imported get what linear algebra, sums, exponentials, special functions, distributions,
optimizers and random draws return moved by one to four units in the last place.

    python -m tests.page_shell --seed 1 questions/landscape

runs pages so and says where their outputs differ from the committed ones.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence
from typing import Any

# Whose source is read anew: ours, and those that draw and fit with what NumPy returns.
_PACKAGES = ("evidence_stats", "evidence", "mrcc", "matplotlib", "lifelines", "statsmodels")
# What may differ in its last places between processors. Left out is what IEEE 754 rounds exactly
# everywhere (+ - * / sqrt of single numbers), and what only moves numbers about.
_SUMS = {"sum", "mean", "average", "std", "var", "prod", "cumsum", "cumprod", "nansum", "nanmean"}
_EXPONENTIALS = {
    "exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "pow", "power", "float_power", "cbrt",
    "sin", "cos", "tan", "arctan2", "hypot", "sinh", "cosh", "tanh", "logaddexp", "fsum",
}  # fmt: skip
_ALGEBRA = {
    "dot", "matmul", "vdot", "inner", "outer", "einsum", "tensordot", "inv", "solve", "pinv", "svd",
    "eigh", "eigvalsh", "cholesky", "det", "slogdet", "lstsq", "norm", "qr", "trapezoid",
}  # fmt: skip
_INTERPOLATION = {"interp", "quantile", "percentile", "linspace", "logspace", "geomspace", "median"}
_DISTRIBUTIONS = {"cdf", "sf", "ppf", "isf", "pdf", "pmf", "logpdf", "logpmf", "logcdf", "logsf"}
_SPECIAL = {
    "expit", "logit", "gamma", "gammaln", "lgamma", "loggamma", "beta", "betaln", "betainc",
    "betaincinv", "gammainc", "gammaincinv", "gammaincc", "erf", "erfc", "erfinv", "ndtr", "ndtri",
    "log_ndtr", "xlogy", "xlog1py", "logsumexp", "comb", "binom", "stdtr", "stdtrit", "chdtr",
    "chdtrc", "chdtri", "fdtr", "bdtr", "bdtrc", "entr", "digamma", "softmax", "log_expit",
}  # fmt: skip
_OPTIMIZERS = {
    "brentq", "bisect", "newton", "root_scalar", "root", "minimize", "minimize_scalar", "quad",
    "fixed_quad", "curve_fit", "least_squares", "integrate", "interval",
}  # fmt: skip
_DRAWS = {
    "normal",
    "standard_normal",
    "exponential",
    "standard_exponential",
    "weibull",
    "lognormal",
}
NAMES = frozenset(
    _SUMS | _EXPONENTIALS | _ALGEBRA | _INTERPOLATION | _DISTRIBUTIONS | _SPECIAL | _OPTIMIZERS
    | _DRAWS
)  # fmt: skip
_LIBRARIES = ("numpy", "scipy", "math", "statistics", "builtins")
# Mixes the bits of a number (Steele, Lea and Flood 2014, the constant of SplitMix64).
_MIX = 0x9E3779B97F4A7C15
_CALL, _AFTER = "__called__", "__disturbed__"


class _Disturbed(ast.NodeTransformer):
    """Send the calls of `NAMES`, matrix products and powers through the two functions below."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name not in NAMES:
            return node
        call = ast.Call(ast.Name(_CALL, ast.Load()), [node.func, *node.args], node.keywords)
        return ast.copy_location(call, node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        exact = isinstance(node.right, ast.Constant) and node.right.value in (1, 2, 0.5)
        if not isinstance(node.op, ast.MatMult | ast.Pow) or exact:
            return node
        return ast.copy_location(ast.Call(ast.Name(_AFTER, ast.Load()), [node], []), node)


class Disturbance:
    """Moves numbers by up to four units in the last place: the same number always the same way.

    A processor, too, gives the same answer to the same question.
    """

    def __init__(self, seed: int) -> None:
        import numpy as np

        self._np = np
        self._salt = np.uint64(seed * _MIX % 2**64)

    def called(self, function: Any, /, *arguments: Any, **named: Any) -> Any:
        """Call a function and disturb what it returns, where it belongs to a numerical library."""
        returned = function(*arguments, **named)
        if not self._numerical(function):
            return returned
        if getattr(function, "__name__", "") in _SUMS and self._whole(function, arguments):
            return returned
        return self.after(returned)

    def after(self, value: Any) -> Any:
        """Return a value, or what a container holds, disturbed."""
        np = self._np
        if isinstance(value, np.ndarray):
            return self._moved(value) if value.dtype == np.float64 else value
        if isinstance(value, float):
            return type(value)(self._moved(np.array([value]))[0])
        if type(value).__name__ == "OptimizeResult":
            for name in ("x", "fun", "root"):
                if name in value:
                    value[name] = self.after(value[name])
        elif hasattr(value, "_make"):
            return value._make(self.after(item) for item in value)
        elif type(value) is tuple:
            return tuple(self.after(item) for item in value)
        return value

    def _moved(self, values: Any) -> Any:
        np = self._np
        mixed = np.ascontiguousarray(values).view(np.uint64) ^ self._salt
        mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(_MIX)
        steps = (mixed >> np.uint64(33)).astype(np.int64) % 9 - 4
        # A whole number is mostly the exact one: exp(0), a count, a probability of one.
        still = ~np.isfinite(values) | (values == np.round(values))
        moved = values + steps * np.spacing(np.where(still, 1.0, values))
        return np.where(still | ((np.abs(values) < 1) & (np.abs(moved) > 1)), values, moved)

    def _numerical(self, function: Any) -> bool:
        np = self._np
        owner = getattr(function, "__self__", None)
        if isinstance(function, np.ufunc) or isinstance(owner, np.ndarray | np.generic):
            return True
        if isinstance(owner, np.random.Generator):
            return True
        module = getattr(function, "__module__", None) or type(owner).__module__ or ""
        return module.partition(".")[0] in _LIBRARIES[:4] or function is pow

    def _whole(self, function: Any, arguments: Sequence[Any]) -> bool:
        """Return True for a sum of whole numbers, which is exact in any order."""
        np = self._np
        owner = getattr(function, "__self__", None)
        given = owner if isinstance(owner, np.ndarray) else arguments[0] if arguments else None
        if not isinstance(given, np.ndarray):
            return False
        return given.dtype.kind in "biu" or bool(np.all(given == np.round(given)))


def disturbed_code(source: str | bytes, name: str) -> types.CodeType:
    """Return compiled Python whose numerical calls are disturbed, once `disturb` was called."""
    tree = ast.fix_missing_locations(_Disturbed().visit(ast.parse(source)))
    return compile(tree, name, "exec", dont_inherit=True)


class _Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> types.CodeType:
        # From the source, not from the compiled file that lies beside it.
        path = self.get_filename(fullname)
        return disturbed_code(self.get_data(path), path)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname.partition(".")[0] not in _PACKAGES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


def disturb(seed: int) -> None:
    """Disturb all modules of `_PACKAGES` that this process imports from now on.

    Called again, it disturbs them in another way.
    """
    import builtins

    made = Disturbance(seed)
    begun = hasattr(builtins, _CALL)
    setattr(builtins, _CALL, made.called)
    setattr(builtins, _AFTER, made.after)
    if begun:
        return
    early = sorted({name.partition(".")[0] for name in sys.modules} & set(_PACKAGES))
    if early:
        raise RuntimeError(f"expected that nothing to disturb is imported yet, got {early}")
    sys.meta_path.insert(0, _Finder())

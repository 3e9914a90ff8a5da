"""An evidence book: data, statistics, results, claims, figures, and the engine behind them."""

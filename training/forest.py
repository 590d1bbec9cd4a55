"""Grow boosted trees with LightGBM and write them in the form that `canonym.trees` reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from canonym.trees import Trees

DEPTH = 6
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to grow: chosen by cross-validation, see the notes in `training/README.md`."""

    trees: int = 350
    rate: float = 0.05
    leaves: int = 24
    least: int = 40
    features: float = 0.6
    rows: float = 0.8
    penalty: float = 5.0
    seed: int = 7


def grow(names: tuple[str, ...], x: Array, y: Array, weight: Array | None, settings: Settings) -> Trees:
    """A forest for rows x of shape (n, features) and labels y of 0 and 1; the same input gives the same trees."""
    import lightgbm as lgb

    params = {
        "objective": "binary", "learning_rate": settings.rate, "num_leaves": settings.leaves, "max_depth": DEPTH,
        "min_data_in_leaf": settings.least, "feature_fraction": settings.features, "bagging_fraction": settings.rows,
        "bagging_freq": 1, "lambda_l2": settings.penalty, "verbosity": -1, "num_threads": 1, "seed": settings.seed,
        "deterministic": True, "force_row_wise": True, "boost_from_average": False,
    }  # fmt: skip
    booster = lgb.train(params, lgb.Dataset(x, y, weight=weight), settings.trees)
    return convert(booster.dump_model()["tree_info"], names)


def convert(infos: list[dict[str, Any]], names: tuple[str, ...]) -> Trees:
    """Full binary trees of one depth from LightGBM's own trees."""
    inner, outer = 2**DEPTH - 1, 2**DEPTH
    feature = np.zeros((len(infos), inner), np.int16)
    threshold = np.full((len(infos), inner), np.inf, np.float32)
    leaf = np.zeros((len(infos), outer), np.float32)

    def put(k: int, node: dict[str, Any], at: int) -> None:
        if at >= inner:
            leaf[k, at - inner] = node["leaf_value"]
        elif "leaf_value" in node:
            put(k, node, 2 * at + 1)  # nothing is greater than infinity: every row goes left
        else:
            feature[k, at] = node["split_feature"]
            # Rounded down to 32 bits, so that no row changes sides.
            limit = np.float32(node["threshold"])
            threshold[k, at] = np.nextafter(limit, np.float32(-np.inf)) if limit > node["threshold"] else limit
            put(k, node["left_child"], 2 * at + 1)
            put(k, node["right_child"], 2 * at + 2)

    for k, info in enumerate(infos):
        put(k, info["tree_structure"], 0)
    return Trees(names, feature, threshold, leaf, 1.0, 0.0)


def calibrate(log_odds: Array, y: Array) -> tuple[float, float]:
    """Scale and shift (Platt) that make held-out log-odds probabilities."""
    w = np.array([1.0, 0.0])
    x = np.stack([log_odds, np.ones(len(y))], axis=1)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + 1e-6 * np.eye(2), x.T @ (p - y))
        w -= step
        if np.abs(step).max() < 1e-9:
            break
    return float(w[0]), float(w[1])


def write(path: str, forest: Trees) -> None:
    """Write a forest as a compressed .npz file; leaves are kept to 16 bits, which changes no decision."""
    np.savez_compressed(
        path,
        names=np.array(forest.names),
        feature=forest.feature,
        threshold=forest.threshold,
        leaf=forest.leaf.astype(np.float16),
        scale=forest.scale,
        shift=forest.shift,
    )

"""Where this copy of the repository lies: the one place that knows how deep a test does."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

"""`python -m benchmarks`: run.py, with the peers that are missing installed first."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.argv[1:1] = ["--install"]

import run

sys.exit(run.main())
